"""Save and restore the rows and media files of a site, from which a drill starts many times."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model
from django_tasks_db.models import DBTaskResult

from curation.models import ContentVersion, Tag


@dataclass(frozen=True, slots=True)
class SiteState:
    """The rows of a site by model, and a copy of its media folder."""

    rows: dict[type[Model], list[Model]]
    media: Path


def models() -> list[type[Model]]:
    """Return the models that an import writes. Triggers update the version of the content."""
    own = apps.get_app_config("curation").get_models(include_auto_created=True)
    return [*(model for model in own if not model._meta.proxy and model is not ContentVersion), Tag, DBTaskResult]


def save_state(folder: Path) -> SiteState:
    """Save the rows of the site, and copy its media files to a folder."""
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    shutil.copytree(settings.MEDIA_ROOT, folder)
    return SiteState({model: list(model._base_manager.all()) for model in models()}, folder)


def restore(state: SiteState) -> None:
    """Replace all rows and media files of the site."""
    connection.close()
    with transaction.atomic():  # at whose end foreign keys are checked
        for model in state.rows:
            model._base_manager.all()._raw_delete(using=connection.alias)
        for model, rows in state.rows.items():
            model._base_manager.bulk_create(rows)
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    shutil.copytree(state.media, settings.MEDIA_ROOT)
