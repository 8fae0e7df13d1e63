"""Settings of a benchmark: production's, on a database and folders that the benchmark names and throws away."""

import os

os.environ["DEBUG"] = "0"
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 40)
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("CACHE_URL", "dummycache://")  # what a page takes that is made, not kept
os.environ["ALLOWED_HOSTS"] = "localhost,127.0.0.1"

from medigy.settings import *  # noqa: F403

# Hashed names would need collectstatic first; they cost a page nothing.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
