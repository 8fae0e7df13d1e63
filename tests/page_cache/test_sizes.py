"""How cached pages are stored: once, in the encodings that readers asked for, and none that is too large."""

import gzip
from random import Random

import pytest
from django.core.cache import cache, caches
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from curation.page_cache.middleware import PageCacheMiddleware
from curation.page_cache.pages import CachedPage
from curation.page_cache.store import MAX_PAGE_BYTES
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

reader = Reader()


def stored_pages() -> list[CachedPage]:
    held = caches["default"]._cache  # type: ignore[attr-defined]  # MemoryCache has it
    pages = (CachedPage.load(cache.get(key.rpartition(":")[2])) for key in held)
    return [page for page in pages if page]


def test_a_page_is_stored_in_the_encodings_that_readers_asked_for() -> None:
    make_item("Story")
    texts = [reader.get("/", headers={"Accept-Encoding": accepted}) for accepted in ("br", "br", "gzip", "", "br")]
    assert sorted(page.encoding for page in stored_pages()) == ["br", "gzip"]
    assert gzip.decompress(texts[2].content) == texts[3].content
    assert reader.finds_cached("/")
    assert len({response["ETag"] for response in texts}) == 1


def test_an_answer_that_compression_does_not_make_smaller_is_stored_once() -> None:
    for accepted in ("br", "gzip", ""):
        assert reader.get("/news", headers={"Accept-Encoding": accepted}).status_code == 301
        assert reader.finds_cached("/news", headers={"Accept-Encoding": accepted})
    assert len(stored_pages()) == 1


@pytest.mark.parametrize("accepted", ["", "br"])
def test_a_page_that_is_large_is_stored_compressed(accepted: str) -> None:
    text = "x" * (MAX_PAGE_BYTES + 1)
    middleware = PageCacheMiddleware(lambda _request: HttpResponse(text))
    for number in range(2):
        response = middleware(RequestFactory().get("/", headers={"Accept-Encoding": accepted}))
        assert isinstance(response, HttpResponse)
        assert (len(response.content) == len(text)) is (accepted == "")
        assert len(stored_pages()) == 1, number
        assert len(stored_pages()[0].body) < 1_000


def test_a_page_that_is_too_large_is_not_stored() -> None:
    made = []

    def view(_request: HttpRequest) -> HttpResponse:
        made.append(1)
        return HttpResponse(Random(1).randbytes(MAX_PAGE_BYTES + 1).hex())

    middleware = PageCacheMiddleware(view)
    for accepted in ("", "gzip"):
        middleware(RequestFactory().get("/", headers={"Accept-Encoding": accepted}))
    assert len(made) == 2
    assert stored_pages() == []


@pytest.mark.parametrize("foreign", [None, "text", b"", b"[1]\nbody", b"{}\nbody", b"[1, 2, 3]"])
def test_what_is_no_page_is_not_loaded(foreign: object) -> None:
    assert CachedPage.load(foreign) is None
