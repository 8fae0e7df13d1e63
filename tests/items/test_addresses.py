"""Renaming items, and their former addresses."""

import pytest
from django.test import Client

from curation.items.addresses import SlugTaken, rename
from curation.models import Alias
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
