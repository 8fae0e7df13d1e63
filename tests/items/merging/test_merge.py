"""Merges of topics, offerings, publishers, authors and tags, and their undo."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import DELETION, LogEntry
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.frontmatter.record_json import to_json
from curation.items.bulk import Refused, jobs
from curation.items.bulk.changes import Outcome, continue_failed
from curation.items.bulk.undo import obstacle, preview_undo, row_obstacle
from curation.items.merging import rows as merged_rows
from curation.items.merging.mergeable import MERGEABLE
from curation.items.merging.start import preview, start
from curation.items.record import record_of
from curation.items.relations import set_relations
from curation.items.revisions import state_at
from curation.items.state import states_of
from curation.models import (
    BodyReference,
    BulkChange,
    CuratedItem,
    FormerName,
    Offering,
    Revision,
    SourceDocument,
    Synonym,
    Topic,
)
from tests.factories import COMMAND, make_item, make_offering, make_topic, make_vocabulary
from tests.items.bulk.test_changes import make_user

from .conftest import MAKE, contents, editor, item_with, merge, path_of, revised, undo

pytestmark = pytest.mark.django_db


def names(item: CuratedItem, model: type[Model]) -> list[str]:
    """Return the names of an item's rows of a model, in their order."""
    if MERGEABLE[model].field == "publisher":
        return [str(CuratedItem.objects.get(pk=item.pk).publisher)]
    related = MERGEABLE[model].relation._default_manager.filter(**{MERGEABLE[model].item: item.pk})
    target = MERGEABLE[model].target.removesuffix("_id")
    return [str(getattr(row, target)) for row in related.select_related(target)]


def test_each_item_gets_the_row_that_stays_once_in_the_first_place_and_a_revision(model: type[Model]) -> None:
    old, new, other = (MAKE[model](name) for name in ("Old", "New", "Other"))
    alone, first, last = item_with([old]), item_with([old, other, new]), item_with([new, other, old])
    binned, without = item_with([other, old], status="bin", binned_at=timezone.now()), item_with([new])
    before = {item.pk: names(item, model) for item in (alone, first, last, binned, without)}
    change = merge([old], new)
    assert change.outcome == Outcome.FINISHED
    assert not type(old)._default_manager.filter(pk=old.pk).exists()
    for item in (alone, first, last, binned, without):
        expected = dict.fromkeys(str(new) if name == str(old) else name for name in before[item.pk])
        found = names(item, model)
        assert sorted(found) == sorted(expected)
        assert model.__name__ == "Tag" or found == [*expected]
    assert revised() == {item.pk for item in (alone, first, last, binned) if str(old) in before[item.pk]}
    revision = Revision.objects.filter(item=alone).get()
    assert (revision.bulk_change, revision.user_name) == (change, "ann")
    assert "merged: " in revision.reason
    assert str(new) in revision.reason


def test_an_undo_leaves_every_row_as_it_was(model: type[Model]) -> None:
    old, older, new, other = (MAKE[model](name) for name in ("Old", "Older", "New", "Other"))
    for rows in ([old], [old, other, new], [new, older, other, old], [new], [other, older]):
        item_with(rows, body=f"A [link]({path_of(old)})")
    if model is Topic:
        make_offering(external_id="7").topics.set([old, new])
        make_offering().topics.set([old])
    before = contents()
    change = merge([old, older], new)
    assert contents() != before
    undone = undo(change)
    assert undone.outcome == Outcome.FINISHED
    assert contents() == before
    assert BulkChange.objects.get(pk=change.pk).outcome == Outcome.UNDONE


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True), min_size=1, max_size=4))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_a_merge_keeps_order_and_an_undo_restores_it_whatever_the_lists(lists: list[list[str]]) -> None:
    rows = {name: Topic.objects.filter(label=name).first() or make_topic(name) for name in ("a", "b", "c", "d")}
    items = [make_item(topics=[rows[name] for name in some]) for some in lists]
    change = merge([rows["b"], rows["c"]], rows["a"])
    for item, some in zip(items, lists, strict=True):
        expected = dict.fromkeys("a" if name in "bc" else name for name in some)
        assert [name.rpartition(" ")[2] for name in names(item, Topic)] == [*expected]
    undo(change)
    for item, some in zip(items, lists, strict=True):
        assert [name.rpartition(" ")[2] for name in names(item, Topic)] == some


