"""Cache keys: which requests share a page."""

from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.test import RequestFactory

from curation.listing.query import PARAMETERS as QUERY_PARAMETERS
from curation.page_cache.requests import MAX_QUERY_LENGTH, PARAMETERS, cache_key
from curation.page_cache.store import REPEAT_SECONDS
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("fixed_version")

reader = Reader()


@pytest.mark.parametrize(
    "path",
    [
        "/news/?format=a&kind=b&utm_source=x&utm_campaign=y",
        "/news/?fbclid=1&kind=b&gclid=2&format=a",
        "/news/?kind=b&format=a&&",
        "/news/?kind=b&format=a&UTM_Source=x",
    ],
)
def test_tracking_parameters_and_the_order_of_parameters_do_not_matter(path: str) -> None:
    reader.get_twice("/news/?kind=b&format=a")
    assert reader.finds_cached(path)


def test_a_page_does_not_repeat_tracking_parameters() -> None:
    assert "utm_source" not in reader.text_of("/news?utm_source=x")


@pytest.mark.parametrize(
    "path",
    [
        "/news/?kind=c",
        "/news/?kind=b&kind=c",
        "/topic/",
        "/news/?kind=b&page=2",
        "/news/?kind=b&unknown=1",
        f"/news/?kind=b&words={'x' * MAX_QUERY_LENGTH}",
    ],
)
def test_another_query_has_a_page_of_its_own(path: str) -> None:
    make_item(kind="b")
    reader.get_twice("/news/?kind=b")
    assert not reader.finds_cached(path)


def test_the_name_of_a_parameter_ends_at_its_first_equals_sign() -> None:
    reader.get_twice("/news/?kind=a=b")
    assert reader.finds_cached("/news/?kind=a=b")


def test_a_query_of_the_maximum_length_is_cached_and_a_longer_one_is_not() -> None:
    longest = "/news/?kind=".ljust(len("/news/?") + MAX_QUERY_LENGTH, "x")
    reader.get_twice(longest)
    assert reader.finds_cached(longest)
    reader.get_twice(f"{longest}x")
    assert not reader.finds_cached(f"{longest}x")


def test_a_server_may_leave_out_an_empty_query() -> None:
    request, without = RequestFactory().get("/news/"), RequestFactory().get("/news/")
    del without.META["QUERY_STRING"]
    assert cache_key(without) == cache_key(request) is not None


def test_a_request_for_the_headers_alone_shares_the_page() -> None:
    assert cache_key(RequestFactory().head("/news/")) == cache_key(RequestFactory().get("/news/"))


def test_the_order_of_values_of_one_parameter_counts() -> None:
    reader.get_twice("/news/?kind=b&kind=c")
    assert not reader.finds_cached("/news/?kind=c&kind=b")


def test_a_page_with_an_unknown_parameter_is_not_cached() -> None:
    for _ in range(3):
        assert not reader.finds_cached("/?unknown=1")


def test_a_page_with_parameters_is_cached_once_it_is_asked_for_again() -> None:
    assert [reader.finds_cached("/news/?kind=b") for _ in range(3)] == [False, False, True]


def test_a_page_with_parameters_that_is_asked_for_rarely_is_not_cached() -> None:
    with time_machine.travel(0, tick=False) as clock:
        for _ in range(3):
            assert not reader.finds_cached("/news/?kind=b")
            clock.shift(REPEAT_SECONDS)


@pytest.mark.parametrize("path", ["/api/v1/items?after=9.1", "/news/feed.rss?after=9.1", "/news/feed.rss?%61fter=9.1"])
def test_a_page_after_a_cursor_is_never_cached_here(path: str) -> None:
    for _ in range(3):
        assert not reader.finds_cached(path)
    assert "s-maxage=60" in reader.get(path)["Cache-Control"], "a CDN may cache it"


def test_made_up_parameters_leave_everything_else_cached(settings: LazySettings) -> None:
    make_item(body=f"<p>{uuid4().hex * 300}</p>")
    settings.CACHES = {"default": {**settings.CACHES["default"], "OPTIONS": {"max_bytes": 300_000}}}
    reader.get("/")
    for number in range(50):
        assert len(reader.get(f"/api/v1/items?fields=content_html&limit={number + 1}").content) > 9_000
    assert reader.finds_cached("/")


@pytest.mark.parametrize("header", ["HX-Request", "HX-History-Restore-Request"])
def test_parts_of_pages_are_cached_separately(header: str) -> None:
    reader.get("/news/")
    assert not reader.finds_cached("/news/", headers={header: "true"})
    assert reader.finds_cached("/news/", headers={header: "true"})
    assert reader.finds_cached("/news/")


def test_all_names_of_the_site_share_its_pages(settings: LazySettings) -> None:
    settings.SITE_URL = "https://news.example.org"
    settings.ALLOWED_HOSTS = ["news.example.org", "10.0.0.5"]
    page = reader.text_of("/", headers={"Host": "news.example.org"})
    assert '<link rel="canonical" href="https://news.example.org/">' in page
    for host in ("News.Example.org", "news.example.org.", "news.example.org:443", "10.0.0.5:8000"):
        assert reader.finds_cached("/", headers={"Host": host})
        assert reader.text_of("/", headers={"Host": host}) == page


def test_another_address_of_the_site_has_pages_of_its_own(settings: LazySettings) -> None:
    reader.get("/")
    settings.SITE_URL = "http://testserver:8000"
    assert not reader.finds_cached("/", headers={"Host": "testserver:8000"})


@pytest.mark.parametrize("query", ["a=%ff&%00=%0d", "&&==&", "page=%F0%9F", "a" * 5_000, "&".join("a" * 2_000)])
def test_odd_queries_are_answered(query: str) -> None:
    assert reader.get(f"/topic/?{query}").status_code in (200, 400)


def test_an_unknown_host_is_refused() -> None:
    assert reader.get("/", headers={"Host": "evil.example.org"}).status_code == 400


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_reading_a_page_has_a_key(method: str) -> None:
    assert cache_key(RequestFactory().generic(method, "/")) is None


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/static/site.css", "/media/images/a.png"])
def test_the_admin_and_files_have_no_key(path: str) -> None:
    assert cache_key(RequestFactory().get(path)) is None


def test_the_known_parameters_include_those_of_all_filters() -> None:
    assert {"page", *QUERY_PARAMETERS, "also"} <= PARAMETERS
