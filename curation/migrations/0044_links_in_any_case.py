"""Keys of links by which paths in another case, and shared links of more kinds, are those of the same page."""

from django.db import migrations

from ._links import clean_links


class Migration(migrations.Migration):
    dependencies = [("curation", "0043_conflicts_about_automatic_summaries")]

    operations = [migrations.RunPython(clean_links, migrations.RunPython.noop)]
