"""Note when rows gave up their names, also authors and tags, whose names are long."""

from datetime import UTC, datetime

import django.utils.timezone
from django.db import migrations, models


NAMED_BY_ADDRESS = (("topic", "Topic", "slug"), ("offering", "Offering", "slug"), ("publisher", "Publisher", "domain"))


def end_names_that_rows_have_now(apps, _editor):
    """In histories, a name leads to the row that has it now: nothing tells since when it has."""
    former_names = apps.get_model("curation", "FormerName").objects
    for kind, model, column in NAMED_BY_ADDRESS:
        present = apps.get_model("curation", model).objects.order_by().values(column)
        former_names.filter(kind=kind, key__in=present).update(noted_at=datetime.fromtimestamp(0, UTC))


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0041_drafts_without_a_title'),
    ]

    operations = [
        migrations.AddField(
            model_name='formername',
            name='noted_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AlterField(
            model_name='formername',
            name='key',
            field=models.CharField(max_length=900),
        ),
        migrations.RunPython(end_names_that_rows_have_now, migrations.RunPython.noop),
    ]
