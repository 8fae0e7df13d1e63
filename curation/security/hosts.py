"""The host that a request names: that of `SITE_URL` with its port, or a further one of `ALLOWED_HOSTS`."""

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.http.request import validate_host
from django.utils.log import log_response

from curation.lib.site_url import LOCAL_NAMES, name_of, normalised_host

log = logging.getLogger(__name__)
REFUSAL = "This server has no site of this name. Its operator sets the names: see SITE_URL and ALLOWED_HOSTS.\n"
#: Maximum number of characters of a refused host in the log.
MAX_LOGGED_CHARS = 100


class HostMiddleware:
    """Refuse requests that name another host, with a short 400 and one line in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host: str = request._get_raw_host()  # type: ignore[attr-defined]  # `get_host()` raises an error
        if is_allowed(host):
            return self.get_response(request)
        response = HttpResponse(REFUSAL, status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8")
        message = "A request for another host was refused: %r"
        log_response(message, host[:MAX_LOGGED_CHARS], response=response, request=request, logger=log, level="info")
        return response


def is_allowed(host: str) -> bool:
    """Whether requests may name a host. Local names, and those of `ALLOWED_HOSTS`, may have any port.

    No address that the site writes is made from the host of a request.
    """
    scheme, _, site = settings.SITE_URL.partition("://")
    if host == site:
        return True
    host = normalised_host(host, scheme)
    name = name_of(host)
    if host == site or not host:
        return bool(host)
    is_site_name = name == name_of(site) and name not in LOCAL_NAMES
    return not is_site_name and validate_host(name, settings.ALLOWED_HOSTS)
