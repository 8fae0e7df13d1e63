"""What browsers, CDNs and other caches are told of a page, and what they get."""

import gzip
from datetime import UTC, datetime, timedelta

import brotli
import pytest
import time_machine
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from curation.caching.requests import best_encoding
from curation.models import Alias
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("still")

reader = Reader()


def directives(path: str = "/") -> dict[str, str]:
    """Return what `Cache-Control` says, by directive."""
    parts = (part.strip().partition("=") for part in reader.get(path)["Cache-Control"].split(","))
    return {name: value for name, _, value in parts}


def test_a_cdn_may_keep_a_page_and_browsers_ask_each_time() -> None:
    told = directives()
    assert told == {
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
            told = directives()
        assert (told["s-maxage"], told["stale-while-revalidate"]) == (str(fresh), str(stale))


def test_a_cdn_can_be_told_to_keep_nothing(settings: LazySettings) -> None:
    settings.CDN_SECONDS = 0
    told = directives()
    assert (told["s-maxage"], told["stale-while-revalidate"]) == ("0", "0")


def test_who_has_the_page_is_told_that_it_is_the_same() -> None:
    page = reader.get("/")
    for known in (page["ETag"], page["ETag"].removeprefix("W/"), f'"x", {page["ETag"]}', "*"):
        same = reader.get("/", headers={"If-None-Match": known})
        assert (same.status_code, same.content) == (304, b"")
        for header in ("ETag", "Cache-Control", "Vary"):
            assert same[header] == page[header]
    assert reader.get("/", headers={"If-None-Match": 'W/"another"'}).content == page.content


def test_a_page_is_kept_whole_though_its_first_reader_had_it_already() -> None:
    etag = reader.get("/")["ETag"]
    cache.clear()
    assert reader.get("/", headers={"If-None-Match": etag}).status_code == 304
    assert reader.finds_kept("/")
    assert "No news yet" in reader.said("/")


@pytest.mark.parametrize("is_kept", [False, True])
def test_headers_alone_are_those_of_the_page(is_kept: bool) -> None:
    if is_kept:
        reader.get("/")
    head, page = Client().head("/"), reader.get("/")
    assert head.content == b""
    assert dict(head.items()) == dict(page.items())
    assert int(head["Content-Length"]) == len(page.content) > 0


def test_pages_are_compressed_as_readers_can_read_them() -> None:
    plain = reader.get("/").content
    readers = {"br": brotli.decompress, "gzip": gzip.decompress}
    for _ in range(2):  # compressed now, then kept so
        for encoding, decompress in readers.items():
            answer = reader.get("/", headers={"Accept-Encoding": encoding})
            assert answer["Content-Encoding"] == encoding
            assert answer["Vary"] == "Accept-Encoding"
            assert int(answer["Content-Length"]) == len(answer.content) < len(plain)
            assert decompress(answer.content) == plain
    assert reader.finds_kept("/", headers={"Accept-Encoding": "br"})
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
def test_the_best_encoding_that_a_reader_can_read_is_chosen(accepted: str, best: str) -> None:
    assert best_encoding(accepted) == best


def test_what_is_missing_is_looked_for_each_time() -> None:
    missing = reader.get("/gone/")
    assert (missing.status_code, missing["Cache-Control"]) == (404, "private, no-store")
    assert not reader.finds_kept("/gone/")


def test_redirects_are_kept_as_pages_are() -> None:
    Alias.objects.create(path="/old", item=make_item("New"))
    for path, to in (("/old", "/news/new/"), ("/news", "/news/"), ("/news/?kind=&topic=x", "/news/?topic=x")):
        answer = reader.get(path)
        assert (answer.status_code // 100, answer["Location"]) == (3, to)
        assert "s-maxage=60" in answer["Cache-Control"]
        assert reader.finds_kept(path)


def test_files_keep_their_own_rules() -> None:
    assert reader.get("/static/gone.css").status_code == 404
    assert not reader.finds_kept("/static/gone.css")
