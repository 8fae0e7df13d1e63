"""Forms that are sent after the session has ended: logging in finishes the save, also without script.

1. A form of the admin without a session gets the log-in page, which holds the form: signed, for an hour.
2. Logging in sends it to its view, which checks the permissions of the user like for any form.

Nobody else can make a user save: step 1 follows the check of the form's own CSRF token, step 2 that of the log-in
page, and the signature binds the fields to their address. The form names the user whose page it was (`_typed_by`,
signed); it is sent at once for the same user only. Another user, or a form that does not say whose it is or that is
older than an hour, gets a page that says so and asks.
"""

from __future__ import annotations

from copy import copy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve, reverse
from django.utils.datastructures import MultiValueDict

from .error_pages import ErrorPage, error_page
from .posted_forms import TYPED_BY, PostedForm

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

#: The input of the log-in page that holds a form.
HELD_FORM = "held_form"


def is_form(request: HttpRequest) -> bool:
    """Whether a request is a form that a person has sent, in contrast to the request of a script."""
    if request.method != "POST" or request.path == reverse("admin:logout"):
        return False
    return request.headers.get("Sec-Fetch-Mode") == "navigate" or TYPED_BY in request.POST


def login_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Return the log-in page that holds the form of a request."""
    form = PostedForm.of(request)
    page_request = copy(request)
    page_request.method = "GET"
    context = {**login_context(form), "app_path": reverse("admin:login"), "next": request.get_full_path()}
    response = site.login(page_request, context)
    response.status_code = HTTPStatus.FORBIDDEN
    return response


def login_context(form: PostedForm | None) -> dict[str, Any]:
    """Return the template context of a log-in page that holds a form."""
    packed = form.pack() if form else ""
    return {HELD_FORM: packed, "lost_files": form.files if form else (), "is_too_large": form and not packed}


def finish(request: HttpRequest, packed: str) -> HttpResponse | None:
    """Send the form that a log-in page held to its view, or ask first; `None` if there is no such form."""
    form, is_young = PostedForm.unpack(packed)
    if form is None:
        return None
    request.held_form = form  # type: ignore[attr-defined]  # for error pages
    if not is_young:
        return _ask(request, form, "You sent it more than an hour ago. Somebody may have changed the same since then.")
    if form.user_id is None:
        return _ask(request, form, "The form does not say who filled it in. See what is in it first.")
    if form.user_id != request.user.pk:
        user = request.user.get_username()
        return _ask(request, form, f"You are logged in as {user}, and {form.typist or 'another user'} filled it in.")
    if form.files:
        messages.warning(request, f"Not saved, because you were logged out: {', '.join(form.files)}. Choose it again.")
    return _send(request, form)


def _ask(request: HttpRequest, form: PostedForm, reason: str) -> HttpResponse:
    page = ErrorPage(HTTPStatus.OK, "Save this form?", f"You are logged in. {reason} Nothing was saved yet.", "Save it")
    return error_page(request, page, form)


def _send(request: HttpRequest, form: PostedForm) -> HttpResponse:
    """Call the view of a form with a request as the browser would send it now."""
    path, _, query = form.path.partition("?")
    again: Any = copy(request)
    again.path, again.path_info = path, path.removeprefix(request.META.get("SCRIPT_NAME", ""))
    again.META = {**request.META, "PATH_INFO": again.path_info, "QUERY_STRING": query}
    again.GET, again.POST, again._files = QueryDict(query), form.data(), MultiValueDict()
    # Logging in has changed the secret; the forms of the answer must be signed with the new one.
    again.COOKIES = {**request.COOKIES, settings.CSRF_COOKIE_NAME: request.META["CSRF_COOKIE"]}
    again.resolver_match = match = resolve(again.path_info)
    response: HttpResponse = match.func(again, *match.args, **match.kwargs)
    return response
