"""Which requests one page answers, and which it does not."""

import pytest
from django.conf import LazySettings
from django.test import Client

from curation.caching.requests import LONGEST_QUERY, PARAMETERS
from curation.filters import NewsFilter
from tests.factories import make_item

from .readers import Reader

pytestmark = pytest.mark.usefixtures("still")

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
def test_where_a_reader_comes_from_and_the_order_of_parameters_do_not_matter(path: str) -> None:
    reader.get("/news/?kind=b&format=a")
    assert reader.finds_kept(path)


def test_a_page_does_not_repeat_where_its_first_reader_came_from() -> None:
    assert "utm_source" not in reader.said("/news?utm_source=x")


@pytest.mark.parametrize(
    "path",
    [
        "/news/?kind=c",
        "/news/?kind=b&kind=c",
        "/topic/",
        "/news/?kind=b&page=2",
        "/news/?kind=b&unknown=1",
        f"/news/?kind=b&words={'x' * LONGEST_QUERY}",
    ],
)
def test_another_question_gets_another_answer(path: str) -> None:
    make_item(kind="b")  # where no item is of a kind, no query asks for them
    reader.get("/news/?kind=b")
    assert not reader.finds_kept(path)


def test_of_a_parameter_given_twice_the_order_counts() -> None:
    reader.get("/news/?kind=b&kind=c")
    assert not reader.finds_kept("/news/?kind=c&kind=b")


def test_unknown_parameters_fill_no_cache() -> None:
    for _ in range(2):
        assert not reader.finds_kept("/?unknown=1")


@pytest.mark.parametrize("header", ["HX-Request", "HX-History-Restore-Request"])
def test_a_part_of_a_page_is_another_answer(header: str) -> None:
    reader.get("/news/")
    assert not reader.finds_kept("/news/", headers={header: "true"})
    assert reader.finds_kept("/news/", headers={header: "true"})
    assert reader.finds_kept("/news/")


def test_each_host_and_scheme_has_its_own_pages(settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["one.example.org", "two.example.org"]
    reader.get("/", headers={"Host": "one.example.org"})
    assert not reader.finds_kept("/", headers={"Host": "two.example.org"})
    assert not reader.finds_kept("/", headers={"Host": "one.example.org"}, secure=True)
    assert "http://one.example.org/" in reader.said("/", headers={"Host": "one.example.org"})


@pytest.mark.parametrize("query", ["a=%ff&%00=%0d", "&&==&", "page=%F0%9F", "a" * 5_000, "&".join("a" * 2_000)])
def test_odd_queries_are_answered(query: str) -> None:
    assert reader.get(f"/topic/?{query}").status_code in (200, 400)


def test_a_host_that_is_not_ours_is_refused() -> None:
    assert reader.get("/", headers={"Host": "evil.example.org"}).status_code == 400


def test_forms_are_not_kept() -> None:
    assert Client().post("/").status_code == 405
    assert reader.get("/").status_code == 200


def test_pages_know_the_parameters_of_their_lists() -> None:
    assert {"page", *NewsFilter.base_filters} <= PARAMETERS
