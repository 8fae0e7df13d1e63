"""Errors of the API, and its answers to programs in browsers."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client

from curation.api.middleware import METHODS
from tests.factories import make_item

from .asking import ROOT, ask, errors, get_json

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("limit", ["0", "-1", "101", "9" * 30, "x", "1.5", "", "%00"])
def test_a_limit_outside_its_bounds_is_an_error(limit: str) -> None:
    ((parameter, detail, hint),) = errors(f"items?limit={limit}", 400)
    assert (parameter, detail) == ("limit", "Its value cannot be used.")
    assert hint.startswith("Input should be ")


@pytest.mark.parametrize("path", ["items", "topics"])
@pytest.mark.parametrize(
    "place", ["x", "1", "1.", f"{'9' * 18}.1", f"1.{'9' * 19}", "-1", "9" * 19, "%00", "²", "1.1 "]
)
def test_an_invalid_cursor_is_an_error(path: str, place: str) -> None:
    if (path, place) != ("topics", "1"):
        ((parameter, _detail, hint),) = errors(f"{path}?after={place}", 400)
        assert (parameter, hint) == ("after", "Follow “next” of the page before, or leave it out to begin.")


@pytest.mark.parametrize("key", ["0", "-1", "abc", "1.5", "9" * 30, "9" * 5000, "%00", "²", "1 OR 1=1"])
def test_an_invalid_id_is_an_error(key: str) -> None:
    ((parameter, _detail, _hint),) = errors(f"items/{key}", 400)
    assert parameter == "number"


def test_a_missing_item_is_not_found() -> None:
    assert errors("items/4711", 404) == [
        ("path", "There is no item “4711”.", "See /api/v1/items for those there are."),
    ]


def test_a_misspelt_name_is_reported_with_the_valid_ones() -> None:
    ((parameter, detail, hint),) = errors("items?topics=care", 400)
    assert (parameter, detail) == ("topics", "There is no parameter “topics”.")
    assert "topic, " in hint
    ((parameter, detail, hint),) = errors("items?fields=title,titel", 400)
    assert (parameter, detail) == ("fields", "There is no field “titel”.")
    assert "title, " in hint


@pytest.mark.parametrize("path", ["/api/", "/api/v2/", "/api/v1/none", "/api/v1/items/", "/api/v1/topics/a/b"])
def test_an_unknown_address_is_reported_in_json(path: str) -> None:
    assert errors(path, 404) == [
        ("path", "There is nothing at this address.", "See /api/v1/ for the addresses of the API.")
    ]


def test_a_suspicious_request_is_reported_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    def suspect(*_args: object) -> None:
        raise SuspiciousOperation

    monkeypatch.setattr("curation.api.middleware.ApiMiddleware._read", suspect)
    response = Client().get("/api/v1/items")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")


def test_an_exception_is_reported_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("curation.api.routes.select_fields", broken)
    client = Client(raise_request_exception=False)
    response = client.get("/api/v1/items")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["errors"] == [
        {"parameter": "site", "detail": "Something went wrong on the server.", "hint": "Try again later."}
    ]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_is_for_reading_only(method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/items")
    assert response.status_code == 405
    assert response["Allow"] == METHODS
    assert response.json()["errors"][0]["hint"] == "Use GET: the API is for reading."


def test_head_answers_without_a_body() -> None:
    make_item()
    response = Client().head(f"{ROOT}items")
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == ask("items")["ETag"]


def test_another_origin_may_send_headers_but_no_cookies() -> None:
    origin = {"origin": "https://example.com", "access-control-request-method": "GET"}
    response = Client().options(
        "/api/v1/items", headers={**origin, "access-control-request-headers": "if-none-match, x-mine"}
    )
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Access-Control-Allow-Methods"] == METHODS
    assert response["Access-Control-Allow-Headers"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert ask("items", **origin)["Access-Control-Expose-Headers"] == "ETag, Link"


def test_pages_for_people_are_not_for_other_origins() -> None:
    assert "Access-Control-Allow-Origin" not in Client().get("/news/")


def test_several_errors_are_reported_together() -> None:
    assert [parameter for parameter, *_ in errors("items?topics=care&kinds=News", 400)] == ["topics", "kinds"]


def test_the_description_has_the_problem_as_it_is_answered() -> None:
    description = get_json("openapi.json")
    responses = description["paths"]["/api/v1/items"]["get"]["responses"]
    (media_type, content), *others = responses["400"]["content"].items()
    assert (media_type, others) == ("application/problem+json", [])
    schemas = description["components"]["schemas"]
    problem = schemas[content["schema"]["$ref"].rpartition("/")[2]]
    assert set(problem["required"]) == {"title", "status", "detail", "errors"}
    error = schemas[problem["properties"]["errors"]["items"]["$ref"].rpartition("/")[2]]
    assert set(error["required"]) == {"detail", "parameter", "hint"}
