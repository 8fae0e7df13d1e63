"""Who changes items: users of the admin, and commands."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who changes items. `user` is `None` for a command, which may do everything."""

    name: str
    user: User | None = None

    @classmethod
    def of(cls, user: AbstractBaseUser | AnonymousUser) -> Actor:
        """Return a user as an actor, under the full name if there is one."""
        assert isinstance(user, User)  # noqa: S101  # for the types
        return cls(user.get_full_name() or user.get_username(), user)

    @classmethod
    def command(cls, name: str = "") -> Actor:
        """Return the user of the operating system as an actor."""
        return cls(name or getpass.getuser())

    def may(self, permission: str) -> bool:
        """Whether the actor has a permission on items: `publish`, `review`, `change_any`, `delete`, …"""
        return self.user is None or self.user.has_perm(f"curation.{permission}_curateditem")
