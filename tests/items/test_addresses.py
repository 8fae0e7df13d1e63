"""Renaming items, and their former addresses."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.items.addresses import SlugTaken, rename, slug_for_title
from curation.items.put_back import put_back
from curation.items.revisions import Change, Verb, record_changes, state_at
from curation.items.workflow import perform
from curation.models import Alias, CuratedItem, SourceDocument
from tests.factories import COMMAND, make_item

pytestmark = pytest.mark.django_db


def test_the_old_address_of_a_renamed_item_redirects(client: Client) -> None:
    item = make_item(slug="first")
    rename(item, "second", COMMAND)
    response = client.get("/news/first")
    assert (response.status_code, response["Location"]) == (301, "/news/second/")


def test_every_former_address_of_an_item_redirects_to_it() -> None:
    item = make_item(slug="first")
    rename(item, "second", COMMAND)
    rename(item, "third", COMMAND)
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/first", "/news/second"}


def test_renaming_back_removes_the_alias_at_the_restored_address() -> None:
    item = make_item(slug="first")
    rename(item, "second", COMMAND)
    rename(item, "first", COMMAND)
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/second"}


def test_renaming_to_the_same_slug_does_nothing() -> None:
    item = make_item(slug="first")
    rename(item, "first", COMMAND)
    assert not Alias.objects.exists()


def test_the_slug_of_another_item_is_refused_with_its_title() -> None:
    holder, item = make_item("Holder", slug="taken"), make_item(slug="free")
    with pytest.raises(SlugTaken, match="Holder") as refusal:
        rename(item, "taken", COMMAND)
    assert refusal.value.holder == holder
    item.refresh_from_db()
    assert item.slug == "free"
    assert not Alias.objects.exists()


def test_an_address_that_two_items_had_redirects_to_the_later_one() -> None:
    first, second = make_item(slug="a"), make_item(slug="b")
    rename(first, "a2", COMMAND)
    rename(second, "a", COMMAND)
    rename(second, "c", COMMAND)
    assert Alias.objects.get(path="/news/a").item == second


# Addresses that follow the title


def make_draft(title: str, **fields: Any) -> CuratedItem:
    """Make a draft as the desk does, with the revision of its beginning."""
    item = make_item(title, status="draft", published_at=None, **fields)
    record_changes([Change(item.pk)], Verb.CREATED, COMMAND)
    return item


@pytest.mark.parametrize(
    ("title", "slug", "new_title", "expected"),
    [
        ("First title", "first-title", "Second title", "second-title"),
        ("Taken", "taken-2", "Second title", "second-title"),
        ("Taken", "taken-2", "Taken!", "taken-2"),
        ("COVID", "covid-19", "Corona", "covid-19"),
        ("First title", "chosen", "Second title", "chosen"),
        ("First title", "first-title", "", "first-title"),
        ("First title", "first-title", "…", "first-title"),
        ("", "untitled-abcdef", "A title", "a-title"),
        ("First title", "first-title", "Taken", "taken-2"),
        ("First title", "first-title", "Former", "former-2"),
        ("Old", "old", "x" * 300, "x" * 255),
    ],
)
def test_the_slug_of_a_draft_follows_its_title_unless_it_was_chosen(
    title: str, slug: str, new_title: str, expected: str
) -> None:
    other = make_item("Other", slug="taken")
    Alias.objects.create(path="/news/former", item=other)
    item = make_draft("Draft", slug=slug)
    CuratedItem.objects.filter(pk=item.pk).update(title=title)
    item.refresh_from_db()
    assert slug_for_title(item, new_title) == expected


@pytest.mark.parametrize("verb", [Verb.PUBLISHED, Verb.SCHEDULED, Verb.ARCHIVED])
def test_the_slug_is_frozen_once_the_item_had_a_public_address(verb: str) -> None:
    item = make_draft("First")
    assert slug_for_title(item, "Second") == "second"
    at = timezone.now() + timedelta(days=1) if verb == Verb.SCHEDULED else None
    perform(verb, CuratedItem.objects.filter(pk=item.pk), COMMAND, at=at)
    perform(Verb.WITHDRAWN, CuratedItem.objects.filter(pk=item.pk), COMMAND)
    item.refresh_from_db()
    assert item.status == "draft"
    assert slug_for_title(item, "Second") == "first"
    rename(item, "other", COMMAND)
    assert Alias.objects.filter(path="/news/first").exists()


def test_the_slug_of_an_imported_item_or_one_of_an_unknown_beginning_stays() -> None:
    assert slug_for_title(make_item("Unknown", status="draft"), "Second") == "unknown"
    item = make_draft("Imported")
    SourceDocument.objects.create(item=item, path="/a.md", sha256="", imported_at=timezone.now())
    assert slug_for_title(item, "Second") == "imported"


def test_an_address_that_nobody_can_know_leaves_no_redirect_unless_an_item_links_to_it() -> None:
    item, linked = make_draft("First"), make_draft("Linked")
    make_item(body="A [link](/news/linked/).")
    for draft in (item, linked):
        rename(draft, f"new-{draft.slug}", COMMAND)
    assert set(Alias.objects.values_list("path", flat=True)) == {"/news/linked"}


def test_a_title_that_is_put_back_brings_its_address_along() -> None:
    item = make_draft("First")
    item.title = "Second"
    rename(item, "second", COMMAND)
    item.save()
    change = Change(item.pk, {"title": ["First", "Second"], "slug": ["first", "second"]})
    record_changes([change], Verb.SAVED, COMMAND)
    put_back(item.pk, state_at(item, 0), ["title"], COMMAND, reason="")
    item.refresh_from_db()
    assert (item.title, item.slug) == ("First", "first")


def test_finding_whether_a_slug_follows_takes_few_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    item, chosen = make_draft("First"), make_draft("Chosen", slug="other")
    with django_assert_num_queries(4):
        slug_for_title(item, "Second")
    with django_assert_num_queries(0):
        slug_for_title(chosen, "Second")
