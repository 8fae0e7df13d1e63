"""The WSGI entry point: `gunicorn medigy.wsgi`."""

import gc
import logging
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from curation.db.availability import limit_waits
from medigy.static_files import check_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
check_static_files()
application = get_wsgi_application()
limit_waits()
get_resolver().url_patterns  # noqa: B018  # loads all views, else the first request does
# What is loaded stays. Full garbage collections would look through it each time, 0.1 s in which no thread answers.
gc.collect()
gc.freeze()
for fault in settings.ENV_FILE_FAULTS:
    logging.getLogger("medigy").warning(".env: %s", fault)
