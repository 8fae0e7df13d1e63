"""Requests that are refused before anything reads their body, and rate limits."""

from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files import uploadhandler
from django.db import OperationalError
from django.http import HttpRequest
from django.test import Client

from curation.admin_site import posted_forms
from tests.factories import make_item
from tests.page_cache.conftest import redis  # noqa: F401  # a fixture

NOON = "2026-06-01 12:00:15Z"


class Unread(BytesIO):
    """A body that fails the test if anything reads it."""

    def read(self, *_size: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = readlines = __iter__ = __next__ = read  # type: ignore[assignment]


def send(method: str, path: str, size: int, client: Client | None = None, **extra: str) -> Any:
    """Send a form of some size, whose body nothing may read."""
    headers = {
        "CONTENT_LENGTH": str(size),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "HTTP_COOKIE": f"csrftoken={'a' * 32}",  # with which Django looks for the token of the form
        **extra,
    }
    client = client or Client(enforce_csrf_checks=True)
    if client.cookies:
        headers["HTTP_COOKIE"] += f"; {client.cookies.output(attrs=[], header='', sep=';')}"
    return client.request(REQUEST_METHOD=method, PATH_INFO=path, **{"wsgi.input": Unread(), **headers})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS", "NONSENSE"])
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/news/", "/news/story/", "/search/?q=x", "/search/suggest/", "/topic/", "/archive/2026/", "/nothing/"),
        *(
            "/news/feed.rss",
            "/sitemap.xml",
            "/sitemap-items-1.xml",
            "/robots.txt",
            "/opensearch.xml",
            "/news",
            "/x.php",
        ),
        *("/media/images/x.png", "/static/tokens.css", "/favicon.ico", "/manifest.webmanifest", "/administrator/"),
    ],
)
def test_an_address_for_readers_takes_no_other_method(method: str, path: str) -> None:
    answer = send(method, path, 200_000_000)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert "This page takes no such request" in answer.content.decode()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "NONSENSE"])
@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/items", "/api/nothing"])
def test_the_api_takes_no_other_method(method: str, path: str) -> None:
    answer = send(method, path, 200_000_000)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "NONSENSE"])
def test_the_desk_takes_forms_alone(method: str) -> None:
    answer = send(method, "/admin/login/", 200_000_000)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("path", ["/admin/login/", "/admin/", "/admin/curation/curateditem/add/", "/admin/nothing/"])
@pytest.mark.parametrize("size", [64_001, 200_000_000, 10**30])
@pytest.mark.django_db
def test_a_long_body_without_a_session_is_refused_unread(path: str, size: int) -> None:
    answer = send("POST", path, size)
    assert answer.status_code == 413
    assert "Log in before you send this" in answer.content.decode() or size > 500_000_000


@pytest.mark.django_db
def test_a_body_in_chunks_is_refused_unread() -> None:
    answer = send("POST", "/admin/login/", 0, HTTP_TRANSFER_ENCODING="chunked")
    assert answer.status_code == 411
    assert "Send it with a Content-Length" in answer.content.decode()


@pytest.mark.parametrize(("is_staff", "size", "status"), [(False, 64_001, 413), (True, 500_000_001, 413)])
@pytest.mark.django_db
def test_a_session_of_staff_may_send_more(is_staff: bool, size: int, status: int) -> None:
    client = Client()
    client.force_login(User.objects.create_user("someone", is_staff=is_staff))
    assert send("POST", "/admin/", size, client).status_code == status


@pytest.mark.django_db
def test_the_form_of_an_editor_may_be_long(admin_client: Client) -> None:
    data = {"title": "Long", "body_markdown": "word " * 100_000}
    assert admin_client.post("/admin/curation/curateditem/add/", data).status_code == 200  # with errors of the form


@pytest.mark.django_db
def test_a_database_that_fails_is_named_and_the_body_stays_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_request: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", fail)
    assert send("POST", "/admin/login/", 100_000).status_code == 503


