"""The pages of bulk changes: confirmation, progress, undo and their list."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation.items.actors import Actor
from curation.items.bulk import changes, jobs
from curation.items.bulk.undo import prepare_undo
from curation.models import BulkChange, CuratedItem, EditorProfile, Tag
from tests.admin.bulk.pages import CHANGES, carry_out, choose, confirm, last_change
from tests.admin.conftest import member_of
from tests.admin.imports.uploading import run_tasks, task_backend
from tests.admin.pages import LIST, errors, links, messages, query_count, rows, text, tree
from tests.factories import make_item, make_offering, make_publisher, make_topic

Status, Outcome = CuratedItem.Status, BulkChange.Outcome


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    task_backend().clear()
    yield
    task_backend().clear()


def page_of(change: BulkChange, page: str = "change") -> str:
    return f"{CHANGES}{change.pk}/{page}/"


def undo_of(client: Client, response: Any) -> Any:
    """Follow the link “Undo” of a message and press the button; return the page after redirects."""
    url = next(link for link in links(response) if link.endswith("/undo/"))
    return client.post(url, follow=True)


# Confirming


def test_topics_are_chosen_on_the_page_that_asks_for_confirmation(editor: Client) -> None:
    topic, other, item = make_topic("AI"), make_topic("Robots"), make_item()
    page = choose(editor, "add_topics", item, make_item(topics=[topic]))
    assert "2 items" in text(tree(page))
    response = confirm(editor, page, value=[topic.pk, other.pk])
    assert messages(response) == ["2 items given the topics. Undo Show what changed"]
    assert {row.topic for row in item.itemtopic_set.all()} == {topic, other}
    assert "“Symplur: AI”, “Symplur: Robots”" in text(tree(editor.get(page_of(last_change()))))


def test_without_a_choice_nothing_changes_and_the_page_says_so(editor: Client) -> None:
    page = confirm(editor, choose(editor, "add_topics", make_item()))
    assert errors(page) == ["This field is required."]
    assert last_change().outcome == Outcome.PREPARED
    assert "Error: " in (tree(page).findtext(".//title") or "")


def test_the_count_follows_the_choice(editor: Client) -> None:
    topic = make_topic()
    choose(editor, "add_topics", make_item("Has it", topics=[topic]), make_item("Gets it"))
    page = editor.get(page_of(last_change(), "confirm"), {"value": topic.pk})
    assert "Gets it 1 skipped: given these topics already. Has it" in text(tree(page))
    assert b"Add topics to 1 item" in page.content


def test_names_stand_in_for_the_choice_without_script(editor: Client) -> None:
    topic, same, item = make_topic("AI"), make_topic("AI", "KLAS"), make_item()
    offering, publisher = make_offering("Heart Watch"), make_publisher("a.example.org")
    page = confirm(editor, choose(editor, "add_topics", item), value_names="ai")
    assert errors(page) == ["Several are called “ai”: KLAS: AI, Symplur: AI. Write one of these."]
    assert "ai" in text(tree(page))
    page = confirm(editor, choose(editor, "add_topics", item), value_names="nothing")
    assert errors(page) == ["Nothing is called “nothing”; write the name as the list of topics has it."]
    carry_out(editor, "add_topics", item, value_names="klas: ai\n")
    carry_out(editor, "add_offerings", item, value_names="heart watch")
    carry_out(editor, "set_publisher", item, value_names="a.example.org")
    assert [row.topic for row in item.itemtopic_set.all()] == [same]
    assert [row.offering for row in item.itemoffering_set.all()] == [offering]
    item.refresh_from_db()
    assert item.publisher == publisher
    assert topic not in item.topics.all()


@pytest.mark.parametrize("sent", ["abc", "9" * 30, "-1", "٣"])
@pytest.mark.parametrize("action", ["add_topics", "set_publisher"])
def test_a_value_that_is_not_an_id_is_refused_on_the_page(editor: Client, action: str, sent: str) -> None:
    page = confirm(editor, choose(editor, action, make_item()), value=sent)
    assert errors(page) == [f"“{sent}” is not a valid ID; choose from the list."]
    assert last_change().outcome == Outcome.PREPARED


def test_tags_that_do_not_exist_yet_are_made_on_confirmation_alone(editor: Client) -> None:
    known, item = Tag.objects.create(name="Known"), make_item()
    choose(editor, "add_tags", item)
    url = page_of(last_change(), "confirm")
    editor.get(url, {"value": "home care, known"})
    assert Tag.objects.count() == 1
    editor.post(url, {"value": "home care, known"})
    assert {*item.tags.names()} == {"home care", "Known"}
    assert Tag.objects.get(name="Known") == known


def test_a_publication_time_of_a_past_year_is_asked_about(editor: Client) -> None:
    old = make_item(status=Status.DRAFT, published_at=datetime(2006, 3, 1, tzinfo=UTC))
    page = choose(editor, "publish", old)
    assert "1 item has a publication time of more than 30 days ago and would stand in 2006 (1)" in text(tree(page))
    confirm(editor, page, value="on")
    old.refresh_from_db()
    assert old.published_at is not None
    assert timezone.now() - old.published_at < timedelta(minutes=1)


def test_nothing_is_asked_about_recent_publication_times(editor: Client) -> None:
    page = choose(editor, "publish", make_item(status=Status.DRAFT, published_at=None))
    assert tree(page).findall(".//input[@name='value']") == []


def test_a_schedule_is_in_the_time_zone_of_the_editor_and_in_the_future(editor: Client) -> None:
    EditorProfile.objects.create(user_id=editor.session["_auth_user_id"], time_zone="America/New_York")
    item = make_item(status=Status.DRAFT)
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        page = choose(editor, "schedule", item)
        assert "Readers" not in text(tree(page))  # the time is not chosen yet
        page = confirm(editor, page, value_0="2026-11-26", value_1="06:59")
        assert errors(page) == ["This time has passed; choose a later one, or publish the items now."]
        confirm(editor, page, value_0="2026-11-27", value_1="09:00")
        item.refresh_from_db()
        assert item.published_at == datetime(2026, 11, 27, 14, tzinfo=UTC)
        assert "Fri 27 Nov, 9:00 New York" in text(tree(editor.get(page_of(last_change()))))


def test_a_get_changes_nothing(editor: Client) -> None:
    item = make_item()
    choose(editor, "archive", item)
    change = last_change()
    before = [*BulkChange.objects.values()]
    for page in ("confirm", "undo", "change", "progress"):
        editor.get(page_of(change, page), {"value": "on"})
    assert [*BulkChange.objects.values()] == before
    item.refresh_from_db()
    assert item.is_live


def test_an_action_is_confirmed_by_the_one_who_chose_it(editor: Client) -> None:
    item = make_item()
    page: Any = choose(editor, "archive", item)
    other = member_of("Publisher", "pia")
    assert other.get(page.request["PATH_INFO"]).status_code == 404
    assert other.post(page.request["PATH_INFO"]).status_code == 404
    item.refresh_from_db()
    assert item.is_live


def test_pressing_the_button_twice_carries_the_action_out_once(editor: Client) -> None:
    page = choose(editor, "archive", make_item())
    confirm(editor, page)
    confirm(editor, page)
    assert last_change().counts["changed"] == 1
    assert BulkChange.objects.count() == 1


def test_a_failure_is_shown_with_a_way_to_continue(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_args: Any) -> Any:
        raise OSError("disk")

    page = choose(editor, "archive", make_item())
    with monkeypatch.context() as patch:
        patch.setattr(changes, "log", failing)
        failed = confirm(editor, page)
    assert "The server failed" in text(tree(failed))
    url = page_of(last_change(), "continue")
    assert url in {form.get("action") for form in tree(failed).iter("form")}
    assert member_of("Publisher", "pia").post(url).status_code == 302
    assert last_change().outcome == Outcome.FAILED
    editor.post(url)
    run_tasks()
    assert last_change().outcome == Outcome.FINISHED


# Many items


def test_more_than_100_items_are_changed_by_the_worker_with_progress(editor: Client) -> None:
    items = CuratedItem.objects.bulk_create(
        CuratedItem(title=f"Item {n}", slug=f"item-{n}", status=Status.DRAFT) for n in range(changes.MAX_AT_ONCE + 1)
    )
    chosen = {"action": "archive", "select_across": "1", "_selected_action": [items[0].pk]}
    page = confirm(editor, editor.post(LIST, chosen, follow=True))
    change = last_change()
    assert "0 of 101 items" in text(tree(page))
    assert "Undo…" not in text(tree(page))
    progress = page_of(change, "progress")
    assert json.loads(editor.get(progress).content) == {"done": 0, "files": 101, "is_over": False}
    assert not CuratedItem.objects.filter(status=Status.ARCHIVED).exists()
    run_tasks()
    assert json.loads(editor.get(progress).content) == {"done": 101, "files": 101, "is_over": True}
    shown = text(tree(editor.get(page_of(change))))
    assert "101 items archived." in shown
    assert "Undo…" in shown
    undone = editor.post(page_of(change, "undo"), follow=True)
    assert "0 of 101 items" in text(tree(undone))
    run_tasks()
    assert CuratedItem.objects.filter(status=Status.DRAFT).count() == 101


# Undo


def test_an_undo_puts_back_and_names_those_that_stay(editor: Client) -> None:
    items = [make_item(title) for title in ("First", "Second")]
    response = carry_out(editor, "withdraw", *items)
    CuratedItem.objects.filter(pk=items[0].pk).update(status=Status.ARCHIVED)
    url = next(link for link in links(response) if link.endswith("/undo/"))
    page = text(tree(editor.get(url)))
    assert "1 item goes back to the state before this action." in page
    assert "1 stays as it is: changed again since." in page
    assert "First Status: changed since by an import or a command" in page
    done = undo_of(editor, response)
    assert messages(done) == ["1 item put back. 1 skipped: changed again since. Show what changed"]
    assert "First Status: changed since" in text(tree(done))
    assert set(CuratedItem.objects.values_list("title", "status")) == {
        ("First", Status.ARCHIVED),
        ("Second", Status.PUBLISHED),
    }


def test_an_undone_action_is_not_undone_again(editor: Client) -> None:
    response = carry_out(editor, "withdraw", make_item())
    undo_of(editor, response)
    again = undo_of(editor, response)
    assert messages(again) == ["This action is not undone: ann has undone it."]


def test_after_30_days_the_page_gives_the_reason_in_place_of_the_button(editor: Client) -> None:
    carry_out(editor, "withdraw", make_item())
    change = last_change()
    BulkChange.objects.update(created_at=timezone.now() - timedelta(days=31))
    page = editor.get(page_of(change))
    assert "It could be undone until" in text(tree(page))
    assert page_of(change, "undo") not in links(page)
    assert editor.post(page_of(change, "undo"), follow=True).status_code == 200
    assert CuratedItem.objects.get().status == Status.DRAFT


def test_others_without_the_permission_to_publish_do_not_undo(editor: Client) -> None:
    carry_out(editor, "set_kind", make_item(), value="News")
    eve = member_of("Editor", "eve")
    page = eve.post(page_of(last_change(), "undo"), follow=True)
    assert messages(page) == ["This action is not undone: ann or a publisher can undo it."]
    assert CuratedItem.objects.get().kind == "News"


@pytest.mark.parametrize("is_deleted", [True, False])
def test_another_publisher_continues_an_undo_whose_user_is_gone_or_lost_the_permission(
    editor: Client, is_deleted: bool
) -> None:
    carry_out(editor, "withdraw", make_item())
    change, user = last_change(), User.objects.get(username="ann")
    undo = prepare_undo(change, Actor.of(user))
    if is_deleted:
        user.delete()
    else:
        user.groups.clear()
    jobs.run(undo)
    pia = member_of("Publisher", "pia")
    assert "Its undo by ann failed; on its page, any publisher can continue it." in text(tree(pia.get(page_of(change))))
    assert page_of(undo) in links(pia.get(page_of(change)))
    url = page_of(undo, "continue")
    assert url in {form.get("action") for form in tree(pia.get(page_of(undo))).iter("form")}
    member_of("Editor", "eve").post(url)
    assert last_change().outcome == Outcome.FAILED
    pia.post(url)
    run_tasks()
    assert (last_change().outcome, last_change().user_name) == (Outcome.FINISHED, "pia")
    assert CuratedItem.objects.get().status == Status.PUBLISHED


# The list


def test_the_list_shows_who_did_what_and_leads_to_the_undo(editor: Client) -> None:
    carry_out(editor, "withdraw", make_item(), make_item())
    undo_of(editor, carry_out(editor, "set_kind", make_item(), value="News"))
    choose(editor, "archive", make_item())  # not confirmed
    page = editor.get(CHANGES)
    undone, kind, withdrawn = rows(page)
    assert "Undo: Set the kind" in undone
    assert "ann has undone it." in kind
    assert all(part in withdrawn for part in ("Withdraw to draft", "2 items withdrawn to draft.", "ann", "Undo"))
    assert CHANGES in links(editor.get(LIST))


def test_the_list_takes_a_fixed_number_of_queries(editor: Client) -> None:
    for _ in range(2):
        undo_of(editor, carry_out(editor, "withdraw", make_item()))
    few = query_count(editor, CHANGES)
    for _ in range(3):
        undo_of(editor, carry_out(editor, "withdraw", make_item()))
    assert query_count(editor, CHANGES) == few


def test_actions_are_for_those_who_may_see_items(viewer: Client, clerk: Client) -> None:
    assert viewer.get(CHANGES).status_code == 200
    assert clerk.get(CHANGES).status_code == 403
