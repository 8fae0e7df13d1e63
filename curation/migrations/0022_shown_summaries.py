from django.db import migrations, models

from curation.lib.sentences import shown_summary

from ._columns import LongColumnsLast

BATCH = 500


def fill(apps, _schema_editor):
    """Say what readers get of the summaries that are there."""
    model = apps.get_model("curation", "CuratedItem")
    rows, batch = model.objects.order_by("pk").only("summary", "body_text"), []
    for item in rows.iterator(BATCH):
        item.shown_summary = shown_summary(item.summary, item.body_text)
        batch.append(item)
        if len(batch) == BATCH:
            model.objects.bulk_update(batch, ["shown_summary"])
            batch.clear()
    model.objects.bulk_update(batch, ["shown_summary"])


class Migration(migrations.Migration):
    dependencies = [("curation", "0021_find_items_by_paths")]

    operations = [
        migrations.AddField("curateditem", "edited_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "curateditem", "shown_summary", models.TextField(blank=True, editable=False, default=""), False
        ),
        LongColumnsLast("curateditem", ("meta", "body", "body_html", "body_text")),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
