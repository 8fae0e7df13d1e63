"""The release of the site: a digest of all that pages depend on besides the content."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import django
import jinja2
from django.conf import settings

FOLDERS = ("curation", "medigy", "templates")


@cache
def release() -> str:
    """Return a digest of the code, the templates, the names of static files, the site's name and time zone.

    It is part of every cache key, so that no release reads the pages of another. It is the same in every process and on
    every machine.
    """
    digest = blake2b(
        f"{django.VERSION} {jinja2.__version__} {settings.SITE_NAME} {settings.TIME_ZONE}".encode(), digest_size=8
    )
    for path in _files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> list[Path]:
    files = [path for folder in FOLDERS for path in (settings.BASE_DIR / folder).rglob("*.*") if path.suffix != ".pyc"]
    manifest = Path(settings.STATIC_ROOT, "staticfiles.json")
    return [*sorted(files), *([manifest] if manifest.exists() else [])]
