"""What moving tags from one table to another takes besides the rows."""

from django.core.management.color import no_style
from django.db import connections


def reset_ids(model):
    """Have a database that counts ids by itself go on after those that were copied."""
    connection = connections[model.objects.db]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def move_content_type(apps, old, new):
    """Have permissions and the log of the admin go along with the tags."""
    types = apps.get_model("contenttypes", "ContentType").objects
    if not types.filter(app_label=new, model="tag").exists():
        types.filter(app_label=old, model="tag").update(app_label=new)
