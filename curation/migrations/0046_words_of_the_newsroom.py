"""Redirects, and items in the bin: the names of models in the admin."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0045_slots_without_rows'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='alias',
            options={'ordering': ['path'], 'verbose_name': 'redirect'},
        ),
        migrations.AlterModelOptions(
            name='binneditem',
            options={'default_permissions': (), 'ordering': ['-binned_at', '-id'], 'verbose_name': 'item in the bin', 'verbose_name_plural': 'items in the bin'},
        ),
        migrations.AlterConstraint(
            model_name='alias',
            name='alias_path_unique',
            constraint=models.UniqueConstraint(fields=('path',), name='alias_path_unique', violation_error_message='Another item has this redirect already.'),
        ),
    ]
