"""Nothing that one person sees reaches another: a canary shows it."""

import pytest
from django.conf import LazySettings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import path

from medigy import urls

pytestmark = pytest.mark.usefixtures("still")

CANARY = "canary-7f3a"


def who(request: HttpRequest) -> HttpResponse:
    """Greet by the header alone: no `Vary` tells that it was read."""
    return HttpResponse(f"{CANARY} editor" if request.META.get("HTTP_COOKIE") else "reader")


def token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{CANARY} {get_token(request)}")


def tell(request: HttpRequest) -> HttpResponse:
    messages.info(request, CANARY)
    return HttpResponse("told")


def told(request: HttpRequest) -> HttpResponse:
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


views = (who, token, tell, told, language, private, cookie)
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


def kept() -> bytes:
    """Return all that is kept, as it lies in memory."""
    return b"".join(caches["default"]._cache.values())  # type: ignore[attr-defined]  # LocMemCache has it


def test_what_an_editor_sees_is_not_kept(editor: Client) -> None:
    response = editor.get("/who/")
    assert CANARY in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    assert Client().get("/who/").content == b"reader"
    assert CANARY.encode() not in kept()


def test_an_editor_does_not_see_what_is_kept(editor: Client) -> None:
    assert Client().get("/who/").content == b"reader"
    assert b"reader" in kept()
    assert CANARY in editor.get("/who/").content.decode()


@pytest.mark.parametrize("path", ["/token/", "/private/", "/cookie/", "/language/", "/admin/login/"])
def test_answers_that_are_for_one_reader_are_not_kept(path: str) -> None:
    assert Client().get(path).status_code == 200
    assert kept() == b""


def test_messages_reach_only_who_they_are_for() -> None:
    client = Client()
    client.get("/tell/")
    assert Client().get("/told/").content == b""
    assert CANARY in client.get("/told/").content.decode()
    assert Client().get("/told/").content == b""
    assert CANARY.encode() not in kept()


def test_who_says_who_they_are_gets_an_answer_of_their_own() -> None:
    Client().get("/who/", headers={"Authorization": "Basic x"})
    assert kept() == b""


def test_other_cookies_neither_hinder_nor_reach_a_page() -> None:
    Client().get("/topic/", headers={"Cookie": f"consent={CANARY}"})
    assert b"No topics yet" in kept()
    assert CANARY.encode() not in kept()


@pytest.mark.parametrize("path", ["/", "/admin/", "/gone/"])
def test_nobody_may_keep_what_an_editor_gets(editor: Client, path: str) -> None:
    control = editor.get(path)["Cache-Control"]
    assert "private" in control
    assert "no-store" in control
