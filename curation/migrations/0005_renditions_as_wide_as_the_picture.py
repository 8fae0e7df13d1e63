import curation.models.images
from django.db import migrations, models


def make_anew(apps, schema_editor):
    """Serve the originals until the renditions have the new widths: `manage.py make_renditions` queues them."""
    apps.get_model("curation", "Image").objects.update(has_renditions=False)


class Migration(migrations.Migration):

    dependencies = [
        ('curation', '0004_time_of_content_version'),
    ]

    operations = [
        migrations.AlterField(
            model_name='image',
            name='file',
            field=models.ImageField(height_field='height', max_length=200, upload_to=curation.models.images.image_path, width_field='width'),
        ),
        migrations.RunPython(make_anew, migrations.RunPython.noop),
    ]
