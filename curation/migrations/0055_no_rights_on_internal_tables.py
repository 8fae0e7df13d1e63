"""Groups and users lose rights on tables that only code writes: the first group of editors had rights on all."""

from django.db import migrations

INTERNAL = (
    *("bulkchange", "codeattempts", "contentversion", "deleteditem", "deletedkey", "editorprofile", "formerdocument"),
    *("formername", "importundo", "itemdraft", "presence", "revision", "searchentry", "searchword", "uploadslot"),
    "workerheartbeat",
)


def remove_rights(apps, _schema_editor):
    internal = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="curation", content_type__model__in=INTERNAL
    )
    for holders in (apps.get_model("auth", "Group").permissions, apps.get_model("auth", "User").user_permissions):
        holders.through.objects.filter(permission__in=internal).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0054_second_factors"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(remove_rights, migrations.RunPython.noop)]
