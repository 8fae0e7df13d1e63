from django.db import migrations


def empty_index(apps, schema_editor):
    """Forget what was indexed by other rules: once migrating is done, an empty index is filled (`search.signals`)."""
    for name in ("SearchEntry", "SearchWord"):
        apps.get_model("curation", name).objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("curation", "0018_flavour_of_bodies"),
    ]

    operations = [migrations.RunPython(empty_index, migrations.RunPython.noop)]
