"""The WSGI entry point: `gunicorn medigy.wsgi`."""

import logging
import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from curation.db.availability import limit_waits
from medigy.static_files import check_static_files

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
check_static_files()
application = get_wsgi_application()
limit_waits()
for fault in settings.ENV_FILE_FAULTS:
    logging.getLogger("medigy").warning(".env: %s", fault)
