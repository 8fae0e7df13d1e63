"""Tags in the form of an item: any characters survive an untouched save."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from curation.admin.items.tags_field import read_tags, write_tags
from curation.items.record import record_of, with_record_relations
from curation.models import CuratedItem, ItemTag
from tests.admin.pages import ADD, edit_page, errors, form_data, submit
from tests.factories import make_item

ODD = [
    'say "ah"',
    '"quoted"',
    "two words",
    "with, comma",
    '"',
    '"a", "b"',
    ' " ',
    ",",
    "a,",
    '"",""',
    "'",
    "  space  around ",
    "<b>",
    "&amp;",
    "医疗、健康",
    "back\\slash",
]


def stored_tags(item: CuratedItem) -> list[str]:
    """Return the stored names of an item's tags, in order."""
    return list(item.itemtag_set.order_by("pk").values_list("tag__name", flat=True))


@given(st.lists(st.text(min_size=1), unique=True).map(lambda names: [name for name in names if name]))
def test_tags_are_read_as_they_were_written(names: list[str]) -> None:
    assert read_tags(write_tags(names)) == names


@given(st.text())
def test_any_text_can_be_read_as_tags(line: str) -> None:
    assert read_tags(write_tags(read_tags(line))) == read_tags(line)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("", []),
        (" , ,", []),
        ("two words", ["two words"]),
        ("two words, one", ["two words", "one"]),
        ('say "ah", one', ['say "ah"', "one"]),
        ('"with, comma", one', ["with, comma", "one"]),
        ('"no end, one', ['"no end', "one"]),
        ('"two" words', ['"two" words']),
        ('"""quoted"""', ['"quoted"']),
        ("one, one", ["one"]),
    ],
)
def test_only_commas_separate_tags(line: str, names: list[str]) -> None:
    assert read_tags(line) == names


@pytest.mark.parametrize("names", [[name] for name in ODD] + [ODD])
def test_saving_an_untouched_form_leaves_the_tags_alone(names: list[str], editor: Client) -> None:
    item = make_item(tags=names)
    relations = list(ItemTag.objects.order_by("pk").values_list("pk", "tag", "tag__name"))
    before = record_of(with_record_relations(CuratedItem.objects).get())
    submit(editor, edit_page(item))
    assert list(ItemTag.objects.order_by("pk").values_list("pk", "tag", "tag__name")) == relations
    assert record_of(with_record_relations(CuratedItem.objects).get()) == before


def test_adding_a_tag_keeps_the_others(editor: Client) -> None:
    item = make_item(tags=ODD)
    had = stored_tags(item)
    shown = form_data(editor.get(edit_page(item)), "curateditem_form")["tags"]
    submit(editor, edit_page(item), tags=f"{shown}, a  new one")
    assert stored_tags(item) == [*had, "a new one"]


def test_removing_a_tag_keeps_the_others(editor: Client) -> None:
    item = make_item(tags=ODD)
    first, *others = stored_tags(item)
    submit(editor, edit_page(item), tags=write_tags(others))
    assert first not in others
    assert stored_tags(item) == others


def test_a_new_tag_with_a_comma_is_refused(editor: Client) -> None:
    assert errors(submit(editor, ADD, title="News", tags='"a, b"')) == [
        "A tag cannot contain a comma; write two tags, or one without it."
    ]


def test_a_form_with_errors_keeps_the_typed_tags(editor: Client) -> None:
    answer = submit(editor, ADD, title="?!", tags='say "ah", "')
    assert form_data(answer, "curateditem_form")["tags"] == 'say "ah", "'
