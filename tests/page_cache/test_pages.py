"""A cached page alone: when it may be shown, how it is stored and compressed, and which responses are cached."""

import gzip
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import brotli
import pytest
import time_machine
from django.conf import LazySettings
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from curation.page_cache.pages import (
    MAX_AGE_SECONDS,
    MIN_COMPRESSED_SIZE,
    STALE_IF_ERROR,
    CachedPage,
    not_modified_or,
    page_to_cache,
)

MADE, EXPIRES = 1_000_000.0, 1_000_300.0
HTML = {"Content-Type": "text/html; charset=utf-8", "ETag": 'W/"x"', "Vary": "Accept-Encoding"}
BODY = b"<p>Telehealth</p>\n" * 100


def make_page(**fields: Any) -> CachedPage:
    return replace(CachedPage("version", MADE, EXPIRES, 200, HTML, BODY), **fields)


def cached(response: Any, expires: float = EXPIRES) -> CachedPage:
    page = page_to_cache(response, "version", MADE, expires)
    assert page is not None
    return page


def directives(response: Any) -> dict[str, str]:
    parts = (part.strip().partition("=") for part in response["Cache-Control"].split(","))
    return {name: value for name, _, value in parts}


# When a page may be shown


@pytest.mark.parametrize(
    ("now", "is_fresh"), [(MADE - 1, False), (MADE, True), (EXPIRES - 1, True), (EXPIRES, False), (EXPIRES + 1, False)]
)
def test_a_page_is_fresh_from_its_making_until_it_expires_while_its_content_is_the_same(
    now: float, is_fresh: bool
) -> None:
    with time_machine.travel(now, tick=False):
        assert make_page().is_fresh("version") is is_fresh
        assert not make_page().is_fresh("another")


@pytest.mark.parametrize(
    ("now", "is_usable"),
    [(MADE - 1, False), (MADE, True), (MADE + STALE_IF_ERROR - 1, True), (MADE + STALE_IF_ERROR, False)],
)
def test_a_page_is_usable_for_a_day_while_the_database_fails(now: float, is_usable: bool) -> None:
    with time_machine.travel(now, tick=False):
        assert make_page().is_usable() is is_usable


# How it is stored and compressed


@pytest.mark.parametrize(("encoding", "decompress"), [("br", brotli.decompress), ("gzip", gzip.decompress)])
def test_a_compressed_page_is_the_same_page(encoding: str, decompress: Any) -> None:
    page = make_page()
    compressed = page.encoded(encoding)
    assert compressed == replace(page, body=compressed.body, headers={**HTML, "Content-Encoding": encoding})
    assert compressed.encoding == encoding
    assert decompress(compressed.body) == BODY
    assert compressed.encoded(encoding) is compressed
    assert compressed.encoded("") == page
    for other in ("br", "gzip"):
        assert compressed.encoded(other) == page.encoded(other)
    with time_machine.travel(0):
        assert page.encoded(encoding) == compressed, "compressed alike at any time"


@pytest.mark.parametrize(
    ("content_type", "is_compressed"),
    [
        *(("text/html", True), ("text/plain; charset=utf-8", True), ("application/json", True)),
        *(("application/feed+json", True), ("application/rss+xml", True), ("application/atom+xml", True)),
        *(("application/xml", True), ("image/png", False), ("application/zip", False), (None, False)),
    ],
)
def test_texts_alone_are_compressed(content_type: str | None, is_compressed: bool) -> None:
    page = make_page(headers={"Content-Type": content_type} if content_type else {})
    assert (page.encoded("gzip") is not page) is is_compressed


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_a_small_page_stays_as_it_is(encoding: str) -> None:
    small, large = (make_page(body=b"x" * size) for size in (MIN_COMPRESSED_SIZE - 1, MIN_COMPRESSED_SIZE))
    assert small.encoded(encoding) is small
    assert large.encoded(encoding).encoding == encoding


@pytest.mark.parametrize("body", [b"", BODY, b"\n", b"[1]\n\n{}", bytes(range(256))])
def test_a_stored_page_is_found_as_it_was(body: bytes) -> None:
    page = make_page(body=body, headers={**HTML, "Location": "/a\nb“é”"})
    assert CachedPage.load(page.dump()) == page


