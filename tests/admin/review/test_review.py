"""The review queue: one item at a time, decisions by role, and items that others decided about."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from curation.items import drafts
from curation.items.actors import Actor
from curation.items.revisions import last_id, recording
from curation.items.state import state_of
from curation.items.workflow import perform
from curation.models import CuratedItem, ItemDraft, Revision
from tests.admin.conftest import member_of
from tests.admin.pages import links, messages, query_count, text, tree
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status
REVIEW = "/admin/review/"
BEN = Actor("Ben")


@pytest.fixture
def reviewer(db: None) -> Client:
    """An editor, who reviews and does not publish."""
    return member_of("Editor", "ed")


def submitted(title: str = "", note: str = "", **fields: Any) -> CuratedItem:
    item = make_item(title, **{"status": Status.DRAFT, "published_at": None, **fields})
    perform("submitted", CuratedItem.objects.filter(pk=item.pk), BEN, reason=note)
    return item


def change(item: CuratedItem, **values: Any) -> None:
    with recording([item.pk], "saved", Actor("Cho")):
        CuratedItem.objects.filter(pk=item.pk).update(**values)


def forms(page: HttpResponse) -> dict[str, dict[str, str]]:
    """Return the hidden values of each decision by its verb."""
    found: dict[str, dict[str, str]] = {}
    for form in tree(page).iter("form"):
        verbs = [button.get("value", "") for button in form.iter("button") if button.get("name") == "verb"]
        values = {field.get("name", ""): field.get("value", "") for field in form.iter("input") if field.get("value")}
        radios = {field.get("name", "") for field in form.iter("input") if field.get("type") == "radio"}
        found |= {verb: {name: value for name, value in values.items() if name not in radios} for verb in verbs}
    return found


def decide(client: Client, item: CuratedItem, verb: str, **values: str) -> HttpResponse:
    data = forms(client.get(REVIEW, {"item": item.pk}))[verb]
    return client.post(REVIEW, {**data, "verb": verb, **values}, follow=True)


def state(item: CuratedItem) -> str:
    return str(CuratedItem.objects.get(pk=item.pk).status)


# The page


def test_the_item_that_waits_the_longest_comes_first_with_its_place_and_who_sent_it(editor: Client) -> None:
    first, second = submitted("First", "Is the vendor named too often?"), submitted("Second")
    page = editor.get(REVIEW)
    shown = text(tree(page))
    assert "Review 1 of 2 First Submitted for review by Ben" in shown
    assert "Is the vendor named too often?" in shown
    assert f"{REVIEW}?item={second.pk}" in links(page)
    assert f"/admin/curation/curateditem/{first.pk}/page/?framed=1" in page.content.decode()


def test_what_changed_since_the_last_decision_is_marked(editor: Client) -> None:
    item = submitted("A cheap tablet")
    decide(editor, item, "returned", note="Do not say cheap.")
    change(item, title="A tablet on every ward")
    perform("submitted", CuratedItem.objects.all(), BEN)
    page = editor.get(REVIEW)
    assert "What changed since it was returned with a note by ann" in text(tree(page))
    marks = [(element.tag, text(element)) for element in tree(page).iter() if element.tag in ("del", "ins")]
    assert marks == [("del", "cheap"), ("ins", "on every ward")]
    assert "Do not say cheap." in text(tree(page))


def test_a_new_item_is_read_as_a_whole(editor: Client) -> None:
    submitted()
    assert "New: nobody has decided about it before Read the whole page." in text(tree(editor.get(REVIEW)))


def test_the_checks_that_fail_are_named_and_the_others_counted(editor: Client) -> None:
    submitted("x" * 90)
    shown = text(tree(editor.get(REVIEW)))
    assert "search engines cut it" in shown
    assert "other checks pass" in shown


def test_the_page_of_readers_is_framed_and_framing_others_is_refused(editor: Client) -> None:
    item = submitted()
    page = editor.get(REVIEW)
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    plain = f"/admin/curation/curateditem/{item.pk}/page/"
    framed = editor.get(plain, {"framed": "1"})
    assert "frame-ancestors 'self'" in framed["Content-Security-Policy"]
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    assert b'<base target="_blank">' in framed.content
    page = editor.get(plain)
    assert ("frame-ancestors 'none'" in page["Content-Security-Policy"], page["X-Frame-Options"]) == (True, "DENY")


def test_an_empty_queue_says_so(editor: Client) -> None:
    assert "Nothing waits for your review." in text(tree(editor.get(REVIEW)))


def test_the_page_costs_the_same_for_a_longer_queue_and_a_longer_history(editor: Client) -> None:
    item = submitted(topics=[make_topic()])
    decide(editor, item, "returned", note="Again.")
    change(item, title="Better")
    perform("submitted", CuratedItem.objects.all(), BEN)
    before = query_count(editor, REVIEW)
    for _ in range(3):
        submitted(topics=[make_topic()])
        change(item, title=f"Better {_}")
    assert query_count(editor, REVIEW) == before <= 13


# Decisions


def test_a_publisher_approves_and_publishes_and_the_next_item_comes(editor: Client) -> None:
    first, second, third = submitted("First"), submitted("Second"), submitted("Third")
    page = decide(editor, second, "published")
    assert state(second) == Status.PUBLISHED
    assert page.redirect_chain[-1][0] == f"{REVIEW}?item={third.pk}"  # type: ignore[attr-defined]
    assert messages(page)[0].startswith("“Second” is approved. Live since")
    decide(editor, third, "published")
    page = decide(editor, first, "published")
    assert "Nothing waits" in text(tree(page))


def test_an_item_is_approved_for_a_time(editor: Client) -> None:
    item, day = submitted(), timezone.now() + timedelta(days=3)
    page = decide(editor, item, "scheduled", at_0=f"{day:%Y-%m-%d}", at_1="14:00")
    item.refresh_from_db()
    assert (item.status, item.published_at) == ("published", day.replace(hour=14, minute=0, second=0, microsecond=0))
    assert "Goes live" in messages(page)[0]


def test_the_offered_time_is_the_items_own_or_the_next_day(editor: Client) -> None:
    own = timezone.now() + timedelta(days=9)
    for time in (None, own):
        item = submitted(published_at=time)
        decide(editor, item, "scheduled")
        item.refresh_from_db()
        assert item.published_at
        expected = own if time else timezone.now() + timedelta(days=1)
        assert f"{item.published_at:%Y-%m-%d}" == f"{expected:%Y-%m-%d}"


def test_publishing_now_an_item_of_a_time_to_come_makes_it_live(editor: Client) -> None:
    item = submitted(published_at=timezone.now() + timedelta(days=9))
    assert "Approve and publish now" in text(tree(editor.get(REVIEW)))
    decide(editor, item, "published")
    item.refresh_from_db()
    assert item.is_live


@pytest.mark.parametrize(("dating", "year"), [("now", timezone.now().year), ("keep", 2006), ("", None)])
def test_an_old_date_is_asked_about(editor: Client, dating: str, year: int | None) -> None:
    item = submitted(published_at=timezone.now().replace(year=2006, day=1))
    page = decide(editor, item, "published", dating=dating)
    item.refresh_from_db()
    assert item.published_at
    if year is None:
        assert "Choose its date beside the button first" in messages(page)[0]
        assert item.status == Status.REVIEW
    else:
        assert (item.status, item.published_at.year) == (Status.PUBLISHED, year)


def test_an_item_is_returned_with_a_note_alone(editor: Client) -> None:
    item = submitted()
    assert "Write in the note what is to be done" in messages(decide(editor, item, "returned"))[0]
    assert messages(decide(editor, item, "returned", note="Shorter."))[0].endswith("with your note. Undo")
    last = item.revisions.first()
    assert last
    assert (state(item), last.verb, last.reason) == (Status.DRAFT, "returned", "Shorter.")


def test_editors_approve_and_do_not_publish(reviewer: Client, editor: Client) -> None:
    item = submitted()
    assert forms(reviewer.get(REVIEW)).keys() == {"approved", "returned"}
    data = forms(editor.get(REVIEW))["published"]
    page = reviewer.post(REVIEW, {**data, "verb": "published"}, follow=True)
    assert messages(page) == ["You may not do this: ask a publisher."]
    decide(reviewer, item, "approved")
    item.refresh_from_db()
    assert (item.status, item.approved_at is None) == (Status.REVIEW, False)
    assert "Nothing waits" in text(tree(reviewer.get(REVIEW)))
    assert "Approved by ed" in text(tree(editor.get(REVIEW)))


def test_contributors_do_not_review(editor: Client) -> None:
    submitted()
    client = member_of("Contributor", "cora")
    assert client.get(REVIEW).status_code == HTTPStatus.FORBIDDEN
    assert client.post(f"{REVIEW}undo/").status_code == HTTPStatus.FORBIDDEN


def test_an_item_without_content_is_not_published(editor: Client) -> None:
    item = submitted()
    CuratedItem.objects.update(title="")
    assert messages(decide(editor, item, "published")) == ["Not published: it is without a title."]


@pytest.mark.parametrize("verb", ["published", "approved", "scheduled"])
def test_a_verb_of_no_button_is_refused(editor: Client, verb: str) -> None:
    item = submitted()
    data = forms(editor.get(REVIEW))["published"]
    editor.post(REVIEW, {**data, "verb": f"{verb}x"})
    assert state(item) == Status.REVIEW


# Others


def test_an_item_that_somebody_else_decided_about_is_named_and_the_next_one_comes(editor: Client) -> None:
    item, other = submitted("Theirs"), submitted("Next")
    data = forms(editor.get(REVIEW))["returned"]
    perform("published", CuratedItem.objects.filter(pk=item.pk), Actor("Cho"))
    page = editor.post(REVIEW, {**data, "verb": "returned", "note": "Typed in vain"}, follow=True)
    assert "“Theirs” does not wait for a review any more: published by Cho" in messages(page)[0]
    assert "Typed in vain" in messages(page)[1]
    assert "Review 1 of 1 Next" in text(tree(page))
    assert (state(item), state(other)) == (Status.PUBLISHED, Status.REVIEW)


def test_a_text_that_was_changed_meanwhile_is_shown_again_before_it_is_decided_about(editor: Client) -> None:
    item = submitted("Seen")
    data = forms(editor.get(REVIEW))["published"]
    change(item, title="Not seen")
    page = editor.post(REVIEW, {**data, "verb": "published", "note": "Kept"}, follow=True)
    assert messages(page)[0].startswith("Cho changed Title while you were looking.")
    assert "Not seen" in text(tree(page))
    assert state(item) == Status.REVIEW


@pytest.mark.parametrize("pk", ["0", "x", "9" * 30, ""])
def test_an_invalid_item_leads_to_the_queue(editor: Client, pk: str) -> None:
    submitted()
    assert "Review 1 of 1" in text(tree(editor.get(REVIEW, {"item": pk}, follow=True)))


def test_a_decision_is_undone_from_its_message(editor: Client) -> None:
    item = submitted("Mistaken")
    page = decide(editor, item, "published")
    revision = next(field.get("value") for field in tree(page).iter("input") if field.get("name") == "revision")
    again = editor.post(f"{REVIEW}undo/", {"revision": revision}, follow=True)
    assert messages(again) == ["Undone: “Mistaken” waits for a review again."]
    assert state(item) == Status.REVIEW
    again = editor.post(f"{REVIEW}undo/", {"revision": revision}, follow=True)
    assert "Nothing was undone: the item was changed since" in messages(again)[0]


# Drafts over live items


def with_draft(**values: Any) -> CuratedItem:
    item = make_item("Live")
    draft = drafts.keep(item, {**state_of(item), **values}, BEN, shown="", base_id=last_id(item))
    drafts.submit(draft, BEN)
    return item


def test_a_draft_over_a_live_item_is_compared_with_what_readers_see_and_published(reviewer: Client) -> None:
    item = with_draft(title="To come")
    page: Any = reviewer.get(REVIEW)
    shown = text(tree(page))
    assert "What the draft changes on the live version Title" in shown
    assert f"/admin/curation/curateditem/{item.pk}/draft/page/?framed=1" in page.content.decode()
    page = decide(reviewer, item, "published")
    item.refresh_from_db()
    assert item.title == "To come"
    assert messages(page)[0] == "“To come” has the changes of the draft now. Undo"
    undo = next(form for form in tree(page).iter("form") if "put-back" in form.get("action", ""))
    data = {field.get("name", ""): field.get("value", "") for field in undo.iter("input")}
    reviewer.post(undo.get("action", ""), data)
    item.refresh_from_db()
    assert item.title == "Live"


def test_a_draft_is_returned_with_a_note(editor: Client) -> None:
    item = with_draft(title="To come")
    page = decide(editor, item, "returned", note="Shorter.")
    assert messages(page)[0].startswith("“Live” stays as it is: its draft is returned")
    draft = ItemDraft.objects.get(item=item)
    assert (draft.note, draft.is_submitted) == ("Shorter.", False)


def test_a_draft_that_was_kept_again_is_shown_before_it_is_published(editor: Client) -> None:
    item = with_draft(title="To come")
    data = forms(editor.get(REVIEW))["published"]
    draft = ItemDraft.objects.get(item=item)
    draft.state = {**draft.state, "title": "Other"}
    draft.save()
    page = editor.post(REVIEW, {**data, "verb": "published"}, follow=True)
    assert "while you were looking" in messages(page)[0]
    item.refresh_from_db()
    assert item.title == "Live"


def test_who_decided_is_in_the_log_of_the_admin(editor: Client) -> None:
    from django.contrib.admin.models import LogEntry

    decide(editor, submitted(), "returned", note="Shorter.")
    assert LogEntry.objects.get().get_change_message() == "Returned with a note. Note: Shorter."
    assert User.objects.get(username="ann")
    assert Revision.objects.filter(user_name="ann", verb="returned").exists()
