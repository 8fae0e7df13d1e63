"""Settings of a benchmark: production's, on a database and folders that the benchmark names and throws away."""

import os

os.environ["DEBUG"] = "0"
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 40)
os.environ.setdefault("LOG_LEVEL", "ERROR")

from medigy.settings import *  # noqa: F403

# Hashed names would need collectstatic first; they cost a page nothing.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