def test_the_page_of_a_merged_row_its_feeds_and_timeline_redirect(model: type[Model], client: Client) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item_with([old])
    path, target = path_of(old), path_of(new)
    change = merge([old], new)
    for ending in ("", "feed.rss", "feed.atom", "feed.json"):
        response = client.get(f"{path}{ending}")
        assert (response.status_code, response["Location"]) == (301, f"{target}{ending}")
    kind, column = MERGEABLE[model].kind, MERGEABLE[model].address_column
    for page in ("/news/", "/search/feed.rss", "/api/v1/items"):
        response = client.get(page, {kind: getattr(old, column)})
        assert response["Location"] == f"{page}?{kind}={getattr(new, column)}"
    undo(change)
    assert client.get(path).status_code == 200


def test_a_former_address_of_a_merged_row_redirects_to_the_one_that_stays_and_after_an_undo_to_it_again(
    model: type[Model], client: Client
) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item_with([old])
    path = path_of(old)
    column = MERGEABLE[model].address_column
    setattr(old, column, "renamed.example.org" if column == "domain" else "renamed")
    old.save()
    change = merge([old], new)
    assert client.get(path)["Location"] == path_of(new)
    undo(change)
    assert client.get(path)["Location"] == path_of(old)


def test_links_of_bodies_lead_to_the_page_that_stays(model: type[Model], client: Client) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item = item_with([old], body=f"A [link]({path_of(old)}).")
    change = merge([old], new)
    assert path_of(new).encode() in client.get(item.get_absolute_url()).content
    assert not BodyReference.objects.filter(key=getattr(old, MERGEABLE[model].address_column)).exists()
    undo(change)
    assert f'href="{path_of(old)}"'.encode() in client.get(item.get_absolute_url()).content


def test_histories_name_the_row_that_stays(model: type[Model]) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item = item_with([old])
    field = MERGEABLE[model].field
    make_state = states_of(CuratedItem.objects.all())[item.pk]
    merge([old], new)
    assert state_at(item, 0)[field] == states_of(CuratedItem.objects.all())[item.pk][field]
    assert state_at(item, 0)[field] != make_state[field]


def test_links_to_other_rows_move_without_doubles() -> None:
    old, new = make_topic("Old"), make_topic("New")
    both, one = make_offering("Both"), make_offering("One")
    both.topics.set([old, new])
    one.topics.set([old])
    merge([old], new)
    assert {tuple(offering.topics.all()) for offering in Offering.objects.all()} == {(new,)}


def test_an_item_is_about_the_offering_that_stays_if_it_was_about_a_merged_one() -> None:
    old, new = make_offering("Old"), make_offering("New")
    about, mentions = make_item(offerings=[old, new]), make_item(offerings=[new, old])
    merge([old], new)
    assert [row.is_primary for item in (about, mentions) for row in item.itemoffering_set.all()] == [True, True]


def test_empty_columns_are_filled_and_emptied_by_the_undo_unless_edited_since() -> None:
    old = make_offering("Old", description="Old text", url="https://old.example.org", external_id="7")
    new = make_offering("New", description="Own text")
    before = contents()
    change = merge([old], new)
    new.refresh_from_db()
    assert (new.description, new.url, new.external_id) == ("Own text", "https://old.example.org", "7")
    undo(change)
    assert contents() == before
    change = merge([old], new)
    new.refresh_from_db()
    new.url = "https://edited.example.org"
    new.save()
    undo(change)
    new.refresh_from_db()
    assert (new.url, new.external_id) == ("https://edited.example.org", "")


def test_items_that_somebody_edited_since_keep_the_edit_and_those_given_the_row_since_keep_it() -> None:
    old, new, other = make_topic("Old"), make_topic("New"), make_topic("Other")
    edited, added, plain = make_item(topics=[old]), make_item(topics=[other]), make_item(topics=[old])
    change = merge([old], new)
    set_relations(edited, topics=[other.pk])
    set_relations(added, topics=[other.pk, new.pk])
    seen = preview_undo(change, COMMAND)
    assert seen.changing == 2  # an edited list is merged: the topic that came back is added
    undo(change)
    assert names(added, Topic) == [str(other), str(new)]
    assert names(plain, Topic) == [str(old)]
    assert sorted(names(edited, Topic)) == sorted([str(old), str(other)])


def test_a_publisher_that_somebody_changed_since_stays() -> None:
    old, new, other = (MAKE[MODELS["publisher"]](name) for name in ("Old", "New", "Other"))
    item = item_with([old])
    change = merge([old], new)
    CuratedItem.objects.filter(pk=item.pk).update(publisher=other)
    undone = undo(change)
    assert CuratedItem.objects.get(pk=item.pk).publisher == other
    assert undone.counts["kept"][0]["field"] == "Publisher"


MODELS = {mergeable.kind: model for model, mergeable in MERGEABLE.items()}


