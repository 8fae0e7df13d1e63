"""Redirects from former addresses of topics, vocabularies, offerings, publishers, authors and tags."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from curation.models import CuratedItem, FormerName, Tag
from curation.site_links.former_names import KINDS, current_path
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
