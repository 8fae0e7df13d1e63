"""What the API answers to what it cannot do, and to programs in browsers."""

import pytest
from django.test import Client

from curation.api.middleware import METHODS
from tests.factories import make_item

from .asking import ROOT, ask, faults

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("limit", ["0", "-1", "101", "9" * 30, "x", "1.5", "", "%00"])
def test_a_list_is_as_long_as_is_bounded(limit: str) -> None:
    ((where, what, mend),) = faults(f"items?limit={limit}", 400)
    assert (where, what) == ("limit", "Its value cannot be used.")
    assert mend.startswith("Input should be ")


@pytest.mark.parametrize("path", ["items", "topics"])
@pytest.mark.parametrize(
    "place", ["x", "1", "1.", f"{'9' * 18}.1", f"1.{'9' * 19}", "-1", "9" * 19, "%00", "²", "1.1 "]
)
def test_a_place_that_there_is_not_is_refused(path: str, place: str) -> None:
    if (path, place) != ("topics", "1"):
        ((where, _what, mend),) = faults(f"{path}?after={place}", 400)
        assert (where, mend) == ("after", "Follow “next” of the page before, or leave it out to begin.")


@pytest.mark.parametrize("key", ["0", "-1", "abc", "1.5", "9" * 30, "9" * 5000, "%00", "²", "1 OR 1=1"])
def test_an_id_that_is_none_is_refused(key: str) -> None:
    ((where, _what, _mend),) = faults(f"items/{key}", 400)
    assert where == "number"


def test_an_item_that_there_is_not_is_not_found() -> None:
    assert faults("items/4711", 404) == [
        ("path", "There is no item “4711”.", "See /api/v1/items for those there are."),
    ]


def test_a_slip_in_a_name_is_pointed_out() -> None:
    ((where, what, mend),) = faults("items?topics=care", 400)
    assert (where, what) == ("topics", "There is no parameter “topics”.")
    assert "topic, " in mend
    ((where, what, mend),) = faults("items?fields=title,titel", 400)
    assert (where, what) == ("fields", "There is no field “titel”.")
    assert "title, " in mend


@pytest.mark.parametrize("path", ["/api/", "/api/v2/", "/api/v1/none", "/api/v1/items/", "/api/v1/topics/a/b"])
def test_an_address_that_there_is_not_is_told_so_in_json(path: str) -> None:
    assert faults(path, 404) == [("path", "There is nothing at this address.", "See /api/v1/ for what there is.")]


def test_a_host_that_is_not_ours_is_told_so_in_json() -> None:
    ask("items", 400, host="evil.example.com")


def test_what_breaks_is_told_so_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("curation.api.routes.chosen", broken)
    client = Client(raise_request_exception=False)
    response = client.get("/api/v1/items")
    assert response.status_code == 500
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["faults"] == [{"where": "site", "what": "Something broke here.", "mend": "Try again later."}]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_is_for_reading_only(method: str) -> None:
    response = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/items")
    assert response.status_code == 405
    assert response["Allow"] == METHODS
    assert response.json()["faults"][0]["mend"] == "Use GET: the API is for reading."


def test_a_head_is_an_answer_without_its_body() -> None:
    make_item()
    response = Client().head(f"{ROOT}items")
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == ask("items")["ETag"]


def test_a_page_of_another_origin_may_ask_with_headers_but_without_cookies() -> None:
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