@pytest.mark.parametrize(
    "value", [None, 1, "text", b"", b"\n", b"text\n", b"1\n", b"null", b"[]\n", b"[1]\nx", b"\xff\n"]
)
def test_anything_else_in_the_cache_is_no_page(value: object) -> None:
    assert CachedPage.load(value) is None


# Answers


def test_a_page_is_answered_with_its_status_headers_and_length() -> None:
    with time_machine.travel(MADE, tick=False):
        response = make_page(status=301, headers={**HTML, "Location": "/a/"}).response_to(RequestFactory().get("/"))
    assert isinstance(response, HttpResponse)
    assert (response.status_code, response.content, response["Location"]) == (301, BODY, "/a/")
    own = {name: value for name, value in response.items() if name != "Cache-Control"}
    assert own == {**HTML, "Location": "/a/", "Content-Length": str(len(BODY))}


@pytest.mark.parametrize(
    ("left", "cdn", "fresh", "stale"),
    [(300, 60, 60, 60), (100, 60, 60, 40), (20, 60, 20, 0), (300, 0, 0, 0), (90.9, 60, 60, 30)],
)
def test_a_cdn_keeps_a_page_for_its_time_and_never_after_it_expires(
    left: float, cdn: int, fresh: int, stale: int, settings: LazySettings
) -> None:
    settings.CDN_SECONDS = cdn
    with time_machine.travel(EXPIRES - left, tick=False):
        found = directives(make_page().response_to(RequestFactory().get("/")))
    ages = {"max-age": "0", "s-maxage": str(fresh), "stale-while-revalidate": str(stale), "stale-if-error": "86400"}
    assert found == {"public": "", **ages}


def test_a_views_own_cache_control_stays() -> None:
    page = make_page(headers={**HTML, "Cache-Control": "max-age=5"})
    assert page.response_to(RequestFactory().get("/"))["Cache-Control"] == "max-age=5"


@pytest.mark.parametrize(
    ("age", "ttl"), [(0, -1), (299, -1), (300, -1), (301, -1), (302, -2), (1000.9, -700), (STALE_IF_ERROR - 1, -86_099)]
)
def test_a_stale_page_tells_its_age_and_is_not_kept_by_others(age: float, ttl: int) -> None:
    page = make_page(headers={**HTML, "Cache-Control": "max-age=5", "Age": "9"})
    with time_machine.travel(MADE + age, tick=False):
        response = page.stale_response_to(RequestFactory().get("/"))
    marks = {"Age": str(int(age)), "Cache-Status": f"medigy; hit; ttl={ttl}"}
    assert {name: value for name, value in response.items() if name in marks} == marks
    left = str(STALE_IF_ERROR - int(age))
    assert directives(response) == {"public": "", "max-age": "0", "s-maxage": "0", "stale-if-error": left}
    assert response["ETag"] == HTML["ETag"]


MODIFIED, LATER = "Mon, 01 Jan 2024 00:00:00 GMT", "Tue, 02 Jan 2024 00:00:00 GMT"
EARLIER = "Sun, 31 Dec 2023 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "condition", "status"),
    [
        *((HTML, {}, 200), (HTML, {"If-None-Match": '"x"'}, 304), (HTML, {"If-None-Match": '"y"'}, 200)),
        *(({}, {"If-None-Match": '"x"'}, 200), ({}, {"If-Modified-Since": LATER}, 200)),
        ({"Last-Modified": MODIFIED}, {"If-Modified-Since": MODIFIED}, 304),
        ({"Last-Modified": MODIFIED}, {"If-Modified-Since": LATER}, 304),
        ({"Last-Modified": MODIFIED}, {"If-Modified-Since": EARLIER}, 200),
        ({**HTML, "Last-Modified": MODIFIED}, {"If-None-Match": '"y"', "If-Modified-Since": LATER}, 200),
    ],
)
def test_a_client_that_has_the_page_is_told_so(headers: Any, condition: Any, status: int) -> None:
    response = HttpResponse(BODY, headers=headers)
    answer = not_modified_or(RequestFactory().get("/", headers=condition), response)
    assert answer.status_code == status
    assert (answer is response) is (status == HTTPStatus.OK)
    assert [answer.get(name) for name in ("ETag", "Last-Modified")] == [
        headers.get("ETag"),
        headers.get("Last-Modified"),
    ]


