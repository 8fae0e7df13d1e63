"""Settings of the test run: the site's own, on a throw-away database and media folder."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "x" * 40)
os.environ["DEBUG"] = "0"
os.environ.setdefault("DATABASE_URL", "sqlite://:memory:")

from medigy.settings import *  # noqa: F403

MEDIA_ROOT = tempfile.mkdtemp(prefix="medigy-test-media-")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
