"""The ASGI entry point."""

import os

from django.core.asgi import get_asgi_application

from curation.db.availability import limit_waits

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "medigy.settings")
application = get_asgi_application()
limit_waits()
