"""From one item to the next of the list from which it was opened."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.models import CuratedItem
from tests.admin.pages import LIST, edit_page, links, messages, rows
from tests.factories import make_item

Status = CuratedItem.Status
OLDEST = "_changelist_filters=q%3Dstory%26order%3Doldest"


@pytest.fixture
def items(db: None) -> list[CuratedItem]:
    """Three items that the list of “story”, oldest first, has in this order."""
    make_item("Another")
    now = timezone.now()
    return [make_item(f"Story {number}", published_at=now - timedelta(days=3 - number)) for number in range(3)]


def step(client: Client, item: CuratedItem, way: str, query: str = OLDEST) -> str:
    return client.get(f"{LIST}{item.pk}/{way}/?{query}")["Location"]


def test_next_and_previous_follow_the_filters_and_the_order_of_the_list(
    editor: Client, items: list[CuratedItem]
) -> None:
    assert urlsplit(step(editor, items[0], "next")).path == edit_page(items[1])
    assert urlsplit(step(editor, items[2], "previous")).path == edit_page(items[1])
    assert parse_qs(urlsplit(step(editor, items[0], "next")).query) == parse_qs(OLDEST)


@pytest.mark.parametrize(("way", "index", "place"), [("next", 2, "last"), ("previous", 0, "first")])
def test_at_an_end_of_the_list_one_stays(
    editor: Client, items: list[CuratedItem], way: str, index: int, place: str
) -> None:
    page = editor.get(f"{LIST}{items[index].pk}/{way}/?{OLDEST}", follow=True)
    assert page.redirect_chain[0][0].startswith(edit_page(items[index]))
    assert messages(page) == [f"This is the {place} item of the list."]


def test_after_an_item_that_left_the_list_comes_the_first_one(editor: Client, items: list[CuratedItem]) -> None:
    CuratedItem.objects.filter(pk=items[1].pk).update(status=Status.BIN, binned_at=timezone.now())
    page = editor.get(f"{LIST}{items[1].pk}/next/?{OLDEST}", follow=True)
    assert page.redirect_chain[0][0].startswith(edit_page(items[0]))
    assert messages(page) == ["The former item is not in the list; this is its first."]


@pytest.mark.parametrize("query", ["", "_changelist_filters=no_such%3D1", "_changelist_filters=%00"])
def test_without_valid_filters_the_list_is_the_whole_one(editor: Client, items: list[CuratedItem], query: str) -> None:
    titles = rows(editor.get(LIST))
    assert "Story 2" in titles[0]
    assert urlsplit(step(editor, items[2], "next", query)).path == edit_page(items[1])


def test_the_form_links_to_its_list_and_to_both_neighbours(editor: Client, items: list[CuratedItem]) -> None:
    found = links(editor.get(f"{edit_page(items[0])}?{OLDEST}"))
    assert f"{LIST}?q=story&order=oldest" in found
    assert {f"{LIST}{items[0].pk}/{way}/?{OLDEST}" for way in ("next", "previous")} <= found


def test_who_may_not_see_items_gets_no_neighbour(clerk: Client, viewer: Client, items: list[CuratedItem]) -> None:
    assert clerk.get(f"{LIST}{items[0].pk}/next/").status_code == 403
    assert viewer.get(f"{LIST}{items[0].pk}/next/").status_code == 302


def test_a_step_costs_the_same_queries_in_any_list(editor: Client, items: list[CuratedItem]) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            step(editor, items[0], "next")
        return len(queries)

    number_of_queries()
    before = number_of_queries()
    for number in range(4):
        make_item(f"Story {10 + number}")
    assert number_of_queries() == before <= 16
