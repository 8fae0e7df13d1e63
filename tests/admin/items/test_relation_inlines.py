"""Topics, offerings and authors of an item, in their order."""

from typing import Any

import pytest
from django.test import Client

from curation.items import relations
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic
from tests.admin.images import make_image
from tests.admin.pages import ADD, edit_page, errors, form_data, query_count, submit
from tests.factories import make_author, make_item, make_offering, make_topic


def topics_of(item: CuratedItem) -> list[str]:
    return [relation.topic.label for relation in ItemTopic.objects.filter(item=item)]


def set_positions(client: Client, item: CuratedItem, *positions: int) -> None:
    submit(client, edit_page(item), **{f"itemtopic_set-{row}-position": at for row, at in enumerate(positions)})


def test_rows_are_kept_in_the_order_of_their_positions(editor: Client) -> None:
    item = make_item(topics=[make_topic("A"), make_topic("B"), make_topic("C")])
    set_positions(editor, item, 2, 0, 1)
    assert topics_of(item) == ["B", "C", "A"]


def test_a_new_row_comes_last_and_has_the_listing_time_of_its_item(editor: Client) -> None:
    item = make_item(topics=[make_topic("A"), make_topic("B")])
    set_positions(editor, item, 0, 7)
    added = make_topic("C")
    submit(editor, edit_page(item), **{"itemtopic_set-2-topic": added.pk})
    relation = ItemTopic.objects.get(topic=added)
    assert (relation.position, relation.listed_at) == (2, item.published_at)
    assert topics_of(item) == ["A", "B", "C"]


def test_an_empty_row_that_was_moved_is_still_empty(editor: Client) -> None:
    item = make_item(topics=[make_topic("A")])
    response = submit(editor, edit_page(item), **{"itemtopic_set-0-position": 1, "itemtopic_set-1-position": 0})
    assert errors(response) == []
    assert topics_of(item) == ["A"]


def test_a_row_is_removed(editor: Client) -> None:
    item = make_item(topics=[make_topic("A"), make_topic("B")])
    submit(editor, edit_page(item), **{"itemtopic_set-0-DELETE": "on"})
    assert topics_of(item) == ["B"]


def test_the_same_topic_twice_is_refused(editor: Client) -> None:
    topic = make_topic("A")
    item = make_item(topics=[topic])
    assert errors(submit(editor, edit_page(item), **{"itemtopic_set-1-topic": topic.pk}))
    assert topics_of(item) == ["A"]


@pytest.mark.parametrize("successor", [0, 1, 2])
def test_another_offering_becomes_the_primary_one(editor: Client, successor: int) -> None:
    item = make_item(offerings=[make_offering("A"), make_offering("B"), make_offering("C")])
    marks = {f"itemoffering_set-{row}-is_primary": "on" for row in range(3) if row == successor}
    unmarked = tuple({"itemoffering_set-0-is_primary"} - marks.keys())
    submit(editor, edit_page(item), without=unmarked, **marks)
    primary = ItemOffering.objects.get(item=item, is_primary=True)
    assert primary.offering.name == "ABC"[successor]


def test_a_new_offering_can_be_the_primary_one(editor: Client) -> None:
    item, added = make_item(offerings=[make_offering("A")]), make_offering("B")
    new_row = {"itemoffering_set-1-offering": added.pk, "itemoffering_set-1-is_primary": "on"}
    submit(editor, edit_page(item), without=("itemoffering_set-0-is_primary",), **new_row)
    assert ItemOffering.objects.get(item=item, is_primary=True).offering == added


def test_two_primary_offerings_are_refused(editor: Client) -> None:
    item = make_item(offerings=[make_offering(), make_offering()])
    response = submit(editor, edit_page(item), **{"itemoffering_set-1-is_primary": "on"})
    assert errors(response) == ["An item is about one offering at most: mark one row."]


def test_a_new_item_takes_its_relations_along(editor: Client) -> None:
    row: dict[str, Any] = {
        "itemtopic_set-0-topic": make_topic("A").pk,
        "itemauthor_set-0-author": make_author("Ann").pk,
    }
    submit(editor, ADD, title="News", **row)
    item = CuratedItem.objects.get()
    assert topics_of(item) == ["A"]
    assert [author.name for author in item.authors.all()] == ["Ann"]


def test_an_items_page_costs_the_same_queries_for_any_number_of_relations(editor: Client) -> None:
    item, counts = make_item(image=make_image()), []
    for _ in range(2):
        for _ in range(4):
            number = ItemTopic.objects.count()
            ItemTopic.objects.create(item=item, topic=make_topic(vocabulary=f"V{number}"), position=number)
            item.itemoffering_set.create(offering=make_offering(), position=number)
            item.itemauthor_set.create(author=make_author(), position=number)
            item.aliases.create(path=f"/old/{number}")
        assert editor.get(edit_page(item)).content.count(b"selected>V") == ItemTopic.objects.count()
        counts.append(query_count(editor, edit_page(item)))
    assert counts[0] == counts[1] <= 24


def test_rows_have_number_inputs_for_browsers_without_script(editor: Client) -> None:
    page = editor.get(edit_page(make_item(topics=[make_topic(), make_topic()])))
    data = form_data(page, "curateditem_form")
    assert [data[f"itemtopic_set-{row}-position"] for row in range(3)] == ["0", "1", "2"]


def test_the_form_of_an_item_writes_through_the_writer(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relations, "set_relations", lambda *_args, **_kwargs: None)
    rows = {"itemtopic_set-0-topic": make_topic().pk, "itemauthor_set-0-author": make_author().pk}
    submit(editor, ADD, title="News", tags="a, b", **rows, **{"itemoffering_set-0-offering": make_offering().pk})
    assert [table.objects.count() for table in (ItemTopic, ItemAuthor, ItemOffering, ItemTag)] == [0, 0, 0, 0]


def test_the_form_of_an_item_removes_through_the_writer(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    item = make_item(topics=[make_topic("A")], tags=["a"])
    monkeypatch.setattr(relations, "set_relations", lambda *_args, **_kwargs: None)
    submit(editor, edit_page(item), tags="", **{"itemtopic_set-0-DELETE": "on"})
    assert (topics_of(item), [tag.name for tag in item.tags.all()]) == (["A"], ["a"])
