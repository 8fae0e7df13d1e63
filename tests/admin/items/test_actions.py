"""The menu of the item list: bulk actions ask for confirmation, and change nothing before it."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from curation.items.bulk.actions import BULK_ACTIONS
from curation.models import BulkChange, CuratedItem
from tests.admin.bulk.pages import carry_out, choose, last_change
from tests.admin.conftest import member_of
from tests.admin.pages import LIST, links, messages, rows, text, tree
from tests.factories import make_item

Status = CuratedItem.Status


def offered(client: Client) -> set[str]:
    return {button.get("value", "") for button in tree(client.get(LIST)).findall(".//button[@name='action']")}


def test_choosing_an_action_changes_nothing_and_asks(editor: Client) -> None:
    live, draft = make_item("Live one"), make_item(status=Status.DRAFT)
    page = choose(editor, "withdraw", live, draft)
    shown = text(tree(page))
    assert "2 items: 1 is live now, 1 is a draft." in shown
    assert "Readers will no longer find 1 page." in shown
    assert "1 skipped: drafts already." in shown
    assert "Live one" in shown
    (button,) = tree(page).findall(".//form[@id='confirm_form']//input[@type='submit']")
    assert button.get("value") == "Withdraw 1 item"
    live.refresh_from_db()
    assert live.is_live


def test_publishing_reports_changed_and_skipped_items(editor: Client) -> None:
    drafts = [make_item(status=Status.DRAFT, published_at=None) for _ in range(2)]
    coming = make_item(status=Status.DRAFT, published_at=timezone.now() + timedelta(days=1))
    response = carry_out(editor, "publish", *drafts, coming, make_item())
    message = "3 items published, 1 of them scheduled for later. 1 skipped: published already."
    assert messages(response) == [f"{message} Undo Show what changed"]
    assert CuratedItem.objects.filter(status=Status.PUBLISHED).count() == 4


def test_an_expired_item_is_not_published_and_the_page_gives_the_reason(editor: Client) -> None:
    over = make_item(status=Status.DRAFT, expires_at=timezone.now() - timedelta(days=1))
    page = choose(editor, "publish", over)
    assert "1 skipped: past their expiry time: empty it or give a later one first." in text(tree(page))
    assert "Nothing would change." in text(tree(page))
    assert tree(page).findall(".//form[@id='confirm_form']//input[@type='submit']") == []


def test_the_message_links_to_the_changed_items(editor: Client) -> None:
    item = make_item("Withdrawn")
    make_item("Another")
    shown = next(link for link in links(carry_out(editor, "withdraw", item)) if "bulk=" in link)
    (row,) = rows(editor.get(shown))
    assert "Withdrawn" in row


def test_a_link_to_changes_of_no_action_shows_the_list_and_says_so(editor: Client) -> None:
    assert rows(editor.get(f"{LIST}?bulk=1")) == []
    response = editor.get(f"{LIST}?bulk=x", follow=True)
    assert "“bulk”" in messages(response)[0]


def test_a_change_from_the_list_is_in_the_items_history(editor: Client) -> None:
    item = make_item()
    carry_out(editor, "archive", item)
    assert LogEntry.objects.get(object_id=item.pk).get_change_message() == "Archived from the list."


def test_every_item_of_a_filtered_list_is_changed_and_the_filter_stays(editor: Client) -> None:
    for _ in range(60):
        make_item(status=Status.DRAFT)
    live = make_item()
    chosen = {"action": "publish", "select_across": "1", "_selected_action": [live.pk], "value": ""}
    page = editor.post(f"{LIST}?state=draft&o=1", chosen, follow=True)
    assert "60 items: 60 are drafts." in text(tree(page))
    assert f"{LIST}?state=draft&o=1" in links(page)
    assert len(last_change().item_ids) == 60


def test_all_items_can_be_marked_without_marking_one(editor: Client) -> None:
    make_item("Tablet", status=Status.DRAFT)
    make_item("Telephone", status=Status.DRAFT)
    page = editor.post(f"{LIST}?q=tablet", {"action": "bin", "select_across": "1"}, follow=True)
    assert "1 item: 1 is a draft." in text(tree(page))
    assert len(last_change().item_ids) == 1


def test_an_action_without_a_marked_item_changes_nothing_and_says_so(editor: Client) -> None:
    make_item()
    page = editor.post(LIST, {"action": "archive", "index": "0"}, follow=True)
    assert "Items must be selected" in messages(page)[0]
    assert not BulkChange.objects.exists()


def test_users_are_offered_the_actions_that_they_may_carry_out(editor: Client, viewer: Client) -> None:
    make_item()
    names = {action.name for action in BULK_ACTIONS}
    assert offered(editor) == names | {"export_items"}
    assert offered(viewer) == {"export_items"}
    publishing = {"publish", "schedule", "withdraw", "archive"}
    assert offered(member_of("Editor", "eve")) == names - publishing | {"export_items"}
    assert offered(member_of("Contributor", "cho")) == names - publishing - {"bin"} | {"export_items"}


@pytest.mark.parametrize("action", [action.name for action in BULK_ACTIONS])
def test_a_viewer_cannot_prepare_an_action(viewer: Client, action: str) -> None:
    choose(viewer, action, make_item())
    assert not BulkChange.objects.exists()
