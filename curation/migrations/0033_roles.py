"""The groups of the roles. Whoever could change items before may still do all that it meant then."""

from django.db import migrations

from curation.items.roles import ROLES, add_permissions, group_of

from ._permissions import make_permissions

#: The permissions that the permission to change items included before they existed.
INCLUDED = ("change_any_curateditem", "review_curateditem", "publish_curateditem")


def make_roles(apps, _schema_editor):
    make_permissions(apps)
    grant_included(apps)
    for role, permissions in ROLES.items():
        add_permissions(group_of(role, apps), permissions, apps)


def grant_included(apps):
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="curation")
    change = permissions.get(codename="change_curateditem")
    included = permissions.filter(codename__in=INCLUDED)
    for user in apps.get_model("auth", "User").objects.filter(user_permissions=change):
        user.user_permissions.add(*included)
    for group in apps.get_model("auth", "Group").objects.filter(permissions=change):
        group.permissions.add(*included)


class Migration(migrations.Migration):
    dependencies = [
        ("curation", "0032_undos_of_imports"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
