"""Links without tracking parameters, and keys by which AMP, mobile and shared links are those of the same page."""

from django.db import migrations

from ._links import clean_links


class Migration(migrations.Migration):
    dependencies = [("curation", "0033_roles")]

    operations = [migrations.RunPython(clean_links, migrations.RunPython.noop)]
