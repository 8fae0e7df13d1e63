"""`manage.py create_demo_editor`: somebody to log in as."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission, User
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils.crypto import get_random_string

NAME = "editor"
GROUP = "Editors"
#: Models that editors look at alone.
WRITTEN_BY_IMPORTS = ("sourcedocument", "importrun", "importrecord", "conflict", "bodyreference")
PASSWORD_VARIABLE = "DEMO_EDITOR_PASSWORD"  # noqa: S105  # the variable's name


class Command(BaseCommand):
    help = (
        f"Create or update the staff user “{NAME}” in the group “{GROUP}”, which may edit all content, and print its "
        f"name and password. The password is taken from {PASSWORD_VARIABLE}, or made up."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="do it on a production site, too (DEBUG is off)")

    def handle(self, *_args: str, force: bool, **_options: Any) -> None:
        if not settings.DEBUG and not force:
            raise CommandError("A demo editor does not belong on a production site (DEBUG is off). --force makes one.")
        password = os.environ.get(PASSWORD_VARIABLE) or get_random_string(16)
        user, _ = User.objects.update_or_create(username=NAME, defaults={"is_staff": True, "is_active": True})
        user.set_password(password)
        user.save(update_fields=["password"])
        user.groups.add(make_group())
        self.stdout.write(f"Demo editor: {NAME}\nPassword: {password}")


def make_group() -> Group:
    """Return the group of editors, with every permission on content, but for what imports alone write."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    content = Q(content_type__app_label="curation")
    of_imports = Q(content_type__model__in=WRITTEN_BY_IMPORTS) & ~Q(codename__startswith="view_")
    group.permissions.set(Permission.objects.filter(content).exclude(of_imports))
    return group
