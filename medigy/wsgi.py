"""The WSGI entry point: `gunicorn medigy.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

from curation.db.availability import limit_waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
application = get_wsgi_application()
limit_waits()
