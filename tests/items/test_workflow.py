"""Transitions between the states of an item."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.items.actors import Actor
from curation.items.bulk import BulkResult
from curation.items.roles import group_of
from curation.items.workflow import TRANSITIONS, load_for_refusal, perform
from curation.models import BulkChange, CuratedItem, ImportRun, ItemAuthor, ItemOffering, ItemTopic, Revision
from tests.factories import COMMAND, make_author, make_item, make_offering, make_topic

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb


def listed_at(item: CuratedItem) -> set[object]:
    relations = (ItemTopic, ItemOffering, ItemAuthor)
    return {time for relation in relations for time in relation.objects.filter(item=item).values_list("listed_at")}


def make_related_item(**fields: object) -> CuratedItem:
    return make_item(topics=[make_topic()], offerings=[make_offering()], authors=[make_author()], **fields)


#: The state that each verb leads to, by the state that it leads from: the rules of the newsroom, apart from the code.
DECIDED = {
    Verb.SUBMITTED: {"draft": "review"},
    Verb.RETURNED: {"review": "draft"},
    Verb.APPROVED: {"review": "review"},
    Verb.PUBLISHED: {"draft": "published", "review": "published", "archived": "published"},
    Verb.SCHEDULED: {"draft": "published", "review": "published", "archived": "published", "published": "published"},
    Verb.WITHDRAWN: {"published": "draft", "archived": "draft"},
    Verb.ARCHIVED: {"draft": "archived", "review": "archived", "published": "archived"},
    Verb.BINNED: {"draft": "bin", "review": "bin", "published": "bin", "archived": "bin"},
    Verb.RESTORED: {"bin": "draft"},  # as it was before
}
CHECKED = [Verb.SUBMITTED, Verb.APPROVED, Verb.PUBLISHED, Verb.SCHEDULED]


@pytest.mark.parametrize("verb", TRANSITIONS)
def test_a_verb_leads_from_the_decided_states_to_the_decided_ones(verb: Revision.Verb) -> None:
    soon = timezone.now() + timedelta(days=1)
    items = {}
    for status in Status.values:
        items[status] = make_item(status=Status.DRAFT if status == Status.BIN else status, published_at=soon)
    perform(Verb.BINNED, CuratedItem.objects.filter(pk=items[Status.BIN].pk), COMMAND)
    result = perform(verb, CuratedItem.objects.all(), COMMAND)
    states = dict(CuratedItem.objects.values_list("pk", "status"))
    moved = {status: states[item.pk] for status, item in items.items() if item.pk in result.changed}
    assert moved == DECIDED[verb]
    kept = {status: states[item.pk] for status, item in items.items() if item.pk not in result.changed}
    assert kept == {status: status for status in kept}


@pytest.mark.parametrize(
    ("verb", "source"), [(verb, source) for verb in TRANSITIONS for source in sorted(TRANSITIONS[verb].sources)]
)
def test_a_transition_writes_status_and_revision(verb: str, source: str) -> None:
    time = timezone.now() + timedelta(days=1 if verb == Verb.SCHEDULED else -1)
    item = make_item(status=Status.PUBLISHED if source == Status.BIN else source, published_at=time)
    if source == Status.BIN:
        perform(Verb.BINNED, CuratedItem.objects.all(), COMMAND)
        Revision.objects.all().delete()
    result = perform(verb, CuratedItem.objects.all(), COMMAND, reason="why")
    item.refresh_from_db()
    assert result.changed == [item.pk]
    assert item.status == (TRANSITIONS[Verb(verb)].target or Status.PUBLISHED)
    changes = {"status": [source, item.status]} if source != item.status else {}
    revisions = [(row.verb, row.reason, row.changes) for row in Revision.objects.all()]
    assert revisions == ([(verb, "why", changes)] if changes or verb == Verb.APPROVED else [])


@pytest.mark.parametrize("verb", TRANSITIONS)
def test_an_item_in_another_state_is_left_as_it_is(verb: str) -> None:
    others = set(Status.values) - TRANSITIONS[Verb(verb)].sources - {Status.BIN}
    for status in others:
        make_item(status=status)
    result = perform(verb, CuratedItem.objects.all(), COMMAND)
    assert (result.changed, len(result.skipped)) == ([], len(others))
    assert not Revision.objects.exists()


@pytest.mark.parametrize("verb", TRANSITIONS)
def test_a_transition_needs_its_permission(verb: str) -> None:
    user, item = User.objects.create_user("ann"), make_item()
    with pytest.raises(PermissionError, match="ann may not do this"):
        perform(verb, CuratedItem.objects.all(), Actor.of(user))
    user.user_permissions.add(Permission.objects.get(codename=f"{TRANSITIONS[Verb(verb)].permission}_curateditem"))
    perform(verb, CuratedItem.objects.all(), Actor.of(User.objects.get(pk=user.pk)))
    item.refresh_from_db()


def test_a_restored_item_has_the_status_that_it_had() -> None:
    draft, live = make_item(status=Status.DRAFT), make_item()
    perform(Verb.BINNED, CuratedItem.objects.all(), COMMAND)
    assert set(CuratedItem.objects.values_list("status", "binned_by")) == {(Status.BIN, "command")}
    perform(Verb.RESTORED, CuratedItem.objects.all(), COMMAND)
    found = dict(CuratedItem.objects.values_list("pk", "status"))
    assert found == {draft.pk: Status.DRAFT, live.pk: Status.PUBLISHED}
    assert not CuratedItem.objects.exclude(binned_at=None).exists()


def test_an_approval_is_noted_until_the_item_gets_another_state() -> None:
    item = make_item(status=Status.DRAFT)
    approved = []
    for verb in (Verb.SUBMITTED, Verb.APPROVED, Verb.RETURNED):
        assert perform(verb, CuratedItem.objects.all(), COMMAND).changed == [item.pk]
        item.refresh_from_db()
        approved.append(item.approved_at is not None)
    assert approved == [False, True, False]


def test_a_schedule_sets_the_publication_time() -> None:
    item, soon = make_item(status=Status.DRAFT), timezone.now() + timedelta(days=1)
    assert perform(Verb.SCHEDULED, CuratedItem.objects.all(), COMMAND, at=soon).scheduled == 1
    item.refresh_from_db()
    assert (item.published_at, item.is_live) == (soon, False)
    assert Revision.objects.get().changes["published_at"][1] == soon.isoformat()


def test_an_item_that_is_scheduled_for_the_same_time_is_left_as_it_is() -> None:
    soon = timezone.now() + timedelta(days=1)
    item = make_item(published_at=soon)
    result = perform(Verb.SCHEDULED, CuratedItem.objects.all(), COMMAND, at=soon)
    assert result.skipped == {item.pk: "scheduled for then already"}


def test_a_revision_names_the_import_or_the_action_that_it_belongs_to_and_no_reason_unless_one_is_given() -> None:
    make_item(status=Status.DRAFT)
    run = ImportRun.objects.create(started_by="ann", outcome="finished")
    action = BulkChange.objects.create(verb="archive", outcome="prepared")
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND, run=run)
    perform(Verb.ARCHIVED, CuratedItem.objects.all(), COMMAND, bulk_change=action)
    revisions = [(row.run, row.bulk_change, row.reason) for row in Revision.objects.order_by("pk")]
    assert revisions == [(run, None, ""), (None, action, "")]


def test_an_old_publication_time_of_a_draft_gives_way_to_now_where_that_is_asked_for() -> None:
    old, recent = timezone.now() - timedelta(days=400), timezone.now() - timedelta(days=1)
    draft, fresh = make_item(status=Status.DRAFT, published_at=old), make_item(status=Status.DRAFT, published_at=recent)
    archived = make_item(status=Status.ARCHIVED, published_at=old)
    limit = timezone.now() - timedelta(days=30)
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND, now_if_before=limit)
    times = dict(CuratedItem.objects.values_list("pk", "published_at"))
    assert (times[draft.pk] or old) > limit
    assert (times[fresh.pk], times[archived.pk]) == (recent, old)


@pytest.mark.parametrize("verb", CHECKED)
def test_what_readers_could_not_use_is_left_with_the_reason(verb: str) -> None:
    status = Status.REVIEW if verb == Verb.APPROVED else Status.DRAFT
    fine = make_item(status=status)
    untitled, empty = make_item(status=status), make_item(status=status, source_url="", body="")
    CuratedItem.objects.filter(pk=untitled.pk).update(title="")
    result = perform(verb, CuratedItem.objects.all(), COMMAND)
    assert result.changed == [fine.pk]
    assert result.skipped == {untitled.pk: "without a title", empty.pk: "without source link and text"}
    assert Revision.objects.get().item == fine


def test_what_readers_could_not_use_is_no_reason_against_any_other_verb() -> None:
    item = make_item()
    CuratedItem.objects.update(title="")
    assert {Verb.ARCHIVED, Verb.WITHDRAWN, Verb.BINNED, Verb.RESTORED, Verb.RETURNED} == {*TRANSITIONS} - {*CHECKED}
    for verb in (Verb.ARCHIVED, Verb.WITHDRAWN, Verb.BINNED, Verb.RESTORED):
        assert perform(verb, CuratedItem.objects.all(), COMMAND).changed == [item.pk]
    CuratedItem.objects.update(status=Status.REVIEW)
    assert perform(Verb.RETURNED, CuratedItem.objects.all(), COMMAND).changed == [item.pk]


def test_a_contributor_submits_their_own_drafts_alone(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    ann = User.objects.create_user("ann")
    ann.groups.add(group_of("Contributor"))
    own, other = make_item(status=Status.DRAFT, created_by=ann), make_item(status=Status.DRAFT)
    actor = Actor.of(User.objects.get(pk=ann.pk))
    result = perform(Verb.SUBMITTED, CuratedItem.objects.all(), actor)
    assert result.changed == [own.pk]
    assert result.skipped == {other.pk: "of others, or no drafts, so not yours to change"}
    for _ in range(5):
        make_item(status=Status.DRAFT, created_by=ann)
        make_item(status=Status.DRAFT)
    with django_assert_max_num_queries(20):
        assert len(perform(Verb.SUBMITTED, CuratedItem.objects.all(), actor).changed) == 5


def test_a_scheduled_item_appears_at_its_minute_without_a_job(client: Client) -> None:
    item, soon = make_item(status=Status.DRAFT), timezone.now() + timedelta(hours=1)
    perform(Verb.SCHEDULED, CuratedItem.objects.all(), COMMAND, at=soon)
    page = item.get_absolute_url()
    assert client.get(page).status_code == 404
    assert item.title not in client.get("/news/").content.decode()
    with time_machine.travel(soon + timedelta(seconds=1)):
        assert client.get(page).status_code == 200
        assert item.title in client.get("/news/").content.decode()


def test_a_published_item_goes_to_the_bin_and_comes_back_by_a_publisher_alone() -> None:
    user = User.objects.create_user("ed")
    user.user_permissions.add(Permission.objects.get(codename="delete_curateditem"))
    draft, live = make_item(status=Status.DRAFT), make_item()
    assert perform(Verb.BINNED, CuratedItem.objects.all(), Actor.of(user)).changed == [draft.pk]
    perform(Verb.BINNED, CuratedItem.objects.all(), COMMAND)
    assert perform(Verb.RESTORED, CuratedItem.objects.all(), Actor.of(user)).changed == [draft.pk]
    live.refresh_from_db()
    assert live.status == Status.BIN


def test_publishing_an_item_without_a_publication_time_publishes_it_now() -> None:
    item = make_related_item(status=Status.DRAFT, published_at=None)
    before = timezone.now()
    assert perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND) == BulkResult([item.pk])
    item.refresh_from_db()
    assert item.is_live
    assert item.published_at is not None
    assert before <= item.published_at <= timezone.now()
    assert listed_at(item) == {(item.published_at,)}


def test_publishing_keeps_a_publication_time_and_counts_what_is_scheduled() -> None:
    soon = timezone.now() + timedelta(days=1)
    past, future = make_item(status=Status.DRAFT), make_related_item(status=Status.DRAFT, published_at=soon)
    change = perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND)
    assert sorted(change.changed) == [past.pk, future.pk]
    assert change.scheduled == 1
    future.refresh_from_db()
    assert future.published_at == soon
    assert not future.is_live
    assert listed_at(future) == {(soon,)}


@pytest.mark.parametrize(("verb", "status"), [(Verb.WITHDRAWN, Status.DRAFT), (Verb.ARCHIVED, Status.ARCHIVED)])
def test_a_withdrawn_or_archived_item_is_unlisted_and_keeps_its_publication_time(verb: str, status: str) -> None:
    item = make_related_item()
    time = item.published_at
    assert perform(verb, CuratedItem.objects.all(), COMMAND) == BulkResult([item.pk])
    item.refresh_from_db()
    assert (item.status, item.published_at) == (status, time)
    assert listed_at(item) == {(None,)}


def test_a_queryset_filtered_by_the_changed_status_is_processed_completely() -> None:
    item = make_related_item(status=Status.DRAFT)
    perform(Verb.PUBLISHED, CuratedItem.objects.filter(status=Status.DRAFT), COMMAND)
    assert listed_at(item) == {(item.published_at,)}


@pytest.mark.parametrize("verb", [Verb.PUBLISHED, Verb.WITHDRAWN, Verb.ARCHIVED])
def test_a_status_change_costs_the_same_queries_for_any_number_of_items(
    verb: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    start = Status.DRAFT if verb == Verb.PUBLISHED else Status.PUBLISHED
    for _ in range(2):
        for _ in range(5):
            make_related_item(status=start)
        # savepoint, look-up, update, three relations, release; then the search index
        with django_assert_max_num_queries(16):
            perform(verb, CuratedItem.objects.all(), COMMAND)
        CuratedItem.objects.update(status=start)


def test_an_item_whose_expiry_has_passed_is_not_published() -> None:
    over = make_item(status=Status.ARCHIVED, expires_at=timezone.now() - timedelta(minutes=1))
    coming = make_item(status=Status.DRAFT, expires_at=timezone.now() + timedelta(minutes=1))
    reason = "past their expiry time: empty it or give a later one first"
    assert perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND) == BulkResult([coming.pk], {over.pk: reason})
    over.refresh_from_db()
    assert over.status == Status.ARCHIVED


def test_a_transition_is_a_modification_for_readers() -> None:
    item = make_item(status=Status.DRAFT)
    CuratedItem.objects.update(updated_at=timezone.now() - timedelta(days=9))
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND)
    item.refresh_from_db()
    assert timezone.now() - item.updated_at < timedelta(minutes=1)


def test_what_a_refusal_reads_is_loaded_without_the_long_columns() -> None:
    make_item()
    [item] = load_for_refusal(CuratedItem.objects.all(), "title")
    left_out = item.get_deferred_fields()
    assert left_out.isdisjoint({"status", "published_at", "expires_at", "binned_from", "created_by_id", "title"})
    assert {"summary", "body", "body_html"} <= left_out
