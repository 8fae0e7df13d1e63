"""No page of one person reaches another: a canary text would show it."""

import pytest
from django.conf import LazySettings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory
from django.urls import path

from curation.page_cache.requests import is_personal
from medigy import urls

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

CANARY = "canary-7f3a"


def who(request: HttpRequest) -> HttpResponse:
    """Read a header that `Vary` does not name."""
    return HttpResponse(f"{CANARY} editor" if request.META.get("HTTP_COOKIE") else "reader")


def token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{CANARY} {get_token(request)}")


def add_message(request: HttpRequest) -> HttpResponse:
    messages.info(request, CANARY)
    return HttpResponse("added")


def show_messages(request: HttpRequest) -> HttpResponse:
    return HttpResponse(", ".join(str(message) for message in messages.get_messages(request)))


def language(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(f"{CANARY} {request.META.get('HTTP_ACCEPT_LANGUAGE')}")
    response["Vary"] = "Accept-Language"
    return response


def private(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(CANARY, headers={"Cache-Control": "private"})


def cookie(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(CANARY)
    response.set_cookie("seen", CANARY)
    return response


views = (who, token, add_message, show_messages, language, private, cookie)
urlpatterns = [*(path(f"{view.__name__}/", view) for view in views), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture(autouse=True)
def root_urls(settings: LazySettings) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("editor"))
    return client


def cached_bytes() -> bytes:
    """Return the pickled bytes of all cached pages."""
    return b"".join(caches["default"]._cache.values())  # type: ignore[attr-defined]  # LocMemCache has it


def test_an_editors_page_is_not_cached(editor: Client) -> None:
    response = editor.get("/who/")
    assert CANARY in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert Client().get("/who/").content == b"reader"
    assert CANARY.encode() not in cached_bytes()


def test_an_editor_does_not_get_a_cached_page(editor: Client) -> None:
    assert Client().get("/who/").content == b"reader"
    assert b"reader" in cached_bytes()
    assert CANARY in editor.get("/who/").content.decode()


@pytest.mark.parametrize("path", ["/token/", "/private/", "/cookie/", "/language/", "/admin/login/"])
def test_private_responses_are_not_cached(path: str) -> None:
    assert Client().get(path).status_code == 200
    assert cached_bytes() == b""


def test_messages_reach_only_their_own_user() -> None:
    client = Client()
    client.get("/add_message/")
    assert Client().get("/show_messages/").content == b""
    assert CANARY in client.get("/show_messages/").content.decode()
    assert Client().get("/show_messages/").content == b""
    assert CANARY.encode() not in cached_bytes()


def test_a_request_with_credentials_is_not_cached() -> None:
    Client().get("/who/", headers={"Authorization": "Basic x"})
    assert cached_bytes() == b""


@pytest.mark.parametrize("cookies", [None, "", "consent=1", "consent=1; sessionid=x", "messages=x", "sessionid="])
@pytest.mark.parametrize("authorization", [None, "", "Basic x"])
def test_a_request_is_personal_by_its_session_messages_or_credentials(
    cookies: str | None, authorization: str | None
) -> None:
    headers = {"HTTP_COOKIE": cookies, "HTTP_AUTHORIZATION": authorization}
    request = RequestFactory().get("/", **{name: value for name, value in headers.items() if value is not None})
    if cookies is None:
        del request.META["HTTP_COOKIE"]  # the factory always sets one
    has_own_cookie = any(name in (cookies or "") for name in ("sessionid", "messages"))
    assert is_personal(request) is (has_own_cookie or authorization is not None)


def test_readers_share_pages_whether_or_not_they_send_the_header_cookie() -> None:
    with_it, without_it = Reader(), Reader(is_cookieless=True)
    assert without_it.get("/who/")["Cache-Control"].startswith("public")
    assert without_it.finds_cached("/who/")
    assert with_it.finds_cached("/who/")


def test_credentials_without_the_header_cookie_neither_read_nor_fill_the_cache() -> None:
    reader = Reader(is_cookieless=True)
    credentials = {"Authorization": "Basic x"}
    assert reader.get("/who/", headers=credentials)["Cache-Control"] == "private, no-store"
    assert cached_bytes() == b""
    reader.get("/who/")
    assert not reader.finds_cached("/who/", headers=credentials)


def test_other_cookies_neither_prevent_caching_nor_reach_a_page() -> None:
    Client().get("/topic/", headers={"Cookie": f"consent={CANARY}"})
    assert b"No topics yet" in cached_bytes()
    assert CANARY.encode() not in cached_bytes()


@pytest.mark.parametrize("path", ["/", "/admin/", "/gone/"])
def test_no_cache_may_store_an_editors_page(editor: Client, path: str) -> None:
    control = editor.get(path)["Cache-Control"]
    assert "private" in control
    assert "no-store" in control