# Which responses are cached


def test_a_response_is_cached_with_its_headers() -> None:
    response = HttpResponse(BODY, headers={"Content-Language": "en", "Vary": "HX-Request"})
    page = cached(response)
    assert (page.version, page.made, page.expires, page.status, page.body) == ("version", MADE, EXPIRES, 200, BODY)
    etag = page.headers.pop("ETag")
    assert etag.startswith('W/"')
    assert etag.endswith('"')
    assert page.headers == {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": "en",
        "Vary": "HX-Request, Accept-Encoding",
    }


def test_two_pages_have_one_etag_if_their_bodies_are_equal() -> None:
    etags = [cached(HttpResponse(body)).headers["ETag"] for body in (b"a", b"a", b"b")]
    assert etags[0] == etags[1] != etags[2]


@pytest.mark.parametrize(("own", "etag"), [('"x"', 'W/"x"'), ('W/"x"', 'W/"x"')])
def test_the_etag_of_a_view_is_made_weak(own: str, etag: str) -> None:
    headers = cached(HttpResponse(BODY, headers={"ETag": own})).headers
    assert {name: value for name, value in headers.items() if name.lower() == "etag"} == {"ETag": etag}


@pytest.mark.parametrize("status", [301, 302])
def test_a_redirect_is_cached_without_an_etag(status: int) -> None:
    page = cached(HttpResponse(status=status, headers={"Location": "/a/"}))
    assert (page.status, page.headers["Location"], "ETag" in page.headers) == (status, "/a/", False)


@pytest.mark.parametrize(
    ("own", "expires", "expected"),
    [
        (None, EXPIRES, EXPIRES),
        (None, MADE + 99_999, MADE + MAX_AGE_SECONDS),
        ("max-age=60", MADE + 99_999, MADE + 60),
        ("max-age=60", MADE + 30, MADE + 30),
        ("max-age=99999", MADE + 99_999, MADE + MAX_AGE_SECONDS),
        ("max-age=0", MADE + 99_999, MADE + MAX_AGE_SECONDS),
    ],
)
def test_a_page_expires_by_its_view_and_at_the_latest_after_an_hour(
    own: str | None, expires: float, expected: float
) -> None:
    response = HttpResponse(BODY, headers={"Cache-Control": own} if own else {})
    assert cached(response, expires).expires == expected


@pytest.mark.parametrize("status", [201, 206, 304, 307, 400, 403, 404, 410, 429, 500, 503])
def test_an_answer_that_is_neither_a_page_nor_a_redirect_is_not_cached(status: int) -> None:
    assert page_to_cache(HttpResponse(BODY, status=status), "version", MADE, EXPIRES) is None


@pytest.mark.parametrize(
    "headers",
    [
        *({"Cache-Control": value} for value in ("private", "No-Store", "max-age=9, no-cache")),
        *({"Vary": value} for value in ("Cookie", "Accept-Encoding, Accept-Language", "*", "accept-encoding,cookie")),
        {"Content-Encoding": "gzip"},
    ],
)
def test_a_private_or_varied_response_is_not_cached(headers: dict[str, str]) -> None:
    assert page_to_cache(HttpResponse(BODY, headers=headers), "version", MADE, EXPIRES) is None


@pytest.mark.parametrize(
    "vary",
    ["", "hx-request , ACCEPT-ENCODING", "Accept-Encoding,", "HX-Request, HX-History-Restore-Request, Accept-Encoding"],
)
def test_a_response_that_varies_by_parts_of_the_key_is_cached(vary: str) -> None:
    assert cached(HttpResponse(BODY, headers={"Vary": vary, "Cache-Control": "public"})).body == BODY


def test_a_response_with_a_cookie_or_in_parts_is_not_cached() -> None:
    personal = HttpResponse(BODY)
    personal.set_cookie("a", "b")
    for response in (personal, StreamingHttpResponse([BODY])):
        assert page_to_cache(response, "version", MADE, EXPIRES) is None
