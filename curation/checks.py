"""System checks of the installation, run by `manage.py check` and at every start."""

import platform
import sqlite3
import stat
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import connection
from PIL import features

from curation.lib.media_types import RENDITIONS
from curation.lib.site_url import LOCAL_NAMES, name_of
from curation.lib.sqlite_version import can_corrupt

SITE_URL_HINT = "Set it to the address at which readers find the site, such as https://news.example.org."


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


@register
def check_site_url(**_kwargs: Any) -> list[CheckMessage]:
    """Check that a site with names of its own has its address: links would lead to this machine."""
    own = [host for host in settings.ALLOWED_HOSTS if host not in LOCAL_NAMES]
    if settings.DEBUG or not own or not _is_local():
        return []
    text = f"ALLOWED_HOSTS names {own[0]}, and SITE_URL is {settings.SITE_URL}: all links would lead there."
    return [Error(text, hint=SITE_URL_HINT, id="curation.E003")]


@register(deploy=True)
def check_site_url_of_deployment(**_kwargs: Any) -> list[CheckMessage]:
    """Check that a deployed site has its address."""
    if not _is_local():
        return []
    return [
        Error(f"SITE_URL is {settings.SITE_URL}, an address of this machine.", hint=SITE_URL_HINT, id="curation.E004")
    ]


@register(deploy=True)
def check_proxy(**_kwargs: Any) -> list[CheckMessage]:
    """Check that a site with HTTPS, which a proxy ends, knows of the proxy."""
    if not settings.HTTPS or settings.BEHIND_PROXY:
        return []
    text = (
        f"SITE_URL is {settings.SITE_URL}, and BEHIND_PROXY is 0: HTTPS ends at a proxy, whose address all clients "
        "would have. Their wrong passwords would count together, and requests be redirected for ever."
    )
    hint = "Set BEHIND_PROXY to the number of proxies: 1 for nginx, 2 for a CDN before it."
    return [CheckWarning(text, hint=hint, id="curation.W003")]


@register(deploy=True)
def check_sqlite(**_kwargs: Any) -> list[CheckMessage]:
    """Check that SQLite, if it is used, has no known bug that corrupts databases. A site with any but local names
    refuses to start with one, unless `ACCEPT_SQLITE_RISK` is set; it is told all the same.
    """
    if connection.vendor != "sqlite" or not can_corrupt(sqlite3.sqlite_version_info):
        return []
    text = f"SQLite {sqlite3.sqlite_version} can, rarely, corrupt a database that several processes write to."
    hint = (
        "Use PostgreSQL or a Python with SQLite 3.51.3 or newer. Until then: one web process, one worker, and a backup "
        "every day."
    )
    return [CheckWarning(text, hint=hint, id="curation.W002")]


@register
def check_env_file(**_kwargs: Any) -> list[CheckMessage]:
    """Check that each line of `.env` is a setting: one that is misspelt would be left out without a word."""
    hint = "Correct or remove it: docs/settings.md lists all settings."
    return [CheckWarning(f".env: {fault}", hint=hint, id="curation.W004") for fault in settings.ENV_FILE_FAULTS]


@register(Tags.security, deploy=True)
def check_transport(**_kwargs: Any) -> list[CheckMessage]:
    """Check that a public site uses HTTPS. Django's checks of the settings that follow from it are silenced."""
    if settings.HTTPS or _is_local():
        return []
    text = f"SITE_URL is {settings.SITE_URL}: passwords and sessions of editors can be read on their way."
    hint = "Let the proxy answer HTTPS (docs/deploy.md), and set SITE_URL to an address with https."
    return [CheckWarning(text, hint=hint, id="curation.W005")]


@register(Tags.security, deploy=True)
def check_hosts_are_named(**_kwargs: Any) -> list[CheckMessage]:
    """Check that `ALLOWED_HOSTS` lists names, not `*` or domains with all subdomains (`.example.org`).

    Health checks need none: they are answered under any name.
    """
    hint = "Name the hosts one by one; the host of SITE_URL, and /livez and /readyz, need none of them."
    return [
        Error(f"ALLOWED_HOSTS has “{host}”, which allows names of others.", hint=hint, id="curation.E005")
        for host in settings.ALLOWED_HOSTS
        if host.startswith(("*", "."))
    ]


def _is_local() -> bool:
    return name_of(settings.SITE_URL.partition("://")[2]) in LOCAL_NAMES


#: The first patched release of each Python that has them: html.parser was quadratic before (CVE-2025-6069).
PATCHED_PYTHON = ((3, 11, 14), (3, 12, 12), (3, 13, 6))


@register(Tags.security, deploy=True)
def check_python_is_patched(**_kwargs: Any) -> list[CheckMessage]:
    """Tell if this Python lacks fixes of its parser for HTML, which reads bodies that others have written."""
    floor = next((floor for floor in PATCHED_PYTHON if floor[:2] == sys.version_info[:2]), None)
    if floor is None or sys.version_info[:3] >= floor:
        return []
    name, patched = platform.python_version(), ".".join(map(str, floor))
    hint = f"Install Python {patched} or a later one, then make the virtual environment again."
    return [Info(f"Python {name} has known vulnerabilities in reading HTML.", hint=hint, id="curation.I001")]


@register(Tags.security, deploy=True)
def check_secrets_are_private(**_kwargs: Any) -> list[CheckMessage]:
    """Check that other users of this machine can read neither the settings, nor uploads, nor a SQLite file: it has
    sessions. What the site makes is closed to them; this is for files and folders that were there before.
    """
    database = settings.DATABASES["default"]
    is_file = database["ENGINE"] == "django.db.backends.sqlite3"
    files = [settings.BASE_DIR / ".env", *([Path(database["NAME"])] if is_file else [])]
    files += [_folder(uploads) for uploads in ("IMPORT_UPLOADS", "FORM_UPLOADS")]
    return [
        CheckWarning(f"Other users of this machine can read {file}.", hint=f"chmod o= {file}", id="curation.W001")
        for file in files
        if file.exists() and file.stat().st_mode & stat.S_IROTH and file.parent.stat().st_mode & stat.S_IXOTH
    ]


def _folder(setting: str) -> Path:
    return Path(getattr(settings, setting)).resolve()
