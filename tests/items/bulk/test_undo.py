"""Undo of bulk changes: everything goes back, except where somebody edited since."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.items.actors import Actor
from curation.items.bulk import Refused, changes, jobs
from curation.items.bulk.actions import BULK_ACTIONS
from curation.items.bulk.changes import Outcome
from curation.items.bulk.undo import obstacle, prepare_undo, preview_undo, undo_items
from curation.items.revisions import record_since
from curation.items.state import states_of
from curation.items.workflow import perform
from curation.models import BulkChange, CuratedItem, ItemTopic, Revision, SearchEntry, Tag, Topic
from curation.search.find import SearchRequest, find
from curation.search.query import parse
from tests.factories import COMMAND, make_item, make_offering, make_publisher, make_topic

from .test_changes import make_user, run

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb


def undo(change: BulkChange, user: User | None = None) -> BulkChange:
    """Undo a change, and return the undo."""
    undone = prepare_undo(change, Actor.of(user or change.user))
    jobs.run(undone)
    return BulkChange.objects.get(pk=undone.pk)


def edit(item: CuratedItem, action: Callable[[], object], user: str = "Ben") -> None:
    """Change an item as somebody else, with a revision."""
    with transaction.atomic():
        before = states_of(CuratedItem.objects.filter(pk=item.pk))
        action()
        record_since(before, Verb.SAVED, Actor(user))


def test_undoing_a_publication_gives_back_status_and_time_also_none() -> None:
    dated, undated = make_item(status=Status.DRAFT), make_item(status=Status.REVIEW, published_at=None)
    before = states_of(CuratedItem.objects.all())
    change = run("publish", [dated, undated], value=True)
    undone = undo(change)
    assert states_of(CuratedItem.objects.all()) == before
    assert find(SearchRequest(parse(""))).items == ()
    change.refresh_from_db()
    assert (change.outcome, undone.outcome, undone.counts["changed"]) == (Outcome.UNDONE, Outcome.FINISHED, 2)
    assert undated.revisions.filter(verb=Verb.UNDONE, bulk_change=undone).count() == 1


def test_undoing_a_bin_restores() -> None:
    item, draft = make_item(topics=[make_topic()]), make_item(status=Status.DRAFT)
    undo(run("bin", [item, draft]))
    rows = CuratedItem.objects.values_list("pk", "status", "binned_at", "binned_by", "binned_from")
    assert {*rows} == {(item.pk, Status.PUBLISHED, None, "", ""), (draft.pk, Status.DRAFT, None, "", "")}
    assert ItemTopic.objects.get().listed_at == item.published_at
    assert SearchEntry.objects.filter(item=item).exists()


def test_a_field_that_somebody_changed_since_stays_and_is_named_with_the_person() -> None:
    item, other = make_item("Edited", status=Status.DRAFT), make_item(status=Status.DRAFT)
    change = run("publish", [item, other])
    edit(item, lambda: CuratedItem.objects.filter(pk=item.pk).update(status=Status.ARCHIVED))
    preview = preview_undo(change, COMMAND)
    kept = {"item": item.pk, "title": "Edited", "field": "Status", "reason": "changed since by Ben"}
    assert (preview.total, preview.changing, preview.kept) == (2, 1, [kept])
    undone = undo(change)
    assert undone.counts["kept"] == [kept]
    assert undone.counts["skipped"] == {"changed again since": 1}
    item.refresh_from_db()
    other.refresh_from_db()
    assert (item.status, other.status) == (Status.ARCHIVED, Status.DRAFT)


def test_an_item_that_was_put_back_already_is_named() -> None:
    item, topic = make_item("Mended", topics=[]), make_topic()
    change = run("add_topics", [item], [topic])
    edit(item, lambda: item.itemtopic_set.all().delete())
    kept = {"item": item.pk, "title": "Mended", "field": "Topics", "reason": "put back already"}
    preview, undone = preview_undo(change, COMMAND), undo(change)
    assert (preview.skipped, preview.kept) == ({"put back already": 1}, [kept])
    assert (undone.counts["skipped"], undone.counts["kept"]) == ({"put back already": 1}, [kept])


def test_an_item_is_not_published_again_without_a_publication_time() -> None:
    item = make_item()
    change = run("withdraw", [item])
    CuratedItem.objects.update(published_at=None)
    undone = undo(change)
    assert undone.counts["kept"][0]["reason"] == "it has no publication time any more"
    item.refresh_from_db()
    assert item.status == Status.DRAFT


def test_a_time_that_gives_an_item_another_state_is_named() -> None:
    moved, sooner, same, _plain = items = [make_item(title) for title in ("Moved", "Sooner", "Same", "Plain")]
    now = timezone.now()
    CuratedItem.objects.filter(pk=sooner.pk).update(published_at=now + timedelta(days=2))
    change = run("withdraw", items)
    for item, days in ((moved, 1), (moved, 2), (sooner, -1), (same, -2)):
        time = now + timedelta(days=days)
        edit(item, partial(CuratedItem.objects.filter(pk=item.pk).update, published_at=time))
    entry = {"field": "Publication time", "reason": "changed since by Ben, so the item is scheduled"}
    kept = [
        {"item": moved.pk, "title": "Moved", **entry},
        {"item": sooner.pk, "title": "Sooner", **entry, "reason": "changed since by Ben, so the item is live"},
    ]
    preview, undone = preview_undo(change, COMMAND), undo(change)
    assert (preview.changing, preview.kept, preview.kept_total) == (4, kept, 2)
    assert [undone.counts[name] for name in ("changed", "kept", "kept_fields")] == [4, kept, 2]


def test_a_contributor_undoes_an_action_on_own_drafts_alone() -> None:
    cleo = make_user("cleo", "Contributor")
    live, draft = (make_item(title, status=Status.DRAFT, created_by=cleo) for title in ("Live", "Draft"))
    change = run("set_kind", [live, draft], "News", cleo)
    assert change.counts["changed"] == 2
    perform(Verb.PUBLISHED, CuratedItem.objects.filter(pk=live.pk), COMMAND)
    preview = preview_undo(change, Actor.of(cleo))
    kept = {"item": live.pk, "title": "Live", "field": "Kind", "reason": "for you to read only"}
    assert (preview.changing, preview.skipped, preview.kept) == (1, {"for you to read only": 1}, [kept])
    undone = undo(change)
    assert (undone.counts["skipped"], undone.counts["kept"]) == ({"for you to read only": 1}, [kept])
    assert {*CuratedItem.objects.values_list("title", "kind")} == {("Live", "News"), ("Draft", "")}


@pytest.mark.parametrize(("action", "value"), [("set_kind", "News"), ("publish", True)])
def test_an_item_in_the_bin_stays_as_it_is(action: str, value: Any) -> None:
    item = make_item(status=Status.DRAFT, published_at=None)
    change = run(action, [item], value)
    perform(Verb.BINNED, CuratedItem.objects.filter(pk=item.pk), COMMAND)
    before = states_of(CuratedItem.objects.all())
    assert preview_undo(change, COMMAND).skipped == {"in the bin": 1}
    assert undo(change).counts["skipped"] == {"in the bin": 1}
    assert states_of(CuratedItem.objects.all()) == before


@pytest.mark.parametrize("action", ["archive", "withdraw"])
@pytest.mark.parametrize(
    ("columns", "reason"),
    [({"title": ""}, "without a title"), ({"source_url": "", "body_html": ""}, "without source link and text")],
)
def test_an_item_that_could_not_be_published_is_not_published_again(
    action: str, columns: dict[str, str], reason: str
) -> None:
    item = make_item()
    change = run(action, [item])
    CuratedItem.objects.update(**columns)
    assert preview_undo(change, COMMAND).skipped == {reason: 1}
    undone = undo(change)
    assert (undone.counts["skipped"], undone.counts["kept"][0]["reason"]) == ({reason: 1}, reason)
    item.refresh_from_db()
    assert item.status != Status.PUBLISHED


def test_lists_are_merged_topics_added_later_stay_and_orders_return() -> None:
    first, second, third, added = (make_topic(name) for name in ("A", "B", "C", "D"))
    item, plain = make_item(topics=[first, second, third]), make_item(topics=[first, second, third])
    change = run("remove_topics", [item, plain], [first])
    edit(item, lambda: ItemTopic.objects.create(item=item, topic=added, position=7))
    undo(change)
    assert {row.topic for row in item.itemtopic_set.all()} == {first, second, third, added}
    assert [row.topic for row in plain.itemtopic_set.all()] == [first, second, third]


def test_a_renamed_topic_is_taken_off_again_and_a_deleted_one_stays_away() -> None:
    renamed, deleted, item = make_topic("Old name"), make_topic("Gone"), make_item(topics=[])
    item = make_item(topics=[deleted])
    added = run("add_topics", [item], [renamed])
    renamed.label = "New name"
    renamed.save()
    removed = run("remove_topics", [item], [deleted])
    deleted.delete()
    assert undo(removed).counts["kept"][0]["reason"] == "“Gone” was deleted"
    undo(added)
    assert not item.itemtopic_set.exists()


def test_a_primary_offering_is_the_primary_one_again() -> None:
    primary, other = make_offering("A"), make_offering("B")
    item = make_item(offerings=[primary, other])
    undo(run("remove_offerings", [item], [primary]))
    rows = item.itemoffering_set.values_list("offering", "is_primary")
    assert [*rows] == [(primary.pk, True), (other.pk, False)]


def test_a_former_publisher_returns_even_after_a_new_name() -> None:
    former, item = make_publisher("a.example.org"), make_item()
    CuratedItem.objects.update(publisher=former)
    change = run("set_publisher", [item], make_publisher("b.example.org"))
    former.name = "Another name"
    former.save()
    undo(change)
    item.refresh_from_db()
    assert item.publisher == former


def test_an_undo_is_possible_for_30_days_once_by_its_user_or_a_publisher() -> None:
    item, ann = make_item(status=Status.DRAFT), Actor.of(make_user())
    change = run("set_kind", [item], "News")
    editor = Actor.of(make_user("eve", "Editor"))
    assert obstacle(change, editor) == "ann or a publisher can undo it."
    assert obstacle(change, Actor.of(make_user("pia"))) == obstacle(change, ann) == ""
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert obstacle(change, ann).startswith("It could be undone until")
    undone = prepare_undo(change, ann)
    again = BulkChange.objects.get(pk=change.pk)
    assert obstacle(again, ann) == "Its undo is under way."
    with pytest.raises(Refused):
        prepare_undo(again, ann)
    jobs.run(undone)
    again = BulkChange.objects.get(pk=change.pk)
    assert obstacle(again, ann) == "ann has undone it."
    assert obstacle(BulkChange.objects.get(pk=undone.pk), ann).startswith("An undo is not undone")


def test_who_lost_the_permission_undoes_nothing() -> None:
    item = make_item()
    change = run("archive", [item])
    undone = prepare_undo(change, Actor.of(change.user))
    change.user.groups.clear()  # type: ignore[union-attr]
    jobs.run(undone)
    undone.refresh_from_db()
    assert undone.outcome == Outcome.FAILED
    item.refresh_from_db()
    assert item.status == Status.ARCHIVED


def queries_of_undo(number: int) -> int:
    topics, offerings = [make_topic()], [make_offering()]
    items = [make_item(topics=topics, offerings=offerings) for _ in range(number)]
    undone = prepare_undo(run("remove_topics", items, topics), COMMAND)
    BulkChange.objects.filter(pk=undone.pk).update(user=User.objects.get())
    with CaptureQueriesContext(connection) as queries:
        jobs.run(undone)
    return len(queries)


def test_an_undo_costs_the_same_number_of_queries_for_any_number_of_items() -> None:
    queries_of_undo(1)
    assert queries_of_undo(2) == queries_of_undo(8) <= 40


# Any action on any mix of states, then its undo

ANY_STATE = st.sampled_from(["live", "scheduled", "draft", "undated", "review", "archived", "expired", "bin"])
SOON = timedelta(days=1)


def make_in(state: str, related: dict[str, Any]) -> CuratedItem:
    now = timezone.now()
    fields: dict[str, dict[str, Any]] = {
        "live": {},
        "scheduled": {"published_at": now + SOON},
        "draft": {"status": Status.DRAFT},
        "undated": {"status": Status.DRAFT, "published_at": None},
        "review": {"status": Status.REVIEW},
        "archived": {"status": Status.ARCHIVED},
        "expired": {"expires_at": now - SOON},
        "bin": {},
    }
    item = make_item(**fields[state], **related)
    if state == "bin":
        perform(Verb.BINNED, CuratedItem.objects.filter(pk=item.pk), COMMAND)
    return item


@pytest.fixture
def rows() -> dict[str, Any]:
    """Rows that items may have and that actions add and remove."""
    make_user()
    tags = [Tag.objects.create(name=name) for name in ("x", "y", "z")]
    return {
        "topics": [make_topic() for _ in range(3)],
        "offerings": [make_offering() for _ in range(3)],
        "tags": tags,
        "publisher": make_publisher(),
    }


def value_for(action: str, rows: dict[str, Any], data: st.DataObject) -> Any:
    if action == "schedule":
        return timezone.now() + 2 * SOON
    if action == "publish":
        return data.draw(st.booleans())
    kind = action.rpartition("_")[2]
    if kind in ("topics", "offerings", "tags"):
        return data.draw(st.lists(st.sampled_from(rows[kind]), min_size=1, max_size=2, unique=True))
    if kind == "publisher":
        return data.draw(st.sampled_from([None, rows["publisher"]]))
    return data.draw(st.sampled_from(["", "News"]))


def add_topic(pk: int, topic: Topic) -> None:
    ItemTopic.objects.create(item=CuratedItem.objects.get(pk=pk), topic=topic, position=9)


def edits(items: Sequence[CuratedItem], data: st.DataObject) -> list[int]:
    """Edit some of the items between an action and its undo: status, kind and a topic of their own."""
    chosen = data.draw(st.lists(st.sampled_from(items), max_size=2, unique=True))
    for item in chosen:
        topic = make_topic()
        edit(item, partial(CuratedItem.objects.filter(pk=item.pk).update, kind="Edited", section="Edited"))
        edit(item, partial(add_topic, item.pk, topic))
    return [item.pk for item in chosen]


@pytest.mark.long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example is rolled back
@given(action=st.sampled_from([action.name for action in BULK_ACTIONS]), data=st.data())
def test_an_undo_gives_back_every_state_but_edited_fields(
    rows: dict[str, Any], action: str, data: st.DataObject
) -> None:
    sid = transaction.savepoint()
    try:
        related: dict[str, Any] = {
            name: data.draw(st.lists(st.sampled_from(rows[name]), max_size=2, unique=True))
            for name in ("topics", "offerings")
        }
        related["tags"] = [tag.name for tag in data.draw(st.lists(st.sampled_from(rows["tags"]), unique=True))]
        related["publisher"] = rows["publisher"]
        items = [make_in(state, related) for state in data.draw(st.lists(ANY_STATE, min_size=1, max_size=4))]
        before = states_of(CuratedItem.objects.all())
        change = run(action, items, value_for(action, rows, data))
        edited = edits(items, data)
        if change.counts["changed"]:
            undo(change)
        after = states_of(CuratedItem.objects.all())
        for pk, state in after.items():
            expected = dict(before[pk])
            if pk in edited:
                expected |= {"kind": "Edited", "section": "Edited"}
                assert len(state["topics"]) == len(expected.pop("topics")) + 1
            assert {name: state[name] for name in expected} == expected
        listed = CuratedItem.objects.filter(status=Status.PUBLISHED).values_list("pk", flat=True)
        assert {*ItemTopic.objects.exclude(listed_at=None).values_list("item", flat=True)} <= {*listed}
    finally:
        transaction.savepoint_rollback(sid)


def test_an_undo_that_stopped_continues() -> None:
    items = [make_item() for _ in range(3)]
    undone = prepare_undo(run("archive", items), COMMAND)
    BulkChange.objects.filter(pk=undone.pk).update(user=User.objects.get())
    changes._execute_batch(undone.pk, undo_items, 2)
    assert CuratedItem.objects.filter(status=Status.PUBLISHED).count() == 2
    jobs.run(undone)
    assert CuratedItem.objects.filter(status=Status.PUBLISHED).count() == 3
    assert BulkChange.objects.get(pk=undone.pk).counts["changed"] == 3
