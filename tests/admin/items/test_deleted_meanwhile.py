"""The form of an item that was deleted while it was open keeps what was typed."""

from http import HTTPStatus
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from curation.items.bin import delete_for_ever, move_to_bin
from curation.models import CuratedItem, ItemTopic
from tests.admin.conftest import member_of
from tests.admin.images import picture_bytes
from tests.admin.pages import edit_page, errors, form_data, links, messages, text, tree
from tests.factories import COMMAND, make_item, make_topic

pytestmark = pytest.mark.django_db
ALL = CuratedItem.objects.all
TYPED = {"title": "Typed title", "body": "Typed *body*.", "tags": "two words"}


@pytest.fixture
def item() -> CuratedItem:
    return make_item("A story", topics=[make_topic("Imaging")])


def typed_form(client: Client, item: CuratedItem, **changes: Any) -> dict[str, Any]:
    """Return what a form sends whose texts were changed, with a further topic."""
    data = form_data(client.get(edit_page(item)), "curateditem_form")
    return {**data, **TYPED, "itemtopic_set-1-topic": str(make_topic("Robots").pk), **changes}


def sent_again(page: HttpResponse, button: str) -> dict[str, str]:
    return {**form_data(page, "curateditem_form"), button: "1"}


def buttons(page: HttpResponse) -> list[str]:
    found = (button.get("name", "") for button in tree(page).iter("button"))
    return [name for name in found if name in ("_restore", "_save_as_new")]


def test_an_item_moved_to_the_bin_is_restored_and_saved_with_everything_typed(
    editor: Client, item: CuratedItem
) -> None:
    data = typed_form(
        editor, item, new_image=SimpleUploadedFile("new.png", picture_bytes(), "image/png"), image_alt="Robots"
    )
    move_to_bin(ALL(), COMMAND)
    page = editor.post(edit_page(item), data)
    assert page.status_code == HTTPStatus.OK
    (error,) = [error for error in errors(page) if "moved to the bin" in error]
    assert " by command. Nothing is saved yet: restore it and save" in error
    assert buttons(page) == ["_restore", "_save_as_new"]
    item.refresh_from_db()
    assert (item.status, item.title) == (CuratedItem.Status.BIN, "A story")
    page = editor.post(edit_page(item), sent_again(page, "_restore"), follow=True)
    assert "The item is restored." in messages(page)
    item.refresh_from_db()
    assert (item.status, item.title, item.body) == (CuratedItem.Status.PUBLISHED, "Typed title", "Typed *body*.")
    assert [row.topic.label for row in item.itemtopic_set.all()] == ["Imaging", "Robots"]
    assert [tag.name for tag in item.tags.all()] == ["two words"]
    assert item.image is not None
    assert list(item.revisions.order_by("id").values_list("verb", flat=True)) == ["binned", "restored", "saved"]


def test_an_item_deleted_for_ever_is_saved_as_a_new_one(editor: Client, item: CuratedItem) -> None:
    data = typed_form(editor, item)
    move_to_bin(ALL(), COMMAND)
    delete_for_ever(ALL(), COMMAND)
    page = editor.post(edit_page(item), data)
    assert any("This item was deleted for ever on " in error for error in errors(page))
    assert buttons(page) == ["_save_as_new"]
    assert not ALL().exists()
    editor.post(edit_page(item), sent_again(page, "_save_as_new"))
    new = ALL().get()
    assert (new.title, new.slug, new.body) == ("Typed title", "a-story", "Typed *body*.")
    assert set(ItemTopic.objects.values_list("topic__label", flat=True)) == {"Imaging", "Robots"}


def test_without_permission_to_delete_the_text_stays_and_who_can_help_is_named(item: CuratedItem) -> None:
    client = member_of("Contributor", "cora")
    CuratedItem.objects.update(status="draft", created_by=client.session["_auth_user_id"])
    data = typed_form(client, item)
    move_to_bin(ALL(), COMMAND)
    for extra in ({}, {"_restore": "1"}):
        page = client.post(edit_page(item), {**data, **extra})
        assert any("ask command, or an editor, to restore it" in error for error in errors(page))
        assert form_data(page, "curateditem_form")["title"] == "Typed title"
        assert buttons(page) == ["_save_as_new"]
    assert ALL().in_bin().exists()


@pytest.mark.parametrize(("role", "status"), [("Editor", "published"), ("Contributor", "review")])
def test_who_may_not_restore_it_is_told_why_and_saves_the_text_as_a_new_draft(
    item: CuratedItem, role: str, status: str
) -> None:
    client = member_of(role, "edda")
    ALL().update(status="draft", created_by=client.session["_auth_user_id"])
    data = typed_form(client, item)
    ALL().update(status=status)
    move_to_bin(ALL(), COMMAND)
    page = client.post(edit_page(item), {**data, "_restore": "1"})
    (error,) = [error for error in errors(page) if "moved to the bin" in error]
    reason = "Only publishers can restore an item that was live" if role == "Editor" else "you may not change it now"
    assert reason in error
    assert buttons(page) == ["_save_as_new"]
    page = client.post(edit_page(item), sent_again(page, "_save_as_new"), follow=True)
    assert errors(page) == []
    new = ALL().exclude(pk=item.pk).get()
    assert (new.title, new.slug, new.status) == ("Typed title", "a-story-2", "draft")
    assert [row.topic.label for row in new.itemtopic_set.all()] == ["Imaging", "Robots"]


def test_the_page_of_a_binned_item_has_no_button_or_note_that_contradicts_its_error(
    editor: Client, item: CuratedItem
) -> None:
    data = typed_form(editor, item)
    move_to_bin(ALL(), COMMAND)
    page = editor.post(edit_page(item), data)
    assert "saving keeps that" not in page.content.decode()
    assert not [link for link in links(page) if link.endswith("/delete/")]
    notes = editor.post(f"/admin/curation/curateditem/{item.pk}/presence/", {"version": data["version"]})
    assert [text(note) for note in tree(notes).iter("p")] == ["command moved this item to the bin."]