def test_an_undo_has_no_end_but_waits_for_names_that_were_taken_and_rows_that_are_gone(model: type[Model]) -> None:
    old, new, third = (MAKE[model](name) for name in ("Old", "New", "Third"))
    item_with([old])
    change = merge([old], new)
    with time_machine.travel(timezone.now() + timedelta(days=400)):
        assert obstacle(change, COMMAND) == "" == row_obstacle(change)
    taken = MAKE[model]("Old")
    assert "has taken the name or the address" in row_obstacle(change)
    with pytest.raises(Refused):
        undo(change)
    taken.delete()
    second = merge([new], third)
    assert "undo that merge first" in row_obstacle(change)
    undo(second)
    assert undo(change).outcome == Outcome.FINISHED


def test_a_topic_does_not_come_back_without_its_vocabulary() -> None:
    old, new = make_topic("Old", "KLAS"), make_topic("New")
    change = merge([old], new)
    make_vocabulary("KLAS").delete()
    assert row_obstacle(change) == "The vocabulary of “Old” was deleted."


def test_chains_of_merges_lead_to_the_last_and_are_undone_one_by_one(model: type[Model], client: Client) -> None:
    first, second, third = (MAKE[model](name) for name in ("First", "Second", "Third"))
    item_with([first])
    before = contents()
    one = merge([first], second)
    between = contents()
    two = merge([second], third)
    assert client.get(path_of(first))["Location"] == path_of(third)
    assert set(Synonym.objects.values_list("row", flat=True)) == {third.pk}
    undo(two)
    assert contents() == between
    undo(one)
    assert contents() == before


# Faults


def test_items_that_get_a_merged_row_meanwhile_are_changed_as_well() -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[old])
    change = start(new, [old], editor())
    late = make_item(topics=[old])
    jobs.run(change)
    assert names(late, Topic) == [str(new)]
    assert BulkChange.objects.get(pk=change.pk).counts["changed"] == 2
    assert not Topic.objects.filter(pk=old.pk).exists()


def test_a_merge_that_fails_is_continued_and_one_that_failed_in_its_last_step_loses_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = make_topic("Old"), make_topic("New")
    item = make_item(topics=[old])
    change = start(new, [old], editor())
    with monkeypatch.context() as patch:
        patch.setattr(merged_rows, "merge_rows", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.run(change)
    assert names(item, Topic) == [str(new)]
    assert Topic.objects.filter(pk=old.pk).exists()
    change.refresh_from_db()
    assert change.outcome == Outcome.FAILED
    continue_failed(change, COMMAND.__class__.of(editor()))
    jobs.run(BulkChange.objects.get(pk=change.pk))
    assert not Topic.objects.filter(pk=old.pk).exists()


def test_a_failed_merge_can_be_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[old])
    before = contents()
    change = start(new, [old], editor())
    with monkeypatch.context() as patch:
        patch.setattr(merged_rows, "merge_rows", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.run(change)
    undo(BulkChange.objects.get(pk=change.pk))
    assert contents() == before


def test_a_row_is_merged_by_one_person_at_a_time(model: type[Model]) -> None:
    old, new, third = (MAKE[model](name) for name in ("Old", "New", "Third"))
    start(new, [old], editor())
    with pytest.raises(Refused, match="already"):
        start(third, [new], make_user("ben"))


def test_a_row_that_was_to_stay_and_was_deleted_meanwhile_fails_the_merge(model: type[Model]) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item = item_with([old])
    change = start(new, [old], editor())
    new.delete()
    jobs.run(change)
    change.refresh_from_db()
    assert (change.outcome, names(item, model)) == (Outcome.FAILED, [str(old)])
    assert "deleted meanwhile" in change.message


@pytest.mark.parametrize("role", ["Contributor", "Editor"])
def test_a_merge_takes_the_permissions_to_change_and_delete_rows_and_to_change_the_items(role: str) -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[old])
    user = make_user("eve", role)
    if role == "Contributor":
        with pytest.raises(PermissionError):
            start(new, [old], user)
        user.user_permissions.set(_permissions("change_topic", "delete_topic"))
        user = type(user).objects.get(pk=user.pk)
        with pytest.raises(Refused, match="1 of the items of these topics are not yours to change"):
            start(new, [old], user)
        assert "same permission" not in obstacle(merge([old], new), COMMAND)
        return
    assert merge([old], new, user).outcome == Outcome.FINISHED


def _permissions(*codenames: str) -> Any:
    from django.contrib.auth.models import Permission

    return Permission.objects.filter(codename__in=codenames)


# Counts and costs


def test_the_preview_counts_items_those_with_both_addresses_and_links(model: type[Model]) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    for rows in ([old], [old, new], [new], [new]):
        item_with(rows)
    seen = preview(new, [old])
    both = 0 if model.__name__ == "Publisher" else 1
    assert (seen.total, seen.both, seen.moved) == (4, both, 2)
    assert seen.counts == {old.pk: 2, new.pk: 2 + both}
    assert seen.addresses == [path_of(old)]


