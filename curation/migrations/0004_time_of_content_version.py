from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0003_content_version'),
    ]

    operations = [
        migrations.AddField(
            model_name='contentversion',
            name='renewed_at',
            field=models.DateTimeField(auto_now=True, default=timezone.now),
            preserve_default=False,
        ),
    ]
