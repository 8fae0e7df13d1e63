"""Redirects from former addresses of topics, vocabularies, offerings, publishers, authors and tags."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation.models import CuratedItem, FormerName, Tag
from curation.search.facets import OTHER_NAMES, ROW_SOURCES
from curation.site_links.former_names import KINDS, current_path, current_query
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db
NAMES = {"publisher": ("old.example.org", "new.example.org", "newest.example.org")}
FEEDS = ("feed.rss", "feed.atom", "feed.json")


def names(kind: str) -> tuple[str, str, str]:
    return NAMES.get(kind, ("old", "new", "newest"))


@pytest.fixture
def rows() -> dict[str, Any]:
    """One of each kind, called by its old name, that a published item has."""
    topic = make_topic("Topic", "Old")
    type(topic).objects.update(slug="old")
    topic.refresh_from_db()
    found: dict[str, Any] = {
        "topic": topic,
        "vocabulary": topic.vocabulary,
        "offering": make_offering("Old"),
        "publisher": make_publisher("old.example.org"),
        "author": make_author("Old"),
    }
    make_item(
        "Story",
        topics=[topic],
        offerings=[found["offering"]],
        authors=[found["author"]],
        publisher=found["publisher"],
        tags=["old"],
    )
    return {**found, "tag": Tag.objects.get()}


def rename(row: Any, kind: str, name: str) -> None:
    setattr(row, KINDS[kind][1], name)
    row.save()


def pages(kind: str, name: str) -> Iterator[str]:
    yield f"/{kind}/{name}/"
    yield f"/{kind}/{name}/?page=2"
    yield from (f"/{kind}/{name}/{feed}" for feed in FEEDS)
    yield f"/{kind}/{name}/feed.rss?after=5.1"
    if kind in ("topic", "offering"):
        yield f"/{kind}/{name}/timeline/"


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_name_leaves_a_redirect_from_every_page_of_the_old_one(kind: str, rows: dict[str, Any]) -> None:
    old, new, newest = names(kind)
    rename(rows[kind], kind, new)
    rename(rows[kind], kind, newest)
    for name in (old, new):
        for page, today in zip(pages(kind, name), pages(kind, newest), strict=True):
            response = Client().get(page)
            assert (response.status_code, response.headers.get("Location")) == (301, today), page
    assert Client().get(f"/{kind}/{newest}/").status_code == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_that_comes_back_is_a_page_again(kind: str, rows: dict[str, Any]) -> None:
    old, new, _ = names(kind)
    rename(rows[kind], kind, new)
    rename(rows[kind], kind, old)
    assert Client().get(f"/{kind}/{old}/").status_code == 200
    assert Client().get(f"/{kind}/{new}/")["Location"] == f"/{kind}/{old}/"


@pytest.mark.parametrize("kind", KINDS)
def test_no_redirect_leads_to_a_row_that_readers_do_not_see(kind: str, rows: dict[str, Any]) -> None:
    old, new, _ = names(kind)
    rename(rows[kind], kind, new)
    CuratedItem.objects.update(status=CuratedItem.Status.DRAFT)
    for item in CuratedItem.objects.all():
        item.save()
    for page in pages(kind, old):
        assert Client().get(page).status_code == 404, page


def test_a_new_row_with_a_former_name_takes_precedence_even_if_readers_do_not_see_it(rows: dict[str, Any]) -> None:
    rename(rows["topic"], "topic", "new")
    other = make_topic("Other", "Old")
    type(other).objects.filter(pk=other.pk).update(slug="old")
    assert Client().get("/topic/old/").status_code == 404
    make_item(topics=[other])
    assert "Other" in Client().get("/topic/old/").content.decode()


def test_the_last_row_with_a_name_has_its_redirect(rows: dict[str, Any]) -> None:
    rename(rows["topic"], "topic", "new")
    other = make_topic("Other", "Old")
    make_item(topics=[other])
    rename(other, "topic", "old")
    rename(other, "topic", "others")
    assert Client().get("/topic/old/")["Location"] == "/topic/others/"


def test_the_former_names_of_a_deleted_row_are_deleted(rows: dict[str, Any]) -> None:
    rename(rows["author"], "author", "new")
    rows["author"].delete()
    assert not FormerName.objects.exists()
    assert Client().get("/author/old/").status_code == 404


def test_saving_a_row_without_a_new_name_stores_no_former_name(rows: dict[str, Any]) -> None:
    for row in rows.values():
        row.save()
    assert not FormerName.objects.exists()


@pytest.mark.parametrize("path", ["/topic/old/more/", "/topic/old", "/topic//", "/topic/o\0d/", "/news/old/", "/"])
def test_other_paths_do_not_match_former_names(
    path: str, rows: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rename(rows["topic"], "topic", "new")
    with django_assert_num_queries(0):
        assert current_path(path) is None


def test_a_former_address_costs_one_query(
    rows: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rename(rows["topic"], "topic", "new")
    with django_assert_num_queries(1):
        assert current_path("/topic/old/feed.rss") == "/topic/new/feed.rss"


# Filters of lists

QUERY_FEEDS = [f"/{page}/{feed}" for page in ("news", "search") for feed in FEEDS]
FILTERED = ("/news/", "/search/", *QUERY_FEEDS, "/api/v1/items")
PARAMETERS = {**{name: name for name in ROW_SOURCES}, **OTHER_NAMES}


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_filter_with_a_former_name_redirects_to_the_address_with_the_present_one(
    parameter: str, rows: dict[str, Any]
) -> None:
    kind = PARAMETERS[parameter]
    old, new, newest = names(kind)
    rename(rows[kind], kind, new)
    rename(rows[kind], kind, newest)
    if hasattr(rows[kind], "name"):
        rows[kind].name = "Called otherwise"  # what is typed may be the name as well
        rows[kind].save()
    for path in FILTERED:
        for name in (old, new):
            response = Client().get(path, {"words": "story", parameter: name})
            assert response.status_code == 301, (path, response.content)
            assert QueryDict(response["Location"].partition("?")[2])[parameter] == newest
            assert response["Location"].startswith(f"{path}?")
            assert Client().get(response["Location"]).status_code == 200, response["Location"]


@pytest.mark.parametrize("kind", ["author", "tag"])
def test_a_filter_with_a_former_name_that_was_typed_redirects(kind: str, rows: dict[str, Any]) -> None:
    rows[kind].name, rows[kind].slug = "Entirely New", "entirely-new"
    rows[kind].save()
    assert Client().get("/news/", {kind: "OLD "})["Location"] == f"/news/?{kind}=entirely-new"


def test_other_parameters_and_filters_stay_as_they_are(rows: dict[str, Any]) -> None:
    rename(rows["topic"], "topic", "new")
    location = Client().get("/news/?words=a+b&topic=old&author=old&page=2&topic=old&x=%C3%A9")["Location"]
    assert location == "/news/?words=a+b&topic=new&topic=new&author=old&page=2&x=%C3%A9"


def test_a_filter_of_a_row_that_readers_do_not_see_or_that_another_row_has_does_not_redirect(
    rows: dict[str, Any],
) -> None:
    rename(rows["topic"], "topic", "new")
    other = make_topic("Other", "Old")
    type(other).objects.filter(pk=other.pk).update(slug="old")
    assert Client().get("/news/?topic=old").status_code == 404
    other.delete()
    assert Client().get("/news/?topic=old").status_code == 301
    CuratedItem.objects.all().delete()
    assert Client().get("/news/?topic=old").status_code == 404


@pytest.mark.parametrize("path", ["/news/story/", "/topic/", "/archive/", "/api/v1/topics"])
def test_other_pages_take_no_query_for_former_names(
    path: str, rows: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rename(rows["topic"], "topic", "new")
    with django_assert_num_queries(0):
        assert current_query(path, QueryDict("topic=old")) is None


def test_former_names_in_filters_take_a_query_and_two_for_each(
    rows: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rename(rows["topic"], "topic", "new")
    rows["tag"].name = "new"
    rename(rows["tag"], "tag", "new")
    with django_assert_num_queries(1):
        assert current_query("/news/", QueryDict("topic=unknown&author=nobody&tag=o%00d")) is None
    with django_assert_num_queries(5):
        assert current_query("/news/", QueryDict("topic=old&tag=old")) == "topic=new&tag=new"


@pytest.mark.parametrize("kind", KINDS)
def test_the_api_redirects_from_former_names_of_subjects(kind: str, rows: dict[str, Any]) -> None:
    old, new, _ = names(kind)
    rename(rows[kind], kind, new)
    plural = {"vocabulary": "vocabularies"}.get(kind, f"{kind}s")
    response = Client().get(f"/api/v1/{plural}/{old}?fields=name" if kind != "topic" else f"/api/v1/topics/{old}")
    assert response.status_code == 301
    assert response["Location"].partition("?")[0] == f"/api/v1/{plural}/{new}"
    assert Client().get(response["Location"]).status_code == 200
