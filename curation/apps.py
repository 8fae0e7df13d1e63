"""Registration: system checks, triggers around migrations, and what SQLite connections lack."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, pre_migrate


class CurationConfig(AppConfig):
    name = "curation"
    verbose_name = "Curation"

    def ready(self) -> None:
        from . import checks  # noqa: F401  # registers them
        from .models import triggers
        from .search import signals

        connection_created.connect(lower_all_letters)
        pre_migrate.connect(triggers.remove_triggers, sender=self)
        post_migrate.connect(triggers.add_triggers, sender=self)
        signals.connect(self)


def lower_all_letters(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Let SQLite's LOWER() know more letters than A to Z, as PostgreSQL's does: no name is there in two cases."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("LOWER", 1, _lower, deterministic=True)


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value