@pytest.mark.django_db
def test_a_short_form_without_a_session_is_never_stored_on_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: LazySettings
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    monkeypatch.setattr(uploadhandler, "TemporaryUploadedFile", lambda *_: pytest.fail("a file was stored"))
    file = BytesIO(b"x" * 60_000)
    answer = Client(enforce_csrf_checks=True).post(
        "/admin/login/", {"file": file}, headers={"Cookie": "csrftoken=" + "a" * 32}
    )
    assert answer.status_code == 403


def test_a_form_that_the_log_in_page_holds_comes_back_within_the_limit(settings: LazySettings) -> None:
    beside_it = len("csrfmiddlewaretoken=&username=&password=&next=&held_form=") + 64 + 4 * 150
    assert posted_forms.MAX_PACKED_CHARS + beside_it < settings.MAX_ANONYMOUS_BODY_BYTES


@pytest.fixture
def limits(settings: LazySettings) -> None:
    """Limits of two requests, counted in memory, apart from other tests."""
    settings.RATE_LIMITS = {"search": 2, "suggestions": 2, "api": 2}
    settings.CACHES = {"default": {"BACKEND": "curation.caching.backends.MemoryCache", "LOCATION": uuid4().hex}}


LIMITED = ["/search/?q=story", "/search/suggest/?q=story", "/api/v1/items?words=story", "/news/?words=story&x=1"]


@pytest.mark.parametrize("path", LIMITED)
@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_who_asks_too_often_waits_for_the_next_minute(path: str) -> None:
    with time_machine.travel(NOON, tick=False):
        statuses = [Client().get(f"{path}&page={number}").status_code for number in (1, 1)]
        assert 429 not in statuses
        refused = Client().get(path)
        assert (refused.status_code, refused["Retry-After"]) == (429, "45")
        assert "Try again in 45 s" in refused.content.decode()
        is_api = path.startswith("/api/")
        assert refused["Content-Type"] == ("application/problem+json" if is_api else "text/html; charset=utf-8")
        assert Client().get(path, REMOTE_ADDR="192.0.2.1").status_code != 429
        assert Client().get("/topic/").status_code == 200
    with time_machine.travel("2026-06-01 12:01:00Z", tick=False):
        assert Client().get(path).status_code != 429


@pytest.mark.django_db
@pytest.mark.usefixtures("limits", "redis")
def test_processes_count_together_in_redis() -> None:
    with time_machine.travel(NOON, tick=False):
        assert [Client().get("/search/?q=x").status_code for _ in range(3)] == [200, 200, 429]


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_the_addresses_of_one_ipv6_network_count_together() -> None:
    with time_machine.travel(NOON, tick=False):
        answers = [Client().get("/search/?q=x", REMOTE_ADDR=f"2001:db8::{number}") for number in (1, 2, 3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_staff_are_not_limited_and_other_sessions_are(admin_client: Client) -> None:
    other = Client()
    other.force_login(User.objects.create_user("reader"))
    with time_machine.travel(NOON, tick=False):
        for client, last in ((admin_client, 200), (other, 429)):
            assert [client.get("/search/?q=x").status_code for _ in range(3)][-1] == last


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("limits")
def test_answers_of_the_page_cache_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    make_item("Story")
    counted: list[str] = []

    def network(request: HttpRequest) -> str:
        counted.append(request.path)
        return "192.0.2.9"

    monkeypatch.setattr("curation.security.rate_limits.client_network", network)
    with time_machine.travel(NOON, tick=False):
        for _ in range(8):
            Client().get("/api/v1/items")
    assert 1 <= len(counted) <= 2  # a page may be stored at its second request


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0"])
@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_a_cache_that_fails_limits_nothing(settings: LazySettings, address: str) -> None:
    settings.CACHES = {"default": {"BACKEND": "curation.caching.backends.SignedRedisCache", "LOCATION": address}}
    client = Client()
    assert {client.get("/search/?q=x").status_code for _ in range(4)} == {200}


@pytest.mark.django_db
@pytest.mark.usefixtures("limits")
def test_a_limit_of_0_is_none(settings: LazySettings) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "search": 0}
    with time_machine.travel(NOON, tick=False):
        assert {Client().get("/search/?q=x").status_code for _ in range(4)} == {200}
