"""The template context of every reader page."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, str]:
    return {"SITE_NAME": settings.SITE_NAME}
