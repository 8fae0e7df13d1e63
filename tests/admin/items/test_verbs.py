"""The buttons of the item form, and drafts that are saved half done."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from curation.items.actors import Actor
from curation.items.workflow import perform
from curation.models import CuratedItem, Revision
from tests.admin.conftest import client_of, member_of
from tests.admin.images import make_image
from tests.admin.pages import ADD, LIST, edit_page, errors, form_data, links, messages, rows, submit, text, tree
from tests.factories import COMMAND, make_item

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb
NOW = timezone.now()
KEEP = "Keep as draft over the live version"


def buttons(client: Client, item: CuratedItem) -> list[str]:
    """Return the labels of the form's submit buttons, the main ones with a star."""
    page = tree(client.get(edit_page(item)))
    panel = page.find(".//section[@id='publishing']")
    assert panel is not None
    found = [element for element in panel.iter("button") if element.get("type") == "submit"]
    return [text(element) + ("*" if "default" in element.get("class", "") else "") for element in found]


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


STAY = "Save and stay"
PUBLISHED = ["Publish changes*", "Publish and stay", KEEP]


@pytest.mark.parametrize(
    ("status", "publisher", "editor"),
    [
        (
            Status.DRAFT,
            ["Publish*", "Save draft", STAY, "Submit for review"],
            ["Submit for review*", "Save draft", STAY],
        ),
        (
            Status.REVIEW,
            ["Approve and publish*", "Save", STAY, "Approve", "Return with a note"],
            ["Approve*", "Save", STAY, "Return with a note"],
        ),
        (Status.PUBLISHED, [*PUBLISHED, "Withdraw", "Archive"], PUBLISHED),
        (Status.ARCHIVED, ["Restore to draft*", "Save", STAY, "Publish"], ["Save*", STAY]),
    ],
)
def test_a_form_has_the_verbs_of_state_and_role_and_one_main_button_which_comes_first(
    status: str, publisher: list[str], editor: list[str]
) -> None:
    item = make_item(status=status, published_at=NOW)
    for role, expected in (("Publisher", publisher), ("Editor", editor)):
        assert buttons(member_of(role, role), item) == expected


def test_the_buttons_of_a_scheduled_item_save_and_follow_its_time(editor: Client) -> None:
    item = make_item(published_at=NOW + timedelta(days=2))
    saving = ["Save*", STAY, "Keep as draft over the scheduled version"]
    assert buttons(editor, item) == [*saving, "Withdraw", "Archive"]
    assert buttons(member_of("Editor", "Eve"), item) == saving  # whose form has no time
    page = tree(editor.get(edit_page(item)))
    labels = [(text(button), button.get("data-label")) for button in page.findall(".//button[@data-planned-label]")]
    assert labels == [("Save", "Publish now"), (STAY, "Publish and stay")]
    line = page.find(".//p[@id='goes-live']")
    assert line is not None
    assert text(line).startswith("Goes live ")
    assert line.get("data-otherwise") == "Goes live as soon as you publish it."
    (message,) = messages(submit(editor, edit_page(item), published_at_0="", published_at_1="", _save="1"))
    assert "Live since" in message


def test_the_main_button_of_a_live_item_schedules_it_for_a_time_to_come(editor: Client) -> None:
    page = tree(editor.get(edit_page(make_item(published_at=NOW))))
    button, line = page.find(".//button[@name='_save']"), page.find(".//p[@id='goes-live']")
    assert button is not None
    assert line is not None
    assert (text(button), button.get("data-planned-label")) == ("Publish changes", "Schedule")
    assert line.get("data-otherwise") == text(line)


def test_a_planned_draft_is_scheduled_at_its_time(editor: Client) -> None:
    item = make_item(status=Status.DRAFT, published_at=NOW + timedelta(days=2))
    assert "Schedule*" in buttons(editor, item)
    hint = tree(editor.get(edit_page(item))).find(".//span[@id='goes-live']")
    assert hint is not None
    assert re.fullmatch(r"Goes live .* UTC\.", text(hint))
    (message,) = messages(submit(editor, edit_page(item), _verb="published"))
    assert "is scheduled. Goes live" in message
    item.refresh_from_db()
    assert (item.status, item.is_live, item.revisions.first().verb) == (Status.PUBLISHED, False, Verb.SCHEDULED)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "verb", "target", "message"),
    [
        (Status.DRAFT, Verb.SUBMITTED, Status.REVIEW, "“Story” waits for review."),
        (Status.DRAFT, Verb.PUBLISHED, Status.PUBLISHED, "“Story” is published: view it. Live since"),
        (Status.REVIEW, Verb.APPROVED, Status.REVIEW, "“Story” is approved: a publisher can publish it."),
        (Status.REVIEW, Verb.RETURNED, Status.DRAFT, "“Story” is a draft again, with your note."),
        (Status.PUBLISHED, Verb.WITHDRAWN, Status.DRAFT, "“Story” is a draft: readers do not see it."),
        (Status.PUBLISHED, Verb.ARCHIVED, Status.ARCHIVED, "“Story” is archived: readers do not see it."),
        (Status.ARCHIVED, Verb.WITHDRAWN, Status.DRAFT, "“Story” is a draft: readers do not see it."),
    ],
)
def test_a_verb_saves_the_form_and_says_the_consequence(
    editor: Client, source: str, verb: str, target: str, message: str
) -> None:
    item = make_item("Story", status=source, published_at=NOW - timedelta(days=1))
    response = submit(editor, edit_page(item), summary="Typed.", _verb=verb, note="Because.")
    (shown,) = messages(response)
    assert shown.startswith(message)
    item.refresh_from_db()
    assert (item.status, item.summary) == (target, "Typed.")
    revision = item.revisions.first()
    assert revision is not None
    assert (revision.verb, revision.reason, revision.user_name) == (verb, "Because.", "ann")
    assert LogEntry.objects.latest("pk").change_message.endswith("Note: Because.")


