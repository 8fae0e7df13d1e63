"""“Find anything”: rows by the searches of their lists, and pages and commands by name, of those one may open."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import LIST, edit_page, query_count, text, tree

FIND = "/admin/find/"


def found(client: Client, words: str) -> dict[str, list[str]]:
    """Return the names that are found, by the heading of their group."""
    page = tree(client.get(FIND, {"q": words}))
    groups = page.findall(".//div[@id='found']/section")
    return {
        text(group.find("h2")): [text(name) for name in group.iter("span") if name.get("class") == "found-name"]
        for group in groups
    }


def make_one_of_each(word: str) -> None:
    make_item(f"{word} at home")
    make_topic(f"{word} topic")
    make_offering(f"{word} watch")
    make_publisher(f"{word.lower()}.example.org", name=f"{word} news")
    make_author(f"{word} Lovelace")


def test_everything_with_a_word_is_found_by_kind(editor: Client) -> None:
    make_one_of_each("Zebra")
    make_item("Other")
    assert {kind: len(names) for kind, names in found(editor, "zebra").items()} == dict.fromkeys(
        ("Items", "Topics", "Offerings", "Publishers", "Authors"), 1
    )


def test_drafts_are_found_with_their_state(editor: Client) -> None:
    item = make_item("A draft about zebras", status="draft", published_at=None)
    page = tree(editor.get(FIND, {"q": "zebras"}))
    link = next(link for link in page.iter("a") if link.get("href") == edit_page(item))
    assert text(link) == "A draft about zebras Draft"


def test_pages_and_commands_are_found_by_the_beginnings_of_their_words(editor: Client, clerk: Client) -> None:
    assert found(editor, "new to") == {"Pages and commands": ["New topic"]}
    assert found(editor, "imp mark") == {"Pages and commands": ["Import Markdown"]}
    assert {"Today", "Items", "Redirects", "New item"} <= {*found(editor, "")["Pages and commands"]}
    assert found(clerk, "new") == {}


def test_nothing_that_one_may_not_open_is_found(clerk: Client, viewer: Client) -> None:
    make_one_of_each("Zebra")
    assert found(clerk, "zebra") == {}
    assert len(found(viewer, "zebra")) == 5
    assert "New item" not in found(viewer, "")["Pages and commands"]


def test_many_rows_end_in_a_link_to_their_list(editor: Client) -> None:
    for number in range(10):
        make_item(f"Zebra {number}")
    names = found(editor, "zebra")["Items"]
    assert len(names) == 9
    assert names[-1] == "All items with “zebra”"
    page = tree(editor.get(FIND, {"q": "zebra"}))
    assert f"{LIST}?q=zebra" in [link.get("href") for link in page.iter("a")]


@pytest.mark.parametrize("words", ["\x00", "x" * 5000, "%", "' OR 1=1", "<script>"])
def test_any_text_is_answered(editor: Client, words: str) -> None:
    assert editor.get(FIND, {"q": words}).status_code == 200


def test_a_search_costs_as_many_queries_however_much_is_found(editor: Client) -> None:
    make_one_of_each("Zebra")
    once = query_count(editor, FIND, {"q": "zebra"})
    for number in range(3):
        make_item(f"Zebra again {number}")
        make_topic(f"Zebra {number}")
    assert query_count(editor, FIND, {"q": "zebra"}) == once
    with CaptureQueriesContext(connection) as queries:
        editor.get(FIND)
    assert len(queries) <= once
