"""Tags in the form of an item: whatever they contain, an unchanged save changes nothing."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from curation.admin.tags import read_tags, write_tags
from curation.models import CuratedItem, ItemTag
from curation.snapshot import snapshot, with_relations
from tests.factories import make_item

from .pages import ADD, LIST, edit_page, errors, form_data, submit

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
    """Return an item's tags in their order, as they are stored: two of one name are one."""
    return list(item.itemtag_set.order_by("pk").values_list("tag__name", flat=True))


@given(st.lists(st.text(min_size=1), unique=True).map(lambda names: [name for name in names if name]))
def test_what_is_written_is_read_as_it_was(names: list[str]) -> None:
    assert read_tags(write_tags(names)) == names


@given(st.text())
def test_any_text_is_read(line: str) -> None:
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
def test_commas_alone_stand_between_tags(line: str, names: list[str]) -> None:
    assert read_tags(line) == names


@pytest.mark.parametrize("names", [[name] for name in ODD] + [ODD])
def test_saving_an_untouched_form_leaves_the_tags_alone(names: list[str], editor: Client) -> None:
    item = make_item(tags=names)
    relations = list(ItemTag.objects.order_by("pk").values_list("pk", "tag", "tag__name"))
    before = snapshot(with_relations(CuratedItem.objects).get())
    submit(editor, edit_page(item))
    assert list(ItemTag.objects.order_by("pk").values_list("pk", "tag", "tag__name")) == relations
    assert snapshot(with_relations(CuratedItem.objects).get()) == before


def test_a_tag_that_is_added_leaves_the_others_as_they_are(editor: Client) -> None:
    item = make_item(tags=ODD)
    had = stored_tags(item)
    shown = form_data(editor.get(edit_page(item)), "curateditem_form")["tags"]
    submit(editor, edit_page(item), tags=f"{shown}, a  new one")
    assert stored_tags(item) == [*had, "a new one"]


def test_a_tag_that_is_taken_out_goes_alone(editor: Client) -> None:
    item = make_item(tags=ODD)
    first, *others = stored_tags(item)
    submit(editor, edit_page(item), tags=write_tags(others))
    assert first not in others
    assert stored_tags(item) == others


def test_a_new_tag_with_a_comma_is_refused(editor: Client) -> None:
    assert errors(submit(editor, ADD, title="News", tags='"a, b"')) == [
        "A tag holds no comma; write two tags, or one without it."
    ]


def test_what_was_typed_stands_in_the_form_that_comes_back(editor: Client) -> None:
    answer = submit(editor, ADD, title="", tags='say "ah", "')
    assert form_data(answer, "curateditem_form")["tags"] == 'say "ah", "'


def test_suggested_tags_can_be_taken_as_they_are(editor: Client) -> None:
    make_item(tags=['"quoted"', "two words"])
    values = [editor.get(f"{LIST}suggest/tags/", {"q": start}).json()["values"] for start in ('"', "two")]
    assert [read_tags(line) for (line,) in values] == [['"quoted"'], ["two words"]]
