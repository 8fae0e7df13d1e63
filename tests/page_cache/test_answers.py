"""Cached pages as responses: headers, encodings and conditional requests."""

import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from curation.models import Alias
from curation.page_cache.requests import best_encoding
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

reader = Reader()


def directives(path: str = "/") -> dict[str, str]:
    """Return the directives of `Cache-Control` with their values."""
    parts = (part.strip().partition("=") for part in reader.get(path)["Cache-Control"].split(","))
    return {name: value for name, _, value in parts}


def test_a_cdn_may_store_a_page_and_browsers_revalidate_each_time() -> None:
    found = directives()
    assert found == {
        "public": "",
        "max-age": "0",
        "s-maxage": "60",
        "stale-while-revalidate": "60",
        "stale-if-error": "86400",
    }


def test_no_cdn_shows_a_page_beyond_the_next_scheduled_item() -> None:
    due = datetime(2030, 1, 1, tzinfo=UTC)
    make_item(published_at=due)
    for seconds, fresh, stale in ((300, 60, 60), (100, 60, 40), (20, 20, 0)):
        with time_machine.travel(due - timedelta(seconds=seconds), tick=False):
            found = directives()
        assert (found["s-maxage"], found["stale-while-revalidate"]) == (str(fresh), str(stale))


def test_a_cdn_can_be_told_to_store_nothing(settings: LazySettings) -> None:
    settings.CDN_SECONDS = 0
    found = directives()
    assert (found["s-maxage"], found["stale-while-revalidate"]) == ("0", "0")


def test_a_conditional_request_for_the_same_page_is_answered_by_304() -> None:
    page = reader.get("/")
    for known in (page["ETag"], page["ETag"].removeprefix("W/"), f'"x", {page["ETag"]}', "*"):
        same = reader.get("/", headers={"If-None-Match": known})
        assert (same.status_code, same.content) == (304, b"")
        for header in ("ETag", "Cache-Control", "Vary"):
            assert same[header] == page[header]
    assert reader.get("/", headers={"If-None-Match": 'W/"another"'}).content == page.content


def test_a_conditional_request_caches_the_whole_page() -> None:
    etag = reader.get("/")["ETag"]
    cache.clear()
    assert reader.get("/", headers={"If-None-Match": etag}).status_code == 304
    assert reader.finds_cached("/")
    assert "No news yet" in reader.text_of("/")


@pytest.mark.parametrize("is_cached", [False, True])
def test_head_has_the_headers_of_get(is_cached: bool) -> None:
    if is_cached:
        reader.get("/")
    head, page = Client().head("/"), reader.get("/")
    assert head.content == b""
    assert dict(head.items()) == dict(page.items())
    assert int(head["Content-Length"]) == len(page.content) > 0


def test_pages_are_compressed_by_the_accepted_encoding() -> None:
    plain = reader.get("/").content
    readers = {"br": brotli.decompress, "gzip": gzip.decompress}
    for _ in range(2):  # compressed now, then found compressed
        for encoding, decompress in readers.items():
            answer = reader.get("/", headers={"Accept-Encoding": encoding})
            assert answer["Content-Encoding"] == encoding
            assert answer["Vary"] == "Accept-Encoding"
            assert int(answer["Content-Length"]) == len(answer.content) < len(plain)
            assert decompress(answer.content) == plain
    assert reader.finds_cached("/", headers={"Accept-Encoding": "br"})
    assert not reader.get("/").has_header("Content-Encoding")


@pytest.mark.parametrize(
    ("accepted", "best"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP;q=0.8,deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br; q=0.000, gzip;q=0", ""),
        (";;,=,br", "br"),
    ],
)
def test_the_best_accepted_encoding_is_chosen(accepted: str, best: str) -> None:
    assert best_encoding(accepted) == best


def test_a_missing_page_is_never_cached() -> None:
    missing = reader.get("/gone/")
    assert (missing.status_code, missing["Cache-Control"]) == (404, "private, no-store")
    assert not reader.finds_cached("/gone/")


def test_redirects_are_cached_as_pages_are() -> None:
    Alias.objects.create(path="/old", item=make_item("New"))
    for path, to in (("/old", "/news/new/"), ("/news", "/news/"), ("/news/?kind=&topic=x", "/news/?topic=x")):
        answer = reader.get_twice(path)
        assert (answer.status_code // 100, answer["Location"]) == (3, to)
        assert "s-maxage=60" in answer["Cache-Control"]
        assert reader.finds_cached(path)


def test_files_are_not_cached() -> None:
    assert reader.get("/static/gone.css").status_code == 404
    assert not reader.finds_cached("/static/gone.css")
