"""System checks of the installation, run by `manage.py check` and at every start."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from PIL import features

from curation.lib.media_types import RENDITIONS


@register
def check_image_formats(**_kwargs: Any) -> list[CheckMessage]:
    """Check that Pillow writes all formats of renditions: builds of some distributions do not."""
    missing = [rendition.label for rendition in RENDITIONS if not features.check(rendition.pillow_format.lower())]
    hint = "Install Pillow from PyPI, whose wheels have all formats: pip install --force-reinstall Pillow"
    return [Error(f"This Pillow cannot write {name} images.", hint=hint, id="curation.E001") for name in missing]


@register
def check_uploads_are_not_served(**_kwargs: Any) -> list[CheckMessage]:
    """Check that files uploaded for imports and forms, which are unverified, are in no folder that is served."""
    folders = {"IMPORT_UPLOADS": "var/uploads", "FORM_UPLOADS": "var/form_uploads"}
    return [
        Error(
            f"{uploads} is inside {served}, which is served.",
            hint=f"Choose a folder outside of it, such as {example}.",
            id="curation.E002",
        )
        for uploads, example in folders.items()
        for served in ("MEDIA_ROOT", "STATIC_ROOT")
        if _folder(uploads).is_relative_to(_folder(served))
    ]


def _folder(setting: str) -> Path:
    return Path(getattr(settings, setting)).resolve()
