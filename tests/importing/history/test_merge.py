"""Merging the changes of an editor and of a file."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter.record import ItemRecord, OfferingRef, PublisherRef
from curation.items.merge import merge, merge_lists
from curation.models import CuratedItem, ItemTopic, SourceDocument, Topic
from tests.factories import make_topic
from tests.importing.conftest import RunImport, WriteFile

BASE = ItemRecord(
    title="Title",
    slug="slug",
    summary="",
    body="Body",
    status="published",
    published_at=datetime(2023, 1, 1, tzinfo=UTC),
)


def changed(**values: Any) -> ItemRecord:
    return replace(BASE, **values)


def test_a_change_of_only_one_side_is_taken() -> None:
    result = merge(BASE, changed(title="Theirs"), changed(summary="Ours"))
    assert (result.record.title, result.record.summary, result.conflicts) == ("Theirs", "Ours", ())


def test_a_field_that_both_changed_keeps_the_editors_value_and_is_a_conflict() -> None:
    result = merge(BASE, changed(title="Theirs"), changed(title="Ours"))
    assert (result.record.title, [conflict.field for conflict in result.conflicts]) == ("Ours", ["title"])


def test_a_files_new_summary_takes_the_place_of_an_automatic_one_without_a_conflict() -> None:
    base, automatic = changed(summary="Old"), changed(summary="")
    result = merge(base, changed(summary="New"), automatic)
    assert (result.record.summary, result.conflicts) == ("New", ())
    assert merge(base, base, automatic).record.summary == ""


def test_the_same_change_on_both_sides_is_not_a_conflict() -> None:
    assert merge(BASE, changed(title="New"), changed(title="New")).conflicts == ()


@pytest.mark.parametrize(
    ("theirs", "ours", "is_open", "overwrite", "merged", "is_conflict"),
    [
        # Only the editor has changed the title since the last import.
        ("Title", "Ours", False, False, "Ours", False),
        ("Title", "Ours", False, True, "Ours", False),
        # Both had changed it before: the file has the value of the last import by now.
        ("Title", "Ours", True, False, "Ours", False),
        ("Title", "Ours", True, True, "Title", True),
        # Only the file has changed it.
        ("Theirs", "Title", False, True, "Theirs", False),
        # Both have changed it.
        ("Theirs", "Ours", False, False, "Ours", True),
        ("Theirs", "Ours", False, True, "Theirs", True),
        ("Theirs", "Ours", True, True, "Theirs", True),
        # Both have the same value by now.
        ("Same", "Same", True, True, "Same", False),
        ("Title", "Title", True, True, "Title", False),
    ],
)
def test_overwriting_takes_the_files_value_where_both_sides_changed_a_field_or_a_conflict_is_open(
    theirs: str, ours: str, is_open: bool, overwrite: bool, merged: str, is_conflict: bool
) -> None:
    open_conflicts = {"title"} if is_open else {"body"}
    result = merge(BASE, changed(title=theirs), changed(title=ours), overwrite=overwrite, open_conflicts=open_conflicts)
    assert result.record.title == merged
    conflicts = [(found.field, found.base, found.theirs, found.ours) for found in result.conflicts]
    assert conflicts == ([("title", "Title", theirs, ours)] if is_conflict else [])
    assert result.changes == (("title",) if merged != ours else ())


def test_an_editors_own_summary_stays_and_is_a_conflict_with_the_files_new_one() -> None:
    result = merge(changed(summary="Old"), changed(summary="New"), changed(summary="An editor's"))
    assert (result.record.summary, [conflict.field for conflict in result.conflicts]) == ("An editor's", ["summary"])


def test_another_spelling_or_order_without_a_meaning_is_no_change() -> None:
    ours = changed(tags=("News", "Care"), authors=("Ann Smith",))
    result = merge(BASE, changed(tags=("care", "news"), authors=("ann smith",)), ours)
    assert (result.changes, set(result.record.tags)) == ((), {"News", "Care"})
    assert merge(ours, replace(ours, tags=("Care", "News")), ours).changes == ()


def test_an_emptied_field_other_than_the_summary_is_an_editors_change() -> None:
    result = merge(BASE, changed(body="Theirs", summary="Theirs"), changed(body=""))
    assert (result.record.body, result.record.summary) == ("", "Theirs")
    assert [conflict.field for conflict in result.conflicts] == ["body"]


def test_a_publisher_that_both_changed_is_a_conflict() -> None:
    one, two, three = (PublisherRef(f"{name}.org", name) for name in ("one", "two", "three"))
    result = merge(changed(publisher=one), changed(publisher=two), changed(publisher=three))
    assert (result.record.publisher, [conflict.field for conflict in result.conflicts]) == (three, ["publisher"])
    assert merge(changed(publisher=one), changed(publisher=two), changed(publisher=one)).record.publisher == two


def test_the_primary_offering_that_an_editor_chose_stays() -> None:
    one, two = OfferingRef("One", "one", "1", is_primary=True), OfferingRef("Two", "two", "2")
    base, ours = (one, two), (replace(one, is_primary=False), replace(two, is_primary=True))
    result = merge(changed(offerings=base), changed(offerings=base, title="New"), changed(offerings=ours))
    assert result.record.offerings == ours
    assert result.changes == ("title",)


@pytest.mark.parametrize("side", ["base", "theirs"])
def test_a_status_that_the_passing_of_time_has_changed_is_no_change_of_a_side(side: str) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    then = changed(expires_at=past)
    now = replace(then, status="archived")
    base, theirs = (then, now) if side == "base" else (now, then)
    result = merge(base, theirs, replace(now, status="draft"))
    assert (result.record.status, result.conflicts) == ("draft", ())


def test_the_primary_offering_merges_apart_from_the_list() -> None:
    one, two = OfferingRef("One", "one", "1", is_primary=True), OfferingRef("Two", "two", "2")
    theirs = (replace(one, is_primary=False), replace(two, is_primary=True))
    result = merge(changed(offerings=(one, two)), changed(offerings=theirs), changed(offerings=(one, two)))
    assert [offering.is_primary for offering in result.record.offerings] == [False, True]


def test_an_offering_is_identified_by_its_id_after_a_change_of_its_address() -> None:
    one, moved = OfferingRef("One", "one", "1"), OfferingRef("One", "moved", "1")
    base, theirs, ours = changed(offerings=(one,)), changed(offerings=(one,), title="New"), changed(offerings=(moved,))
    assert merge(base, theirs, ours).record.offerings == (moved,)
    assert merge(base, changed(title="New"), ours).record.offerings == ()


@given(*[st.lists(st.sampled_from("abcdef"), unique=True)] * 3)
def test_a_merged_list_has_the_entries_that_each_side_added_without_those_that_one_removed(
    base: list[str], theirs: list[str], ours: list[str]
) -> None:
    merged = merge_lists(base, theirs, ours, str)
    kept = {entry for entry in base if entry in theirs and entry in ours}
    assert set(merged) == kept | (set(theirs) - set(base)) | (set(ours) - set(base))
    assert len(merged) == len(set(merged))
    assert merge_lists(base, base, ours, str) == tuple(ours)
    assert merge_lists(base, theirs, base, str) == tuple(theirs)


@pytest.mark.parametrize(
    ("base", "theirs", "ours", "merged"),
    [
        ("", "ab", "b", "ab"),
        ("ab", "cab", "b", "cb"),
        ("", "ab", "ba", "ba"),
        ("ab", "cab", "ba", "bac"),
        ("a", "ab", "ae", "aeb"),
    ],
)
def test_a_merged_list_has_the_order_of_the_file_unless_the_database_has_another(
    base: str, theirs: str, ours: str, merged: str
) -> None:
    assert merge_lists(base, theirs, ours, str) == tuple(merged)


@pytest.mark.django_db
def test_an_editors_change_survives_an_import_of_the_changed_file(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["One"])
    import_()
    item = CuratedItem.objects.get()
    item.title = "An editor's title"
    item.save()
    ItemTopic.objects.create(item=item, topic=make_topic("Mine"), position=9)
    write_file("a.md", body="A new body.", categories=["One", "Two"])
    report = import_()
    assert (report.counts["updated"], report.counts["warnings"]) == (1, 0)
    item.refresh_from_db()
    assert (item.title, item.body, item.body_text) == ("An editor's title", "A new body.", "A new body.")
    assert [row.topic.label for row in item.itemtopic_set.all()] == ["One", "Mine", "Two"]


@pytest.mark.django_db
def test_an_expiry_time_that_passed_does_not_take_back_an_editors_later_one(
    write_file: WriteFile, import_: RunImport
) -> None:
    path = write_file("a.md", expiryDate="2020-01-01")
    import_()
    document = SourceDocument.objects.get()  # as it was read before that time
    document.record["status"] = "published"
    document.save()
    item = CuratedItem.objects.get()
    item.status, item.expires_at = "published", datetime(2100, 1, 1, tzinfo=UTC)
    item.save()
    path.write_text(path.read_text() + "\nMore.\n")
    import_()
    item.refresh_from_db()
    assert (item.status, item.expires_at, item.is_live) == ("published", datetime(2100, 1, 1, tzinfo=UTC), True)
    assert "More." in item.body


@pytest.mark.django_db
def test_a_conflict_keeps_the_editors_value_and_is_reported(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    CuratedItem.objects.update(title="An editor's title")
    write_file("a.md", title="The file's title")
    (line,) = import_().lines("warning")
    assert "title: changed both here and in the file" in line
    assert CuratedItem.objects.get().title == "An editor's title"


@pytest.mark.django_db
def test_a_new_body_changes_an_automatic_summary_and_never_an_editors_own(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", body="A first body.")
    import_()
    assert CuratedItem.objects.values_list("summary", "shown_summary").get() == ("", "A first body.")
    write_file("a.md", body="A second body.")
    import_()
    assert CuratedItem.objects.values_list("summary", "shown_summary").get() == ("", "A second body.")
    item = CuratedItem.objects.get()
    item.summary = "An editor's own words."
    item.save()
    write_file("a.md", body="A third body.")
    report = import_()
    assert (report.counts["updated"], report.counts["conflicted"]) == (1, 0)
    assert CuratedItem.objects.values_list("summary", "body_text").get() == (item.summary, "A third body.")


@pytest.mark.django_db
def test_a_known_file_does_not_bring_back_the_old_name_of_a_topic_and_a_new_one_does(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", title="One", categories=["X: Old"])
    import_()
    Topic.objects.update(label="New", name_key="new")
    write_file("a.md", title="Two", categories=["X: Old"])
    import_()
    assert list(Topic.objects.values_list("label", flat=True)) == ["New"]
    write_file("b.md", title="Three", categories=["X: Old"])
    import_()
    labels = ItemTopic.objects.order_by("item_id").values_list("item__title", "topic__label")
    assert list(labels) == [("Two", "New"), ("Three", "Old")]
