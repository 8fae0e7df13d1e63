"""Keep every row that had a name, not the last alone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0049_undos_that_bin_items'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='formername',
            name='formername_unique',
        ),
        migrations.AddIndex(
            model_name='formername',
            index=models.Index(fields=['kind', 'key', 'noted_at'], name='formername_key'),
        ),
    ]
