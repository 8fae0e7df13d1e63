"""Settings of the tests: those of the site, with a temporary database and temporary folders."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ["DEBUG"] = "0"
os.environ["SITE_URL"] = "http://testserver"
os.environ.update(SEARCHES_PER_MINUTE="0", SUGGESTIONS_PER_MINUTE="0", API_REQUESTS_PER_MINUTE="0")
os.environ["ACCEPT_SQLITE_RISK"] = "1"  # databases of tests last for seconds
os.environ["STRANGER_LOGINS_PER_MINUTE"] = "0"  # a process logs in for many tests
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from medigy.settings import *  # noqa: F403
from medigy.settings import DATABASES

if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # Tests share a connection: a list that one test has not read to its end would close its cursor in the transaction
    # of a later one, and break it.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
    # Two test runs at once on one PostgreSQL server do not meet.
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    DATABASES["default"]["TEST"] = {"NAME": f"test_{DATABASES['default']['NAME']}_{run}"}

_scratch = TemporaryDirectory(prefix="medigy-test-")
MEDIA_ROOT = Path(_scratch.name, "media")
STATIC_ROOT = Path(_scratch.name, "static")
STATIC_ROOT.mkdir()
LOCKS = Path(_scratch.name)
IMPORT_UPLOADS = Path(_scratch.name, "uploads")
FORM_UPLOADS = Path(_scratch.name, "form_uploads")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
