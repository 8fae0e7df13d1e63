"""Registration: system checks, triggers around migrations, and signals of the search index."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CurationConfig(AppConfig):
    name = "curation"
    verbose_name = "Curation"

    def ready(self) -> None:
        from . import checks, renaming  # noqa: F401  # registers them
        from .models import triggers
        from .search import signals

        pre_migrate.connect(triggers.remove_triggers, sender=self)
        post_migrate.connect(triggers.add_triggers, sender=self)
        signals.connect(self)
        renaming.connect()
