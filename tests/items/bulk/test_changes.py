"""Bulk changes: preview, batches, skipped items, failures, and continuing after a worker died."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.items.bulk import changes, jobs
from curation.items.bulk.actions import ACTIONS_BY_NAME, BULK_ACTIONS
from curation.items.bulk.arguments import UNCHOSEN
from curation.items.bulk.changes import Outcome
from curation.items.roles import group_of
from curation.items.state import states_of
from curation.models import BulkChange, CuratedItem, ItemTopic, Revision, SearchEntry, Tag
from curation.search.facet_tokens import token
from tests.factories import make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb


def make_user(name: str = "ann", role: str = "Publisher") -> User:
    user = User.objects.create_user(name)
    user.groups.add(group_of(role))
    return user


def prepare(name: str, items: Sequence[CuratedItem], user: User | None = None) -> BulkChange:
    ids = [item.pk for item in items]
    return changes.prepare(
        ACTIONS_BY_NAME[name], ids, user or User.objects.filter(username="ann").first() or make_user()
    )


def run(name: str, items: Sequence[CuratedItem], value: Any = UNCHOSEN, user: User | None = None) -> BulkChange:
    """Prepare, confirm and execute an action."""
    change = prepare(name, items, user)
    assert changes.confirm(change, value)
    jobs.run(BulkChange.objects.get(pk=change.pk))
    return BulkChange.objects.get(pk=change.pk)


def a_value(name: str) -> Any:
    """Return a value for the argument of an action."""
    rows: dict[str, Any] = {
        "topics": lambda: [make_topic()],
        "offerings": lambda: [make_offering()],
        "tags": lambda: [Tag.objects.get_or_create(name="chosen")[0]],
        "publisher": make_publisher,
    }
    if name == "schedule":
        return timezone.now() + timedelta(days=1)
    kind = name.rpartition("_")[2]
    return rows[kind]() if kind in rows else "Chosen" if "_" in name else UNCHOSEN


def test_a_preview_counts_states_consequences_and_skipped_items() -> None:
    soon = timezone.now() + timedelta(days=1)
    items = [make_item("First"), make_item("Second"), make_item(published_at=soon), make_item(status=Status.DRAFT)]
    seen = changes.preview(prepare("withdraw", items))
    assert (seen.total, seen.changing, seen.disappearing, seen.appearing, seen.later) == (4, 3, 2, 0, 0)
    assert seen.states == {"Live": 2, "Scheduled": 1, "Draft": 1}
    assert seen.skipped == {"drafts already": 1}
    assert seen.titles[:2] == ["First", "Second"]
    assert seen.skipped_titles == [items[3].title]


def test_a_preview_takes_one_query_of_one_row_an_item() -> None:
    related = {"topics": [make_topic(), make_topic()], "offerings": [make_offering()], "tags": ["one", "two"]}
    items = [make_item(status=status, **related) for status in (Status.PUBLISHED, Status.DRAFT) for _ in range(2)]
    user, taken = make_user(), {}
    for action in BULK_ACTIONS:
        change = prepare(action.name, items, user)
        for value in (UNCHOSEN, a_value(action.name)):
            changes.preview(change, value)  # loads the permissions of the user
            with CaptureQueriesContext(connection) as queries:
                changes.preview(change, value)
            taken[action.name, value is UNCHOSEN] = len(queries)
    assert {name: number for name, number in taken.items() if number != 1} == {}


def test_a_preview_of_a_publication_counts_what_would_stand_in_a_past_year() -> None:
    now = timezone.now()
    soon, recent, old = now + timedelta(days=1), now - timedelta(days=2), datetime(2006, 5, 1, tzinfo=UTC)
    drafts = [make_item(status=Status.DRAFT, published_at=time) for time in (None, soon, recent, old)]
    archived = make_item(status=Status.ARCHIVED, published_at=old)
    seen = changes.preview(prepare("publish", [*drafts, archived]))
    assert (seen.appearing, seen.later, seen.old_years) == (4, 1, {2006: 1})


def test_old_drafts_are_published_now_where_the_editor_says_so() -> None:
    old = datetime(2006, 5, 1, tzinfo=UTC)
    kept, renewed = (make_item(status=Status.DRAFT, published_at=old) for _ in range(2))
    run("publish", [kept], value=False)
    run("publish", [renewed], value=True)
    years = dict(CuratedItem.objects.values_list("pk", "published_at__year"))
    assert years == {kept.pk: 2006, renewed.pk: timezone.now().year}


def test_a_schedule_leaves_live_items_on_the_site() -> None:
    soon = timezone.now() + timedelta(days=1)
    live, draft = make_item(), make_item(status=Status.DRAFT)
    for value, later in ((UNCHOSEN, 0), (soon, 1)):
        seen = changes.preview(prepare("schedule", [live, draft]), value)
        assert (seen.disappearing, seen.later, seen.appearing, seen.shown) == (0, later, 0, 0)
    change = run("schedule", [live, draft], soon)
    reason = "live already, and a schedule would take them off the site: withdraw them first"
    assert change.counts == {"changed": 1, "scheduled": 1, "skipped": {reason: 1}}
    live.refresh_from_db()
    assert live.is_live


@pytest.mark.parametrize("action", [action.name for action in BULK_ACTIONS])
def test_every_action_writes_a_revision_and_a_log_entry_for_each_changed_item(action: str) -> None:
    value, user = a_value(action), make_user()
    related = {"topics": value} if action == "remove_topics" else {}
    related |= {"offerings": value} if action == "remove_offerings" else {}
    tags = ["chosen"] if action == "remove_tags" else []
    status = Status.DRAFT if action in ("publish", "schedule") else Status.PUBLISHED
    items = [make_item(status=status, tags=tags, **related) for _ in range(2)]
    binned = make_item(status=Status.BIN, binned_at=timezone.now())
    before = states_of(CuratedItem.objects.all())
    change = run(action, [*items, binned], value, user)
    assert (change.outcome, change.counts["changed"]) == (Outcome.FINISHED, 2)
    assert sum(change.counts["skipped"].values()) == 1
    after = states_of(CuratedItem.objects.all())
    for item in items:
        (revision,) = item.revisions.all()
        assert (revision.bulk_change, revision.user_name) == (change, "ann")
        changed = {name: [before[item.pk][name], after[item.pk][name]] for name in revision.changes}
        assert changed == revision.changes
        assert {name for name in before[item.pk] if before[item.pk][name] != after[item.pk][name]} == {*changed}
    assert before[binned.pk] == after[binned.pk]
    assert {entry.object_id for entry in LogEntry.objects.all()} == {str(item.pk) for item in items}


def test_topics_are_added_after_those_of_an_item_listed_and_indexed() -> None:
    old, new = make_topic("Old"), make_topic("New")
    item, draft = make_item(topics=[old]), make_item(status=Status.DRAFT)
    has_both = make_item(topics=[new, old])
    change = run("add_topics", [item, draft, has_both], [new, old])
    rows = ItemTopic.objects.filter(item=item).values_list("topic", "position", "listed_at")
    assert [*rows] == [(old.pk, 0, item.published_at), (new.pk, 1, item.published_at)]
    assert ItemTopic.objects.filter(item=draft, listed_at=None).count() == 2
    assert token("topic", new.pk) in SearchEntry.objects.get(item=item).facets.split()
    assert change.counts["skipped"] == {"given these topics already": 1}
    has_both.refresh_from_db()
    item.refresh_from_db()
    assert (has_both.edited_at, item.edited_at is None) == (None, False)


def test_a_text_or_publisher_can_be_emptied() -> None:
    item = make_item(kind="News", publisher=make_publisher())
    run("set_kind", [item], "")
    run("set_publisher", [item], None)
    item.refresh_from_db()
    assert (item.kind, item.publisher) == ("", None)


def test_an_action_changes_exactly_the_items_that_were_chosen_and_checks_them_again() -> None:
    first, second, third = make_item(), make_item(), make_item()
    change = prepare("withdraw", [first, second, third])
    late = make_item()
    CuratedItem.objects.filter(pk=first.pk).update(status=Status.ARCHIVED)
    CuratedItem.objects.filter(pk=second.pk).delete()
    CuratedItem.objects.filter(pk=first.pk).update(status=Status.DRAFT)
    changes.confirm(change)
    jobs.run(BulkChange.objects.get(pk=change.pk))
    change.refresh_from_db()
    assert (change.counts["changed"], change.counts["skipped"]) == (1, {"drafts already": 1, "deleted meanwhile": 1})
    late.refresh_from_db()
    assert late.is_live


def test_a_contributor_changes_only_their_own_drafts() -> None:
    user = make_user("cho", "Contributor")
    own, live, other = make_item(status=Status.DRAFT), make_item(), make_item(status=Status.DRAFT)
    CuratedItem.objects.filter(pk__in=[own.pk, live.pk]).update(created_by=user)
    change = run("set_kind", [own, live, other], "News", user)
    assert (change.counts["changed"], change.counts["skipped"]) == (1, {"for you to read only": 2})
    with pytest.raises(PermissionError, match="cho may not do this: Withdraw"):
        prepare("withdraw", [own], user)


def test_a_change_is_executed_in_batches_and_continues_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "BATCH_SIZE", 2)
    items = [make_item() for _ in range(5)]
    change = prepare("withdraw", items)
    changes.confirm(change)
    calls: list[int] = []

    def dying(change: BulkChange, actor: Any, ids: Sequence[int]) -> Any:
        calls.append(len(ids))
        result = changes.run_action(change, actor, ids)
        if len(calls) == 2:
            raise SystemExit  # as when the worker is stopped
        return result

    with pytest.raises(SystemExit):
        changes.execute(change, dying)
    change.refresh_from_db()
    assert (change.outcome, change.done, Revision.objects.count()) == (Outcome.RUNNING, 2, 2)
    jobs.run(change)
    change.refresh_from_db()
    assert (change.outcome, change.done, change.counts["changed"]) == (Outcome.FINISHED, 5, 5)
    assert Revision.objects.count() == LogEntry.objects.count() == 5


def test_a_change_is_confirmed_once() -> None:
    change = prepare("archive", [make_item()])
    assert [changes.confirm(change), changes.confirm(change)] == [True, False]


def test_a_change_whose_topic_was_deleted_meanwhile_fails_with_the_reason_and_changes_nothing() -> None:
    topic, item = make_topic(), make_item()
    change = prepare("add_topics", [item])
    changes.confirm(change, [topic])
    topic.delete()
    jobs.run(BulkChange.objects.get(pk=change.pk))
    change.refresh_from_db()
    assert (change.outcome, change.counts) == (Outcome.FAILED, {})
    assert change.message == "Topic was deleted meanwhile. Choose the items and the action again."


@pytest.mark.parametrize("left", ["role", "account"])
def test_a_user_without_the_permission_or_the_account_any_more_changes_nothing(left: str) -> None:
    user, item = make_user(), make_item()
    change = prepare("archive", [item], user)
    changes.confirm(change)
    user.groups.clear() if left == "role" else user.delete()
    jobs.run(BulkChange.objects.get(pk=change.pk))
    change.refresh_from_db()
    assert change.outcome == Outcome.FAILED
    assert "ann" in change.message
    item.refresh_from_db()
    assert item.is_live


def test_a_failed_change_can_be_continued(monkeypatch: pytest.MonkeyPatch) -> None:
    change = prepare("archive", [make_item()])
    changes.confirm(change)

    def failing(*_args: Any) -> Any:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        changes.execute(change, failing)
    change.refresh_from_db()
    assert (change.outcome, change.done) == (Outcome.FAILED, 0)
    assert changes.continue_failed(change, changes.actor_of(change))
    jobs.run(change)
    change.refresh_from_db()
    assert (change.outcome, change.message) == (Outcome.FINISHED, "")


def test_prepared_changes_that_nobody_confirmed_are_deleted_after_a_day() -> None:
    old, recent = prepare("archive", [make_item()]), prepare("archive", [make_item()])
    BulkChange.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    new = prepare("archive", [])
    assert {*BulkChange.objects.values_list("pk", flat=True)} == {recent.pk, new.pk}


def queries_of(action: str, number: int, value: Any) -> list[str]:
    user = User.objects.get(username="ann")
    items = [make_item(status=Status.DRAFT if action == "publish" else Status.PUBLISHED) for _ in range(number)]
    change = prepare(action, items, user)
    changes.confirm(change, value)
    with CaptureQueriesContext(connection) as queries:
        jobs.run(change)
    change.refresh_from_db()
    assert change.counts["changed"] == number
    return [query["sql"][:60] for query in queries]


@pytest.mark.parametrize("action", ["publish", "add_topics", "set_publisher", "bin"])
def test_a_batch_costs_the_same_number_of_queries_for_any_number_of_items(action: str) -> None:
    make_user()
    value = a_value(action)
    queries_of(action, 2, value)
    few = queries_of(action, 3, value)
    many = queries_of(action, 9, value)
    assert len(few) == len(many), (few, many)
    assert len(few) <= 40
