"""The pages for what is wrong."""

from typing import Any
from unittest import mock

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, InternalError, OperationalError, connection
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from curation.db import availability
from curation.models import CuratedItem
from curation.views import errors
from medigy import urls
from tests.factories import make_item
from tests.page_cache.conftest import memory  # noqa: F401  # a fixture: an empty page cache

from .pages import ParsedPage, get


def refuse(_request: object) -> None:
    raise PermissionDenied


def suspect(_request: object) -> None:
    raise SuspiciousOperation("a canary that readers must not see")


def fail(_request: object) -> None:
    raise RuntimeError("a canary that readers must not see")


urlpatterns = [path("refuse/", refuse), path("fail/", fail), path("suspect/", suspect), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.mark.django_db
def test_a_missing_page_waits_little_for_recent_items(settings: LazySettings) -> None:
    limits = []

    def execute(call: Any, *arguments: Any) -> Any:
        limits.append((availability._limit.get(), arguments[0]))
        return call(*arguments)

    with connection.execute_wrapper(execute):
        assert Client().get("/nothing/").status_code == 404
    recent = [
        limit for limit, statement in limits if "ORDER BY" in statement and f"LIMIT {errors.MAX_RECENT}" in statement
    ]
    assert recent == [settings.PROBE_TIMEOUT_SECONDS]


@pytest.mark.django_db
def test_a_missing_page_offers_search_and_recent_items() -> None:
    for number in range(7):
        make_item(f"Number {number}")
    page = get("/gone/", 404)
    assert page.texts("h1") == ["There is no such page"]
    assert page.texts("main//ul/li/a") == [f"Number {number}" for number in range(6, 1, -1)]
    assert page.one("form").get("action") == "/search/"
    assert page.one("input").get("name") == "q"
    assert page.meta("robots") == "noindex"


@pytest.mark.django_db
def test_a_missing_page_without_any_items_still_offers_search() -> None:
    assert get("/gone/", 404).one("input").get("name") == "q"


AWAY: Any = {"side_effect": OperationalError("the database is away")}
ENSURE_CONNECTION = "django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection"


@pytest.mark.parametrize("path", ["/", "/gone/", "/old-address", "/news/a-story", "/feed.xml", "/search/?q=x"])
def test_without_the_database_any_address_answers_503_and_none_404(path: str) -> None:
    client = Client(raise_request_exception=False)
    with mock.patch(ENSURE_CONNECTION, **AWAY) as connect:
        for _ in range(3):
            response = client.get(path)
            assert (response.status_code, response["Retry-After"]) == (503, "10")
            assert response["Cache-Control"] == "private, no-store"
            assert ParsedPage(response).texts("h1") == ["Back in a moment"]
    assert connect.call_count <= 3, "only the first request asks the database"


def test_without_the_database_the_api_answers_a_problem() -> None:
    with mock.patch(ENSURE_CONNECTION, **AWAY):
        response = Client(raise_request_exception=False).get("/api/v1/items")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 503


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.django_db
def test_what_is_not_allowed_is_said_in_words() -> None:
    assert get("/refuse/", 403).texts("h1") == ["You may not see this page"]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.django_db
def test_a_fault_is_said_in_words_and_not_explained() -> None:
    response = Client(raise_request_exception=False).get("/fail/")
    assert response.status_code == 500
    page = ParsedPage(response)
    assert page.texts("h1") == ["Something went wrong here"]
    assert "canary" not in response.content.decode()
    assert page.links == ["/"]


@override_settings(ROOT_URLCONF=__name__, STATIC_URL="/files/")
def test_a_fault_is_answered_without_database_or_files(settings: LazySettings) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "no.such.Storage"}}
    response = Client(raise_request_exception=False).get("/fail/")
    assert response.status_code == 500
    assert [link.get("href") for link in ParsedPage(response).all("link")] == [
        "/files/tokens.css",
        "/files/reader/base.css",
    ]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.django_db
def test_a_suspicious_request_is_a_bad_request() -> None:
    response = Client().get("/suspect/")
    assert response.status_code == 400
    assert ParsedPage(response).texts("h1") == ["This request is not valid"]
    assert b"canary" not in response.content


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError, InternalError])
def test_a_failing_query_answers_503(error: type[Exception]) -> None:
    with mock.patch.object(CuratedItem.objects, "published", side_effect=error):
        assert Client(raise_request_exception=False).get("/news/").status_code == 503


def test_a_static_file_that_is_not_there_needs_no_database(client: Client) -> None:
    """The test has no database."""
    response = client.get("/static/nothing.css")
    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
