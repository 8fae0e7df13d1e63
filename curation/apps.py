"""The app: registers system checks, triggers around migrations, and signals that update derived rows."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class CurationConfig(AppConfig):
    name = "curation"
    verbose_name = "Curation"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_removed

        from . import checks  # noqa: F401  # Django looks for no module of this name
        from .accounts import second_factor
        from .items import relations, synonyms
        from .models import triggers
        from .search import signals
        from .site_links import former_names

        pre_migrate.connect(triggers.remove_triggers, sender=self)
        post_migrate.connect(triggers.add_triggers, sender=self)
        signals.connect(self, _index_later)
        former_names.connect()
        relations.connect()
        synonyms.connect()
        authenticator_removed.connect(second_factor.on_removed)


def _index_later(ids: Sequence[int]) -> None:
    from .tasks import index_items

    index_items.enqueue(list(ids))