def test_a_refused_verb_keeps_the_text_and_says_why(editor: Client) -> None:
    item = make_item("Story", status=Status.DRAFT)
    response = submit(editor, edit_page(item), title="", source_url="", body="", summary="Typed.", _verb="published")
    assert messages(response) == ["Saved, but not published: it is without a title and without source link and text."]
    item.refresh_from_db()
    assert (item.status, item.title, item.summary) == (Status.DRAFT, "", "Typed.")
    failed = [text(line) for line in tree(response).findall(".//li[@class='check-refuse']")]
    assert failed == [
        "✕ The title is missing: write one. Fix",
        "✕ There is neither a source link nor a text: give one of them. Fix",
    ]


def test_every_check_links_to_its_field(editor: Client) -> None:
    item = make_item("x" * 71, slug="x", status=Status.DRAFT, image=make_image(), source_url="")
    page = tree(editor.get(edit_page(item)))
    links = [link.get("href", "") for link in page.findall(".//section[@id='checks']//a")]
    assert set(links) == {"#id_title", "#id_published_at_0", "#id_summary", "#id_image_alt", "#itemtopic_set-group"}
    ids = {element.get("id") for element in page.iter()}
    assert {link[1:] for link in links} <= ids


@pytest.mark.parametrize(("dating", "is_now"), [("now", True), ("keep", False)])
def test_an_old_date_is_asked_about_before_the_first_publication(editor: Client, dating: str, is_now: bool) -> None:
    item = make_item("Story", status=Status.DRAFT, published_at=datetime(2006, 3, 1, 12, tzinfo=UTC))
    page = submit(editor, edit_page(item), _verb="published")
    (message,) = messages(page)
    assert message.startswith("Saved, but not published: it would stand at")
    assert "1 Mar 2006" in message
    assert CuratedItem.objects.get().status == Status.DRAFT
    assert b'name="_dating"' in page.content
    submit(editor, edit_page(item), _verb="published", _dating=dating)
    item = CuratedItem.objects.get()
    assert item.status == Status.PUBLISHED
    assert item.published_at is not None
    assert (item.published_at > NOW) is is_now


def test_an_item_that_was_published_before_is_published_with_its_date(editor: Client) -> None:
    item = make_item("Story")
    submit(editor, edit_page(item), _verb="withdrawn")
    assert b'name="_dating"' not in editor.get(edit_page(item)).content
    (message,) = messages(submit(editor, edit_page(item), _verb="published"))
    assert message.startswith("“Story” is published: view it.")


def test_returning_needs_a_note_which_the_author_sees(editor: Client) -> None:
    ann = member_of("Contributor", "Cora")
    item = make_item("Story", status=Status.DRAFT, created_by=user_of(ann))
    perform(Verb.SUBMITTED, CuratedItem.objects.all(), Actor.of(user_of(ann)), reason="Is it too long?")
    assert "Submitted for review by Cora" in text(tree(editor.get(edit_page(item))))
    response = submit(editor, edit_page(item), _verb="returned")
    assert messages(response) == ["Saved, but not returned: write in the note what is to be done."]
    submit(editor, edit_page(item), _verb="returned", note="Cut it by half.")
    page = text(tree(ann.get(edit_page(item))))
    assert "Returned with a note by ann" in page
    assert "“Cut it by half.”" in page


def test_a_contributor_writes_and_submits_and_then_only_reads() -> None:
    cora = member_of("Contributor", "Cora")
    submit(cora, ADD, title="Story", source_url="https://example.org/x", _verb="submitted")
    item = CuratedItem.objects.get()
    assert (item.status, item.created_by) == (Status.REVIEW, user_of(cora))
    assert buttons(cora, item) == []
    assert cora.post(edit_page(item), {"title": "Changed"}).status_code == 403
    assert buttons(cora, make_item(status=Status.DRAFT)) == []


