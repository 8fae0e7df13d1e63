from django.db import migrations


def empty_index(apps, schema_editor):
    """Forget entries of published items alone: once migrating is done, an empty index is filled (`search.signals`)."""
    apps.get_model("curation", "SearchEntry").objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("curation", "0058_topics_and_synonyms"),
    ]

    operations = [migrations.RunPython(empty_index, migrations.RunPython.noop)]
