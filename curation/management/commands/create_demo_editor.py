"""`manage.py create_demo_editor`: create a staff user for trying out the site."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.utils.crypto import get_random_string

from curation.items.roles import group_of
from curation.management.exit_status import WRONG_USAGE

NAME = "editor"
ROLE = "Publisher"
#: The group that the demo editor had before there were roles.
FORMER_GROUP = "Editors"
PASSWORD_VARIABLE = "DEMO_EDITOR_PASSWORD"  # noqa: S105  # the variable's name


class Command(BaseCommand):
    help = (
        f"Create or update the staff user “{NAME}” with the role “{ROLE}”, and print its name and password. "
        f"The password is taken from {PASSWORD_VARIABLE}, or is random."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="run on a production site, too (DEBUG is off)")

    def handle(self, *_args: str, force: bool, **_options: Any) -> None:
        if not settings.DEBUG and not force:
            raise CommandError(
                "A demo editor does not belong on a production site (DEBUG is off). --force makes one.",
                returncode=WRONG_USAGE,
            )
        password = os.environ.get(PASSWORD_VARIABLE) or get_random_string(16)
        user, _ = User.objects.update_or_create(username=NAME, defaults={"is_staff": True, "is_active": True})
        user.set_password(password)
        user.save(update_fields=["password"])
        user.groups.set([group_of(ROLE)])
        Group.objects.filter(name=FORMER_GROUP, user=None).delete()
        self.stdout.write(f"Demo editor: {NAME}\nPassword: {password}")
