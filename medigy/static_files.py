"""Static files under hashed names, and whether the web server can serve them: without them, each page is an error."""

import os

from django.conf import settings
from django.contrib.staticfiles.storage import ManifestFilesMixin
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import storages
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

COLLECT = "Run `manage.py collectstatic` with the settings of the web server"
OPEN = "Let the user of the site read the folder and its files"


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # without types
    """Compressed files under hashed names, by which the modules of the desk import each other, too.

    A module that is imported under its plain name runs a second time, with a state of its own, and may be an old one.
    """

    # Django would look for imports in the files of all packages, where some lead to no file.
    _, _imports = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("admin-curation/*.js", _imports))


def check_static_files() -> None:
    """Raise `ImproperlyConfigured` if static files, which are collected in production, are missing or closed."""
    root = f"STATIC_ROOT is {settings.STATIC_ROOT}, whose files cannot be served"
    try:
        storage = storages["staticfiles"]
    except PermissionError as error:
        raise ImproperlyConfigured(f"{root}: {error.filename} is closed. {OPEN}.") from error
    except (OSError, ValueError) as error:  # of the list of files, which is JSON
        raise ImproperlyConfigured(f"{root}: {error}. {COLLECT}.") from error
    if not isinstance(storage, ManifestFilesMixin):
        return
    if not storage.hashed_files:
        raise ImproperlyConfigured(f"{root}: {storage.path(storage.manifest_name)} is missing or empty. {COLLECT}.")
    for path in map(storage.path, storage.hashed_files.values()):
        if not os.access(path, os.R_OK):
            fault = f"{path} is closed. {OPEN}" if os.path.lexists(path) else f"{path} is missing. {COLLECT}"
            raise ImproperlyConfigured(f"{root}: {fault}.")
