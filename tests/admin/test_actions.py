"""Bulk actions of the item list."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from curation.models import CuratedItem
from tests.factories import make_item

from .pages import LIST, links, messages, rows

Status = CuratedItem.Status


def act(client: Client, action: str, *items: CuratedItem) -> HttpResponse:
    chosen = {"action": action, "_selected_action": [item.pk for item in items]}
    return client.post(LIST, chosen, follow=True)


def test_publishing_says_what_changed_and_what_did_not(editor: Client) -> None:
    drafts = [make_item(status=Status.DRAFT, published_at=None) for _ in range(2)]
    coming = make_item(status=Status.DRAFT, published_at=timezone.now() + timedelta(days=1))
    response = act(editor, "publish_items", *drafts, coming, make_item())
    said = "3 items published, 1 of them for a time to come; 1 skipped: they were published already."
    assert messages(response) == [f"{said} Show what changed"]
    assert CuratedItem.objects.filter(status=Status.PUBLISHED).count() == 4


def test_what_has_expired_is_not_published_and_the_message_says_why(editor: Client) -> None:
    over = make_item(status=Status.DRAFT, expires_at=timezone.now() - timedelta(days=1))
    (said,) = messages(act(editor, "publish_items", over))
    why = "their expiry time has passed, so empty it or give a later one first"
    assert said == f"0 items published; 1 skipped: {why}."


@pytest.mark.parametrize(
    ("action", "status", "done"),
    [("withdraw_items", Status.DRAFT, "withdrawn to draft"), ("archive_items", Status.ARCHIVED, "archived")],
)
def test_items_are_taken_from_readers(editor: Client, action: str, status: str, done: str) -> None:
    item, other = make_item(), make_item()
    response = act(editor, action, item)
    assert messages(response) == [f"1 item {done}. Show what changed"]
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.status, other.status) == (status, Status.PUBLISHED)


def test_the_message_leads_to_what_changed(editor: Client) -> None:
    item = make_item("Withdrawn")
    make_item("Another")
    shown = next(link for link in links(act(editor, "withdraw_items", item)) if "id__in" in link)
    (row,) = rows(editor.get(shown))
    assert "Withdrawn" in row


def test_a_change_from_the_list_is_in_the_items_history(editor: Client) -> None:
    item = make_item()
    act(editor, "archive_items", item)
    assert LogEntry.objects.get(object_id=item.pk).get_change_message() == "Archived from the list."


def test_every_item_of_a_filtered_list_is_changed_at_once(editor: Client) -> None:
    for _ in range(60):
        make_item(status=Status.DRAFT)
    chosen = {"action": "publish_items", "select_across": "1", "_selected_action": [CuratedItem.objects.first().pk]}  # type: ignore[union-attr]
    response = editor.post(f"{LIST}?state=draft", chosen, follow=True)
    assert messages(response) == ["60 items published. Show what changed"]


def test_who_may_only_look_cannot_act(viewer: Client) -> None:
    item = make_item(status=Status.DRAFT)
    act(viewer, "publish_items", item)
    item.refresh_from_db()
    assert item.status == Status.DRAFT
