"""`manage.py createsuperuser`: Django's command, whose rules for passwords hold without a question too."""

import os
from typing import Any

from django.contrib.auth.management.commands.createsuperuser import Command as CreateSuperuser
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError

from curation.management.exit_status import WRONG_USAGE


class Command(CreateSuperuser):
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["interactive"] and (password := os.environ.get("DJANGO_SUPERUSER_PASSWORD")):
            self._check(password, options)
        super().handle(*args, **options)

    def _check(self, password: str, options: dict[str, Any]) -> None:
        """Raise `CommandError` if a password is not accepted for the user of the options or the environment."""
        names = (User.USERNAME_FIELD, *User.REQUIRED_FIELDS)
        values = {name: options[name] or os.environ.get(f"DJANGO_SUPERUSER_{name.upper()}", "") for name in names}
        try:
            validate_password(password, User(**values))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=WRONG_USAGE) from error
