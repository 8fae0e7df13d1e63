"""Deleting items in the admin, and the list of those in the bin."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation.items.bin import move_to_bin
from curation.models import Alias, CuratedItem, DeletedItem, Revision
from tests.factories import COMMAND, make_item, make_publisher, make_topic

from .bulk.pages import carry_out
from .conftest import client_of, member_of
from .pages import LIST, edit_page, errors, links, messages, query_count, rows, submit, text, tree

pytestmark = pytest.mark.django_db
BIN = "/admin/curation/binneditem/"
RESTORE = f"{BIN}restore/"
Status = CuratedItem.Status


@pytest.fixture
def administrator(db: None) -> Client:
    return member_of("Administrator", "root")


def facts(page: Any) -> list[str]:
    return [text(fact) for fact in tree(page).findall(".//ul[@class='facts']/li")]


def cells(page: Any) -> list[list[str]]:
    """Return the texts of the cells of each row of a list."""
    return [list(map(text, row)) for row in tree(page).findall(".//table[@id='result_list']/tbody/tr")]


def test_who_may_not_bin_a_live_item_sees_no_button_and_is_told_why(db: None) -> None:
    item, edda = make_item("A story"), member_of("Editor", "edda")
    url = f"/admin/curation/curateditem/{item.pk}/delete/"
    assert not [link for link in links(edda.get(edit_page(item))) if link.endswith("/delete/")]
    for page in (edda.get(url, follow=True), edda.post(url, {"post": "yes"}, follow=True)):
        reason = "readers see this item, or will, so only publishers may move it to the bin."
        assert messages(page) == [f"Nothing was deleted: {reason}"]
    CuratedItem.objects.update(status=Status.DRAFT)
    assert [link for link in links(edda.get(edit_page(item))) if link.endswith("/delete/")]


def test_deleting_an_item_moves_it_to_the_bin_and_the_message_undoes_it(editor: Client) -> None:
    item = make_item("A story")
    Alias.objects.create(path="/old", item=item)
    url = f"/admin/curation/curateditem/{item.pk}/delete/"
    said = facts(editor.get(url))
    assert said[0] == "Its address, /news/a-story/, will answer 410, “This story was removed”."
    assert said[1] == "1 redirect stays with it."
    assert said[2].startswith("You can restore it from the bin until ")
    page = editor.post(url, {"post": "yes"}, follow=True)
    (message,) = messages(page)
    assert "“A story” is in the bin until " in message
    assert "Readers get “This story was removed” at its address. Undo" in message
    item.refresh_from_db()
    assert (item.status, item.binned_by, item.binned_from) == (Status.BIN, "ann", Status.PUBLISHED)
    (form,) = [form for form in tree(page).iter("form") if form.get("action") == RESTORE]
    data = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    page = editor.post(RESTORE, data, follow=True)
    assert messages(page) == ["A story is restored, and live again at /news/a-story/."]
    item.refresh_from_db()
    assert (item.status, item.aliases.count()) == (Status.PUBLISHED, 1)
    assert list(Revision.objects.order_by("id").values_list("verb", flat=True)) == ["binned", "restored"]


def test_the_undo_of_an_action_restores_the_items_of_that_action_alone(editor: Client) -> None:
    first, second, third = make_item("First"), make_item("Second"), make_item("Third")
    editor.post(f"/admin/curation/curateditem/{first.pk}/delete/", {"post": "yes"})
    page = carry_out(editor, "bin", second, third)
    assert "2 items moved to the bin." in messages(page)[0]
    shown, undo = (next(link for link in links(page) if part in link) for part in ("bulk=", "/undo/"))
    assert {row[1] for row in cells(editor.get(shown))} == {"Second", "Third"}
    editor.post(undo)
    assert list(CuratedItem.objects.in_bin()) == [first]


def test_the_bin_lists_who_deleted_what_and_when(editor: Client) -> None:
    make_item("Kept")
    make_item("A draft", status="draft")
    make_item("A story")
    for item in CuratedItem.objects.exclude(title="Kept"):
        editor.post(f"/admin/curation/curateditem/{item.pk}/delete/", {"post": "yes"})
    CuratedItem.objects.filter(title="A draft").update(binned_at=timezone.now() - timedelta(days=80, hours=1))
    found = cells(editor.get(BIN))
    assert [row[1:3] for row in found] == [["A story", "Live"], ["A draft", "Draft"]]
    assert all(row[3].startswith("ann, ") for row in found)
    assert [row[4:] for row in found] == [["90 days", "Restore"], ["10 days", "Restore"]]
    assert "Nothing in the bin matches." in editor.get(BIN, {"q": "nowhere"}).content.decode()
    assert [row[1] for row in cells(editor.get(BIN, {"q": "draft"}))] == ["A draft"]
    CuratedItem.objects.filter(title="A draft").update(title="")
    assert [row[1] for row in cells(editor.get(BIN))] == ["A story", "Untitled"]


def test_the_bin_costs_the_same_for_more_items(editor: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            make_item()
        move_to_bin(CuratedItem.objects.all(), COMMAND)
        counts.append(query_count(editor, BIN))
    assert counts[0] == counts[1]


def test_an_empty_bin_says_so(editor: Client) -> None:
    page = editor.get(BIN).content.decode()
    assert "The bin is empty." in page
    assert "list-search" not in page.partition("<main")[2]


def test_items_are_restored_from_the_bin_one_by_one_or_together(editor: Client) -> None:
    items = [make_item() for _ in range(3)]
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    editor.post(RESTORE, {"item": items[0].pk, "action": "", "index": "0"})
    assert CuratedItem.objects.in_bin().count() == 2
    editor.post(BIN, {"action": "restore_items", "_selected_action": [item.pk for item in items[1:]]})
    assert not CuratedItem.objects.in_bin().exists()
    page = editor.post(RESTORE, {"item": items[0].pk}, follow=True)
    assert messages(page)[-1:] == ["Nothing was restored: these items are no longer in the bin."]


def test_an_editor_restores_no_item_that_would_be_live_and_is_told_why(editor: Client) -> None:
    make_item("Live")
    make_item("Draft", status="draft")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    data = {"action": "restore_items", "_selected_action": ["1"], "select_across": "1"}
    page = member_of("Editor", "edda").post(BIN, data, follow=True)
    assert messages(page)[0] == "1 not restored: published, so for publishers alone."
    assert [item.title for item in CuratedItem.objects.in_bin()] == ["Live"]


def test_many_items_are_restored_in_short_transactions(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_item("Kept in the bin", status="draft")
    for number in range(3):
        make_item(f"Story {number}")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    pauses: list[float] = []
    monkeypatch.setattr("curation.db.timed_batches.FIRST_SIZE", 1)
    monkeypatch.setattr("curation.items.bin.MAX_RESTORED", 1)
    monkeypatch.setattr("curation.db.timed_batches.sleep", pauses.append)
    data = {"action": "restore_items", "_selected_action": ["1"], "select_across": "1"}
    page = editor.post(f"{BIN}?q=Story", data, follow=True)
    assert messages(page) == ["3 items are restored, 3 of them live again."]
    assert len(pauses) == 2
    assert [item.title for item in CuratedItem.objects.in_bin()] == ["Kept in the bin"]


def test_deleting_for_ever_is_asked_and_takes_an_administrator(editor: Client, administrator: Client) -> None:
    item = make_item("A story")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    chosen = {"action": "delete_items_for_ever", "_selected_action": [item.pk]}
    editor.post(BIN, {**chosen, "post": "yes"})
    page = administrator.post(BIN, chosen)
    assert facts(page)[0].startswith("This cannot be undone.")
    assert CuratedItem.objects.exists()
    page = administrator.post(BIN, {**chosen, "post": "yes"}, follow=True)
    assert messages(page) == ["“A story” is deleted for ever."]
    assert not CuratedItem.objects.exists()
    assert DeletedItem.objects.get().deleted_by == "command"


@pytest.mark.parametrize("role", ["Contributor", "viewer"])
def test_without_permission_to_delete_nothing_is_restored(role: str, viewer: Client) -> None:
    client = viewer if role == "viewer" else member_of(role, "cora")
    item = make_item()
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    assert "Restore" not in client.get(BIN).content.decode()
    assert client.post(RESTORE, {"item": item.pk}).status_code == 403
    client.post(BIN, {"action": "restore_items", "_selected_action": [item.pk]})
    assert CuratedItem.objects.in_bin().exists()


def test_the_bin_is_for_those_who_may_see_items(clerk: Client) -> None:
    assert clerk.get(BIN).status_code == 403
    assert "binneditem" not in clerk.get("/admin/").content.decode()


def test_the_address_of_the_form_of_an_item_in_the_bin_leads_to_the_bin(editor: Client) -> None:
    item = make_item("A story")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    page = editor.get(edit_page(item), follow=True)
    assert page.redirect_chain[-1][0] == f"{BIN}?q=a-story"
    assert messages(page)[0].startswith("“A story” is in the bin: deleted on ")
    assert len(rows(page)) == 1
    assert f"/admin/curation/curateditem/{item.pk}/page/" in links(page)


def test_items_in_the_bin_are_in_no_list_count_or_suggestion(editor: Client) -> None:
    topic, publisher = make_topic("Imaging"), make_publisher("example.org")
    item = make_item("A story", topics=[topic], publisher=publisher, tags=["scan"], kind="Feature", body="[x](/gone/)")
    item.aliases.create(path="/old")
    item.conflicts.create(field="title", base="a", theirs="b", ours="c")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    assert rows(editor.get(LIST)) == []
    for name in ("topic", "publisher", "tag"):
        (row,) = cells(editor.get(f"/admin/curation/{name}/"))
        assert "0" in row, name
    for name in ("alias", "conflict", "bodyreference"):
        assert rows(editor.get(f"/admin/curation/{name}/")) == [], name
    assert editor.get("/admin/curation/curateditem/suggest/kind/", {"q": "F"}).json() == {"values": []}
    complete = {"app_label": "curation", "model_name": "alias", "field_name": "item", "term": "story"}
    assert editor.get("/admin/autocomplete/", complete).json()["results"] == []


def test_a_slug_and_a_link_of_an_item_in_the_bin_are_named_with_a_way_to_restore_it(editor: Client) -> None:
    item = make_item("A story", source_url="https://example.org/1")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    other = make_item("Another")
    page = submit(editor, edit_page(other), slug="a-story")
    assert "The slug “a-story” is taken by A story, which is in the bin: restore it there, or choose another slug." in (
        errors(page)
    )
    assert f"{BIN}?q={item.slug}" in links(page)
    check = editor.get("/admin/curation/curateditem/check-link/", {"url": "https://example.org/1"}).content.decode()
    assert "(in the bin; you can restore it)" in check
    page = submit(editor, edit_page(other), source_url="https://example.org/1")
    assert "A story (In the bin) has this source link already." in errors(page)


def test_a_name_with_html_is_escaped_in_the_bin(editor: Client) -> None:
    item = make_item("<script>alert(1)</script>", slug="x")
    page = editor.post(f"/admin/curation/curateditem/{item.pk}/delete/", {"post": "yes"}, follow=True)
    assert b"<script>alert" not in page.content
    assert b"<script>alert" not in editor.get(BIN).content


def test_deleting_needs_permission() -> None:
    item = make_item()
    client = member_of("Contributor", "cora")
    assert client.post(f"/admin/curation/curateditem/{item.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "bin", "_selected_action": [item.pk]})
    assert client_of(User.objects.get()).get(f"/admin/curation/curateditem/{item.pk}/delete/").status_code == 403
    assert CuratedItem.objects.get().status == Status.PUBLISHED


def test_the_number_of_items_in_the_bin_is_in_words(editor: Client) -> None:
    for _ in range(2):
        make_item()
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    assert "2 items in the bin" in text(tree(editor.get("/admin/curation/binneditem/")))
