"""`manage.py reset_second_factor`: remove the second factor of a user who has lost it."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from curation.accounts import second_factor
from curation.management.exit_status import WRONG_USAGE


class Command(BaseCommand):
    help = "Remove the authenticator app, passkeys and recovery codes of a user who lost them, and end the sessions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the name with which the user logs in")

    def handle(self, *_args: str, user: str, **_options: Any) -> None:
        found = User.objects.filter(username=user).first()
        if found is None:
            raise CommandError(
                f"There is no user “{user}”. The names are in the admin, under Users.", returncode=WRONG_USAGE
            )
        removed = second_factor.reset(found)
        then = "The next login asks for a new one." if second_factor.is_required(found) else "None is needed."
        self.stdout.write(f"Removed {removed} second factor{'' if removed == 1 else 's'} of {user}. {then}")