def test_a_forged_verb_saves_the_draft_and_is_refused() -> None:
    cora = member_of("Contributor", "Cora")
    item = make_item(status=Status.DRAFT, created_by=user_of(cora))
    for verb in ("published", "scheduled", "archived", "binned", "returned"):
        (message,) = messages(submit(cora, edit_page(item), title=f"By {verb}", _verb=verb, note="x"))
        assert message.endswith("you may not do this.")
        item.refresh_from_db()
        assert (item.status, item.title) == (Status.DRAFT, f"By {verb}")
    assert messages(submit(cora, edit_page(item), _verb="x")) == ["Saved, but not more: this page has no such button."]


def test_an_editor_cannot_withdraw_or_schedule_by_the_times_of_a_published_item() -> None:
    client, item = member_of("Editor", "Eve"), make_item()
    data: dict[str, Any] = {"published_at_0": "2099-01-01", "published_at_1": "08:00", "expires_at_0": "2001-01-01"}
    submit(client, edit_page(item), title="Mended", expires_at_1="08:00", status=Status.DRAFT, **data)
    saved = CuratedItem.objects.get()
    assert (saved.title, saved.published_at, saved.expires_at) == ("Mended", item.published_at, None)
    assert saved.is_live


def test_a_draft_is_saved_half_done_and_named_later(editor: Client) -> None:
    submit(editor, ADD, body="Only a thought.")
    submit(editor, ADD, summary="Another.")
    first, second = CuratedItem.objects.order_by("pk")
    assert first.slug.startswith("untitled-")
    assert first.slug != second.slug
    assert ["Untitled" in row for row in rows(editor.get(LIST))] == [True, True]
    submit(editor, edit_page(first), title="A name")
    first.refresh_from_db()
    assert (first.title, first.slug) == ("A name", "a-name")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": ""}, "Readers see this item: give it a title."),
        ({"source_url": "", "body": " "}, "Readers see this item: give it a source link or a text."),
    ],
)
def test_a_published_item_keeps_title_and_content(editor: Client, fields: dict[str, str], message: str) -> None:
    item = make_item("Story")
    assert errors(submit(editor, edit_page(item), **fields)) == [message]
    assert CuratedItem.objects.get().title == "Story"


def test_somebody_who_only_looks_at_items_sees_no_buttons(viewer: Client) -> None:
    assert buttons(viewer, make_item()) == []


def test_the_pages_of_an_item_without_a_title(editor: Client) -> None:
    item = make_item(status=Status.DRAFT)
    CuratedItem.objects.update(title="")
    for url in (edit_page(item), f"{edit_page(item)[:-7]}page/", f"{edit_page(item)[:-7]}history/"):
        assert "Untitled" in editor.get(url).content.decode()
    assert client_of(user_of(editor)).get(f"{LIST}?q=untitled").status_code == 200


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (Status.DRAFT, "Saved “Story” as a draft."),
        (Status.REVIEW, "Saved “Story”. It waits for review."),
        (Status.PUBLISHED, "Saved “Story”. Live since"),
        (Status.ARCHIVED, "Saved “Story”. It is archived: readers do not see it."),
    ],
)
@pytest.mark.parametrize("button", ["_save", "_continue"])
def test_one_message_tells_what_a_save_means(editor: Client, status: str, message: str, button: str) -> None:
    item = make_item("Story", status=status, published_at=NOW - timedelta(days=1))
    page = submit(editor, edit_page(item), summary="Typed.", **{button: "1"})
    (shown,) = messages(page)
    assert shown.startswith(message)
    assert edit_page(item) in links(page)


def test_a_time_that_an_editor_typed_before_the_item_was_published_is_kept_in_the_history() -> None:
    item, client = make_item("Story", status=Status.DRAFT, published_at=None), member_of("Editor", "eve")
    data = form_data(client.get(edit_page(item)), "curateditem_form")
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND)
    item.refresh_from_db()
    typed = {"published_at_0": "2098-12-31", "published_at_1": "9:00", "published_at_2": "UTC", "title": "Other"}
    page = client.post(edit_page(item), {**data, **typed}, follow=True)
    (message,) = [message for message in messages(page) if "not taken" in message]
    assert message.startswith("Publication time: 31 Dec 2098, 9:00 UTC was not taken, because the item is published")
    revision = Revision.objects.get(verb=Verb.NOT_TAKEN)
    assert item.published_at is not None
    assert revision.changes == {"published_at": [item.published_at.isoformat(), "2098-12-31T09:00:00+00:00"]}
    title, time = CuratedItem.objects.values_list("title", "published_at").get()
    assert (title, time) == ("Other", item.published_at)


def test_untouched_times_of_an_item_that_was_published_meanwhile_need_no_words() -> None:
    item, client = make_item("Story", status=Status.DRAFT), member_of("Editor", "eve")
    data = form_data(client.get(edit_page(item)), "curateditem_form")
    perform(Verb.SCHEDULED, CuratedItem.objects.all(), COMMAND, at=NOW + timedelta(days=1))
    page = client.post(edit_page(item), {**data, "summary": "Words."}, follow=True)
    assert not [message for message in messages(page) if "not taken" in message]
