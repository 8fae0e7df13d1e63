"""Settings of benchmarks: those of production, with a temporary database and temporary folders."""

import os

os.environ["DEBUG"] = "0"
os.environ.setdefault("SECRET_KEY", "only-for-benchmarks-" + "x" * 40)
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("CACHE_URL", "dummycache://")  # to measure pages that are rendered
# The demo editor, and the user of `benchmarks.rows`, log in by password alone.
os.environ.setdefault("SECOND_FACTOR_EXEMPT", "editor,bench")
os.environ["SITE_URL"] = "http://127.0.0.1:8000"
os.environ.setdefault("SEARCHES_PER_MINUTE", "0")
os.environ.setdefault("SUGGESTIONS_PER_MINUTE", "0")
os.environ.setdefault("API_REQUESTS_PER_MINUTE", "0")

from medigy.settings import *  # noqa: F403

# Hashed names would need collectstatic first, and do not change the time of a page.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
