"""Open conflicts about summaries no longer offer a text that was taken from the body, which migration 0031 emptied.

Where the file gives no summary, nothing is left to decide. Where the item has none of its own, there is none here.
"""

from django.db import migrations


def empty_automatic_summaries(apps, _schema_editor):
    conflicts, documents = (apps.get_model("curation", name).objects for name in ("Conflict", "SourceDocument"))
    without = documents.filter(is_primary=True, record__summary="").values("item")
    conflicts.filter(field="summary", item__in=without).delete()
    conflicts.filter(field="summary", item__summary="").update(ours="")


class Migration(migrations.Migration):
    dependencies = [("curation", "0042_former_names_of_authors_and_tags")]

    operations = [migrations.RunPython(empty_automatic_summaries, migrations.RunPython.noop)]
