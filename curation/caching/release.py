"""Which release of the site makes the pages: what they follow from besides the content."""

from functools import cache
from hashlib import blake2b
from pathlib import Path

import django
import jinja2
from django.conf import settings

FOLDERS = ("curation", "medigy", "templates")


@cache
def release() -> str:
    """Return a digest of code, templates, static files' names and site name, so that no release shows another's pages.

    The same in every process of a release, whichever machine it runs on.
    """
    digest = blake2b(f"{django.VERSION} {jinja2.__version__} {settings.SITE_NAME}".encode(), digest_size=8)
    for path in _files():
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _files() -> list[Path]:
    files = [path for folder in FOLDERS for path in (settings.BASE_DIR / folder).rglob("*.*") if path.suffix != ".pyc"]
    manifest = Path(settings.STATIC_ROOT, "staticfiles.json")
    return [*sorted(files), *([manifest] if manifest.exists() else [])]
