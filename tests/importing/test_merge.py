"""An editor's change and a file's, of one item: neither is lost."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter.records import ItemRecord, OfferingRef
from curation.importing.merge import merge, merge_lists
from curation.models import CuratedItem, ItemTopic, SourceDocument
from tests.factories import make_topic

from .conftest import RunImport, WriteFile

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


def test_what_only_one_side_changed_is_taken() -> None:
    result = merge(BASE, changed(title="Theirs"), changed(summary="Ours"))
    assert (result.record.title, result.record.summary, result.conflicts) == ("Theirs", "Ours", ())


def test_what_both_changed_stays_as_the_editor_wrote_it_and_is_a_conflict() -> None:
    result = merge(BASE, changed(title="Theirs"), changed(title="Ours"))
    assert (result.record.title, [conflict.field for conflict in result.conflicts]) == ("Ours", ["title"])


def test_the_same_change_on_both_sides_is_no_conflict() -> None:
    assert merge(BASE, changed(title="New"), changed(title="New")).conflicts == ()


def test_the_primary_offering_merges_apart_from_the_list() -> None:
    one, two = OfferingRef("One", "one", "1", is_primary=True), OfferingRef("Two", "two", "2")
    theirs = (replace(one, is_primary=False), replace(two, is_primary=True))
    result = merge(changed(offerings=(one, two)), changed(offerings=theirs), changed(offerings=(one, two)))
    assert [offering.is_primary for offering in result.record.offerings] == [False, True]


def test_an_offering_that_got_another_address_here_is_still_the_one_of_its_number() -> None:
    one, moved = OfferingRef("One", "one", "1"), OfferingRef("One", "moved", "1")
    base, theirs, ours = changed(offerings=(one,)), changed(offerings=(one,), title="New"), changed(offerings=(moved,))
    assert merge(base, theirs, ours).record.offerings == (moved,)
    assert merge(base, changed(title="New"), ours).record.offerings == ()


@given(*[st.lists(st.sampled_from("abcdef"), unique=True)] * 3)
def test_a_merged_list_holds_what_each_side_added_and_not_what_one_took_away(
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
def test_a_merged_list_is_in_the_order_of_the_file_unless_the_database_has_another(
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
def test_a_conflict_keeps_the_editors_words_and_is_reported(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    CuratedItem.objects.update(title="An editor's title")
    write_file("a.md", title="The file's title")
    (line,) = import_().lines("warning")
    assert "title: changed both here and in the file" in line
    assert CuratedItem.objects.get().title == "An editor's title"
