"""Mistakes of the installation, told by `manage.py check` and at every start."""

from typing import Any

from django.core.checks import CheckMessage, Error, register
from PIL import features


@register
def check_image_formats(**_kwargs: Any) -> list[CheckMessage]:
    """Pillow builds of some distributions leave formats out; then every rendition would fail, in the background."""
    missing = [name for name, feature in (("AVIF", "avif"), ("WebP", "webp")) if not features.check(feature)]
    hint = "Install Pillow from PyPI, whose wheels have all formats: pip install --force-reinstall Pillow"
    return [Error(f"This Pillow cannot write {name} images.", hint=hint, id="curation.E001") for name in missing]
