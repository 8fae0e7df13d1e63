"""Changes that could take an account over: they ask for the password again, as the pages of one's own account do."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .error_pages import ErrorPage, error_page

_EXPLANATION = (
    "This changes who may log in, or what an account may do, and you typed your password a while ago. Confirm that it "
    "is you on a page of its own, then send this form again. Nothing was saved yet."
)


def ask_who_it_is(request: HttpRequest) -> HttpResponse | None:
    """Lead a user to confirm the log-in; `None` if that was done in the last `ACCOUNT_REAUTHENTICATION_TIMEOUT`.

    A form that was sent is answered with status 403 and a page that holds it. allauth would keep it in the session,
    with the passwords in it. Raises `PermissionDenied` for users who cannot confirm, as they have no password.
    """
    try:
        reauthentication_required(lambda _request: None)(request)
    except ReauthenticationRequired:
        methods = get_adapter().get_reauthentication_methods(request.user)
        if not methods:
            raise PermissionDenied from None
        is_page = request.method in ("GET", "HEAD")
        query = urlencode({"next": request.get_full_path() if is_page else reverse("admin:index")})
        url = f"{methods[0]['url']}?{query}"
        if is_page:
            return HttpResponseRedirect(url)
        link = (url, "Confirm that it is you")
        title = "Confirm that it is you first"
        return error_page(request, ErrorPage(HTTPStatus.FORBIDDEN, title, _EXPLANATION, "Send it again", link))
    return None