def test_a_merge_takes_the_same_queries_for_any_number_of_items() -> None:
    def queries(number: int) -> int:
        old, new = make_topic(), make_topic()
        for _ in range(number):
            make_item(topics=[old])
        change = start(new, [old], editor())
        with CaptureQueriesContext(connection) as captured:
            jobs.run(change)
        return len(captured)

    queries(1)
    assert queries(4) == queries(8)


def test_the_log_of_the_admin_tells_where_a_row_went() -> None:
    old, new = make_topic("Old"), make_topic("New")
    merge([old], new)
    entry = LogEntry.objects.get(action_flag=DELETION)
    assert (entry.object_repr, entry.change_message) == (str(old), f"Merged into “{new}”.")
    assert FormerName.objects.get().row == new.pk


# A new name of the row that stays


@pytest.mark.parametrize("name", ["Old", "Brand new"])
def test_the_row_that_stays_gets_a_new_name_that_the_undo_takes_back(model: type[Model], name: str) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    column = MERGEABLE[model].name_column
    item_with([old])
    former = getattr(new, column)
    name = getattr(old, column) if name == "Old" else name
    before = contents()
    change = start(new, [old], editor(), name)
    jobs.run(change)
    new.refresh_from_db()
    assert getattr(new, column) == name
    undo(BulkChange.objects.get(pk=change.pk))
    new.refresh_from_db()
    assert getattr(new, column) == former
    after = contents()
    for table in ("curation_synonym", "curation_formername"):  # names that a row gave up stay its names
        del before[table], after[table]
    assert after == before
    assert not Synonym.objects.filter(row=old.pk).exists()


def test_a_name_that_somebody_gave_the_row_since_stays() -> None:
    old, new = make_topic("Old"), make_topic("New")
    change = start(new, [old], editor(), "Better")
    jobs.run(change)
    new.refresh_from_db()
    new.label = "Best"
    new.save()
    undo(BulkChange.objects.get(pk=change.pk))
    assert {topic.label for topic in Topic.objects.all()} == {"Old", "Best"}


def test_a_name_that_another_row_has_or_takes_is_refused() -> None:
    old, new, other = make_topic("Old"), make_topic("New"), make_topic("Other")
    with pytest.raises(Refused, match="“Symplur: Other” has this name"):
        start(new, [old], editor(), "oTHER")
    change = start(new, [old], editor(), "Better")
    other.label = "Better"
    other.save()
    jobs.run(change)
    assert "has this name" in BulkChange.objects.get(pk=change.pk).message
    assert Topic.objects.filter(pk=old.pk).exists()


def test_an_undo_waits_for_the_former_name_of_the_row_that_stayed() -> None:
    old, new = make_topic("Old"), make_topic("New")
    change = start(new, [old], editor(), "Old")
    jobs.run(change)
    taken = Topic.objects.create(vocabulary=new.vocabulary, label="New", slug="other")
    change = BulkChange.objects.get(pk=change.pk)
    assert "has taken the former name of the topic that stayed" in row_obstacle(change)
    taken.delete()
    assert undo(change).outcome == Outcome.FINISHED


# Files


def file_of(item: CuratedItem, **record: Any) -> None:
    number = SourceDocument.objects.count()
    SourceDocument.objects.create(
        item=item, is_primary=False, path=f"/{number}.md", sha256="", record=record, imported_at=timezone.now()
    )


def test_the_preview_counts_the_files_that_name_a_row_in_any_spelling(model: type[Model]) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item = item_with([old])
    field = MERGEABLE[model].field
    states = to_json(record_of(CuratedItem.objects.get(pk=item.pk)))[field]
    file_of(item, **{field: states})
    file_of(item, **{field: json.loads(json.dumps(states).replace("Old", "OLD"))})
    file_of(item, **{field: None if field == "publisher" else []})
    file_of(item)
    file_of(item_with([new]), **{field: states})
    with CaptureQueriesContext(connection) as captured:
        assert preview(new, [old]).files == 2
    assert len(captured) <= 10


def test_the_preview_counts_files_that_say_former_names_and_topics_of_offerings() -> None:
    old, new = make_topic("Old"), make_topic("New")
    offering = make_offering(slug="x")
    offering.topics.set([old])
    old.label = "Renamed"
    old.save()
    topic = {"vocabulary": "Symplur", "label": "old", "slug": ""}
    of_offering = {"name": "X", "slug": "x", "external_id": "", "topics": [topic], "is_primary": True}
    file_of(make_item(topics=[old]), topics=[topic])
    file_of(make_item(offerings=[offering]), offerings=[of_offering], topics=[])
    assert preview(new, [old]).files == 2
