"""Topics, offerings and authors of an item that are typed by name, as without script."""

from collections.abc import Sequence
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.admin.items.named_rows import rows_named
from curation.models import Author, CuratedItem, ItemOffering, Offering, Topic
from tests.admin.pages import ADD, edit_page, errors, form_data, submit, tree
from tests.factories import make_author, make_item, make_offering, make_topic

pytestmark = pytest.mark.django_db


def test_a_name_in_any_spelling_a_slug_and_a_vocabulary_with_a_label_name_a_row() -> None:
    nursing, other, staffing = make_topic("Nursing"), make_topic("Staffing", "KLAS"), make_topic("Staffing")
    assert rows_named(Topic, ["NURSING", "symplur: nursing", "KLAS: Staffing"]) == [nursing, other]
    assert rows_named(Topic, ["symplur-staffing"]) == [staffing]
    hinge, author = make_offering("Hinge Health"), make_author("Ann O’Neil")
    assert rows_named(Offering, ["hinge  health", "hinge-health"]) == [hinge]
    assert rows_named(Author, ["ann o’neil"]) == [author]
    assert rows_named(Author, []) == []


def test_the_successor_of_a_retired_topic_is_taken() -> None:
    old, new = make_topic("Old"), make_topic("New")
    Topic.objects.filter(pk=old.pk).update(retired_at=timezone.now(), successor=new)
    assert rows_named(Topic, ["Old"]) == [new]
    Topic.objects.filter(pk=old.pk).update(successor=None)
    with pytest.raises(ValidationError, match="“Old” is retired: choose another topic"):
        rows_named(Topic, ["Old"])
    old.refresh_from_db()
    assert rows_named(Topic, ["Old"], takes_retired=True) == [old]


def test_a_label_with_a_colon_is_not_taken_for_a_vocabulary_with_a_label() -> None:
    staffing, with_colon = make_topic("Staffing", "KLAS"), make_topic("KLAS: Staffing")
    assert rows_named(Topic, ["KLAS: Staffing", "Symplur: KLAS: Staffing"]) == [staffing, with_colon]


@pytest.mark.parametrize(
    ("model", "names", "expected"),
    [
        (
            Topic,
            ["A", "B: C", "Twice"],
            ["There is no topic “A”.", "There is no topic “B: C”.", "write “KLAS: Twice” or “Symplur: Twice”"],
        ),
        (
            Offering,
            ["A", "Twice"],
            ["There is no offering “A”.", "is the name of several offerings: write “one” or “two”."],
        ),
        (Author, ["A"], ["There is no author “A”."]),
    ],
)
def test_all_names_that_mean_no_row_or_several_are_told(
    model: type[models.Model], names: Sequence[str], expected: Sequence[str]
) -> None:
    make_topic("Twice"), make_topic("Twice", "KLAS")
    make_offering("Twice", slug="one"), make_offering("Twice", slug="two")
    with pytest.raises(ValidationError) as refusal:
        rows_named(model, names)
    for message, part in zip(refusal.value.messages, expected, strict=True):
        assert part in message


def test_names_take_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_topic("A"), make_topic("B")
    with django_assert_num_queries(1):
        rows_named(Topic, ["A", "B", "Symplur: A"])


# In the form of an item


def named(**names: str) -> dict[str, Any]:
    return {f"item{relation}_set-names": line for relation, line in names.items()}


def related(item: CuratedItem) -> list[list[str]]:
    rows = (item.itemtopic_set.all(), item.itemoffering_set.all(), item.itemauthor_set.all())
    return [[str(getattr(row, row._meta.model_name.removeprefix("item"))) for row in some] for some in rows]


def test_rows_typed_by_name_come_after_those_of_the_form(editor: Client) -> None:
    for name in ("A", "B", "C, D"):
        make_topic(name), make_offering(name), make_author(name)
    submit(editor, ADD, title="News", **named(topic='b, "Symplur: C, D"', offering="A", author="B, A, b"))
    item = CuratedItem.objects.get()
    assert related(item) == [["Symplur: B", "Symplur: C, D"], ["A"], ["B", "A"]]
    submit(editor, edit_page(item), **named(topic="A, B", offering="B", author=" "))
    assert related(item) == [["Symplur: B", "Symplur: C, D", "Symplur: A"], ["A", "B"], ["B", "A"]]
    assert not ItemOffering.objects.filter(is_primary=True).exists()
    assert {*item.revisions.latest("pk").changes} == {"topics", "offerings"}


def test_unknown_names_are_told_and_kept_in_the_field(editor: Client) -> None:
    item, topic = make_item(), make_topic("A")
    response = submit(editor, edit_page(item), **named(topic="A, Nothing", author="Nobody"))
    assert errors(response) == ["There is no topic “Nothing”.", "There is no author “Nobody”."]
    assert related(item) == [[], [], []]
    data = form_data(response, "curateditem_form")
    assert (data["itemtopic_set-names"], data["itemauthor_set-names"]) == ("A, Nothing", "Nobody")
    submit(editor, edit_page(item), **named(topic="A"))
    assert related(item)[0] == [str(topic)]


@pytest.mark.parametrize(("key", "make"), [("topic", make_topic), ("offering", make_offering), ("author", make_author)])
def test_an_invalid_position_is_told(editor: Client, key: str, make: Any) -> None:
    row = {f"item{key}_set-0-{key}": make("A").pk, f"item{key}_set-0-position": "x"}
    assert errors(submit(editor, edit_page(make_item()), **row)) == ["Enter a whole number."]


def test_the_fields_are_there_without_script_alone_and_have_labels(editor: Client) -> None:
    page = tree(editor.get(edit_page(make_item())))
    inputs = [field for part in page.iter("noscript") for field in part.iter("input")]
    assert [field.get("name") for field in inputs] == [
        f"item{relation}_set-names" for relation in ("topic", "offering", "author")
    ]
    labels = {label.get("for"): label.text for label in page.iter("label")}
    assert [labels[field.get("id")] for field in inputs] == [
        f"Add {rows} by name" for rows in ("topics", "related offerings", "authors")
    ]
