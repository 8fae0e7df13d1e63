"""Reviews: what waits, what changed since the last decision, drafts published, and decisions undone."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from curation.items import drafts, reviews
from curation.items.actors import Actor
from curation.items.put_back import CannotPutBack
from curation.items.reviews import (
    CannotUndoDecision,
    Waiting,
    changes_since_decision,
    newest_revisions,
    undo_decision,
    waiting_for,
)
from curation.items.revisions import last_id, recording
from curation.items.roles import group_of
from curation.items.state import state_of
from curation.items.workflow import perform
from curation.models import CuratedItem, ItemDraft, Revision
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb


def member(role: str) -> Actor:
    user = User.objects.create_user(f"one {role}", is_staff=True)
    user.groups.add(group_of(role))
    return Actor.of(User.objects.get(pk=user.pk))


@pytest.fixture
def publisher() -> Actor:
    return member("Publisher")


def act(verb: str, item: CuratedItem, actor: Actor, **options: Any) -> int:
    """Carry out a verb, and return the ID of its revision."""
    assert perform(verb, CuratedItem.objects.filter(pk=item.pk), actor, **options).changed
    item.refresh_from_db()
    return last_id(item)


def in_review(actor: Actor, **fields: Any) -> CuratedItem:
    item = make_item(**{"status": Status.DRAFT, "published_at": None, **fields})
    act("submitted", item, actor)
    return item


def change(item: CuratedItem, **values: Any) -> None:
    with recording([item.pk], "saved", Actor.command("Ann")):
        CuratedItem.objects.filter(pk=item.pk).update(**values)
    item.refresh_from_db()


def keep_draft(item: CuratedItem, actor: Actor, **values: Any) -> ItemDraft:
    state = {**state_of(item), **values}
    return drafts.keep(item, state, actor, shown="", base_id=last_id(item))


def changed(item: CuratedItem) -> dict[str, tuple[Any, Any]]:
    found = changes_since_decision(newest_revisions(item))
    return {name: (found.before[name], found.after[name]) for name in found.before}


# The queue


def test_items_and_drafts_wait_in_the_order_in_which_they_were_submitted(publisher: Actor) -> None:
    live, first, second = make_item(), in_review(publisher), in_review(publisher)
    make_item(status=Status.DRAFT)
    drafts.submit(keep_draft(live, publisher, title="To come"), publisher)
    keep_draft(make_item(), publisher, title="Not submitted")
    assert waiting_for(publisher) == [Waiting(first.pk, False), Waiting(second.pk, False), Waiting(live.pk, True)]


def test_what_editors_approved_waits_for_publishers_alone(publisher: Actor) -> None:
    editor, item = member("Editor"), in_review(publisher)
    assert waiting_for(editor) == waiting_for(publisher)
    act("approved", item, editor)
    assert (len(waiting_for(editor)), len(waiting_for(publisher))) == (0, 1)


def test_nothing_waits_for_contributors(publisher: Actor) -> None:
    in_review(publisher)
    assert waiting_for(member("Contributor")) == []


# What changed


def test_changes_are_those_since_the_last_decision_each_with_its_first_and_its_last_value(publisher: Actor) -> None:
    item = in_review(publisher, title="First")
    change(item, title="Before the decision")
    act("returned", item, publisher, reason="Shorter.")
    change(item, title="Shorter", summary="One.")
    change(item, title="Shortest")
    act("submitted", item, publisher)
    assert changed(item) == {"title": ("Before the decision", "Shortest"), "summary": ("", "One.")}


def test_an_item_that_was_live_is_compared_with_what_readers_saw(publisher: Actor) -> None:
    item = make_item(title="Live")
    act("withdrawn", item, publisher)
    change(item, title="Better")
    act("submitted", item, publisher)
    assert changed(item) == {"title": ("Live", "Better")}


def test_an_item_that_nobody_decided_about_has_no_changes(publisher: Actor) -> None:
    item = in_review(publisher)
    change(item, title="Better")
    assert changes_since_decision(newest_revisions(item)).since is None


def test_a_decision_that_was_undone_does_not_count(publisher: Actor) -> None:
    item = in_review(publisher, title="First")
    act("returned", item, publisher, reason="Shorter.")
    change(item, title="Shorter")
    act("submitted", item, publisher)
    undo_decision(act("published", item, publisher), publisher)
    assert changed(item) == {"title": ("First", "Shorter"), "published_at": changed(item)["published_at"]}


def test_changes_have_the_present_names_of_topics(publisher: Actor) -> None:
    topic, item = make_topic("Robots"), in_review(publisher)
    act("returned", item, publisher, reason="Add a topic.")
    with recording([item.pk], "saved", publisher):
        item.topics.add(topic)
    topic.label, topic.slug = "Automata", "symplur-automata"
    topic.save()
    assert [entry["label"] for entry in changed(item)["topics"][1]] == ["Automata"]


# Undo


@pytest.mark.parametrize("verb", ["published", "scheduled", "approved", "returned"])
def test_an_undone_decision_leaves_the_item_in_review_with_its_former_time(publisher: Actor, verb: str) -> None:
    item = in_review(publisher)
    at = timezone.now() + timedelta(days=1) if verb == "scheduled" else None
    revision = act(verb, item, publisher, at=at, reason="A note.")
    undo_decision(revision, publisher)
    item.refresh_from_db()
    assert (item.status, item.published_at, item.approved_at) == (Status.REVIEW, None, None)
    undone = item.revisions.order_by("-pk")[0]
    assert (undone.verb, undone.changes.get("status")) == (
        "undone",
        None if verb == "approved" else ["draft" if verb == "returned" else "published", "review"],
    )


def test_a_decision_is_undone_by_who_made_it_as_long_as_nobody_has_changed_the_item(publisher: Actor) -> None:
    item = in_review(publisher)
    revision = act("published", item, publisher)
    with pytest.raises(CannotUndoDecision, match="no decision of yours"):
        undo_decision(revision, member("Administrator"))
    change(item, title="Better")
    with pytest.raises(CannotUndoDecision, match="changed since"):
        undo_decision(revision, publisher)
    assert CuratedItem.objects.get().status == Status.PUBLISHED


def test_an_item_that_was_no_draft_in_review_is_not_brought_into_review(publisher: Actor) -> None:
    item = make_item(status=Status.DRAFT)
    with pytest.raises(CannotUndoDecision, match="not in review"):
        undo_decision(act("published", item, publisher), publisher)


def test_a_returned_draft_waits_again(publisher: Actor) -> None:
    item = make_item()
    draft = keep_draft(item, publisher, title="To come")
    drafts.submit(draft, publisher)
    drafts.return_with_note(draft, "Shorter.", publisher)
    undo_decision(last_id(item), publisher)
    draft.refresh_from_db()
    assert (draft.is_submitted, draft.note) == (True, "")
    assert [note.verb for note in reviews.notes(newest_revisions(item))] == ["submitted"]


# Drafts over live items


def test_a_published_draft_gives_the_item_its_changes_alone(publisher: Actor) -> None:
    topic, item = make_topic(), make_item(title="Live", summary="")
    topics = [{"vocabulary": topic.vocabulary.name, "label": topic.label, "slug": topic.slug}]
    draft = keep_draft(item, publisher, title="To come", topics=topics)
    change(item, summary="Written meanwhile.")
    done = drafts.publish(draft, publisher)
    item.refresh_from_db()
    assert (item.title, item.summary, list(item.topics.all())) == ("To come", "Written meanwhile.", [topic])
    revision = item.revisions.get(pk=done.revision or 0)
    assert (revision.verb, set(revision.changes)) == ("published", {"title", "topics"})
    assert not ItemDraft.objects.exists()


def test_a_draft_of_a_field_that_others_changed_is_not_published(publisher: Actor) -> None:
    item = make_item(title="Live")
    draft = keep_draft(item, publisher, title="To come")
    change(item, title="Changed meanwhile")
    with pytest.raises(CannotPutBack, match="Title changed meanwhile"):
        drafts.publish(draft, publisher)
    item.refresh_from_db()
    assert (item.title, ItemDraft.objects.count()) == ("Changed meanwhile", 1)


def test_publishers_alone_publish_the_times_of_a_draft(publisher: Actor) -> None:
    item = make_item()
    draft = keep_draft(item, publisher, published_at="2020-01-01T00:00:00+00:00")
    with pytest.raises(CannotPutBack, match="publishers alone change Publication time"):
        drafts.publish(draft, member("Editor"))
    drafts.publish(draft, publisher)
    item.refresh_from_db()
    assert item.published_at is not None
    assert item.published_at.year == 2020
