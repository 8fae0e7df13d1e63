"""Mistakes of the installation, told by `manage.py check` and at every start."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from PIL import features


@register
def check_image_formats(**_kwargs: Any) -> list[CheckMessage]:
    """Pillow builds of some distributions leave formats out; then every rendition would fail, in the background."""
    missing = [name for name, feature in (("AVIF", "avif"), ("WebP", "webp")) if not features.check(feature)]
    hint = "Install Pillow from PyPI, whose wheels have all formats: pip install --force-reinstall Pillow"
    return [Error(f"This Pillow cannot write {name} images.", hint=hint, id="curation.E001") for name in missing]


@register
def check_uploads_are_not_served(**_kwargs: Any) -> list[CheckMessage]:
    """Files that editors upload for an import are unverified, and must not be where readers can ask for them."""
    uploads = Path(settings.IMPORT_UPLOADS).resolve()
    served = [name for name in ("MEDIA_ROOT", "STATIC_ROOT") if uploads.is_relative_to(_folder(name))]
    hint = "Choose a folder outside of it, such as var/uploads."
    return [Error(f"IMPORT_UPLOADS lies in {name}, which is served.", hint=hint, id="curation.E002") for name in served]


def _folder(setting: str) -> Path:
    return Path(getattr(settings, setting)).resolve()
