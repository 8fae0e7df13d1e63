"""The endpoint of fields that choose a row by typing: the best rows first, with what an editor tells them apart by."""

from typing import Any

import pytest
from django.test import Client

from curation.models import CuratedItem
from tests.factories import make_author, make_item, make_publisher, make_topic

from .conftest import member_of
from .pages import edit_page, query_count, submit

URL = "/admin/autocomplete/"
TOPICS = {"app_label": "curation", "model_name": "itemtopic", "field_name": "topic"}
PUBLISHERS = {"app_label": "curation", "model_name": "curateditem", "field_name": "publisher"}


def found(client: Client, names: dict[str, str], **query: str) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = client.get(URL, {**names, **query}).json()["results"]
    return results


def texts(client: Client, names: dict[str, str], **query: str) -> list[str]:
    return [row["text"] for row in found(client, names, **query)]


def test_the_word_being_typed_finds_the_name_that_it_completes_first(editor: Client) -> None:
    for label, vocabulary in (
        ("Nursing Supply", "KLAS"),
        ("Home Nursing", "KLAS"),
        ("Nursing", "Symplur"),
        ("Anurse", "KLAS"),
    ):
        make_topic(label, vocabulary)
    assert texts(editor, TOPICS, term="nurs") == [
        "Symplur: Nursing",
        "KLAS: Nursing Supply",
        "KLAS: Home Nursing",
        "KLAS: Anurse",
    ]


@pytest.mark.parametrize("term", ["ai", "AI", " Ai "])
def test_the_name_itself_comes_before_names_that_more_items_have(editor: Client, term: str) -> None:
    make_topic("AI")
    common = make_topic("AIDS")
    make_item(topics=[common])
    assert texts(editor, TOPICS, term=term)[0] == "Symplur: AI"


def test_of_equally_good_names_the_one_that_more_items_have_comes_first(editor: Client) -> None:
    rare, common = make_topic("Robots"), make_topic("Robotics")
    make_item(topics=[common])
    make_item(topics=[common, rare])
    rows = found(editor, TOPICS, term="rob")
    assert [(row["text"], row["count"]) for row in rows] == [("Symplur: Robotics", 2), ("Symplur: Robots", 1)]


def test_a_topic_is_found_as_front_matter_writes_it(editor: Client) -> None:
    make_topic("Nursing", "KLAS")
    make_topic("Nursing", "Symplur")
    assert texts(editor, TOPICS, term="Symplur: Nursing") == ["Symplur: Nursing"]


def test_a_publisher_of_another_name_tells_its_domain(editor: Client) -> None:
    make_publisher("example.org", name="Example News")
    make_publisher("bare.example.org", name="bare.example.org")
    rows = found(editor, PUBLISHERS, term="example.org")
    assert {row["text"]: row.get("hint") for row in rows} == {"Example News": "example.org", "bare.example.org": None}


def test_an_empty_field_offers_first_what_the_user_gave_to_items_last(editor: Client) -> None:
    ben = member_of("Editor", "ben")
    topics = [make_topic(label) for label in ("A", "B", "C")]
    for client, topic in ((editor, topics[1]), (ben, topics[0]), (editor, topics[2])):
        submit(client, edit_page(make_item()), **{"itemtopic_set-0-topic": topic.pk})
    rows = found(editor, TOPICS, term="", recent="1")
    assert [(row["text"], row.get("is_recent", False)) for row in rows] == [
        ("Symplur: C", True),
        ("Symplur: B", True),
        ("Symplur: A", False),
    ]
    assert texts(editor, TOPICS, term="") == ["Symplur: A", "Symplur: B", "Symplur: C"]


@pytest.mark.parametrize(
    ("model", "field"), [("itemtag", "tag"), ("curateditem", "publisher"), ("itemauthor", "author")]
)
def test_recent_rows_of_every_relation_are_known(editor: Client, model: str, field: str) -> None:
    names = {"app_label": "curation", "model_name": model, "field_name": field}
    publisher = make_publisher("example.org")
    submit(editor, edit_page(make_item(authors=[make_author()])), tags="one", publisher=publisher.pk)
    assert [row.get("is_recent") for row in found(editor, names, recent="1")] == [True]


@pytest.mark.parametrize("query", [{"term": "v"}, {"recent": "1"}])
def test_an_answer_costs_the_same_queries_for_any_number_of_rows_and_saves(
    editor: Client, query: dict[str, str]
) -> None:
    counts = []
    for size in range(2):
        for number in range(3):
            topic = make_topic(f"V{size}{number}")
            submit(editor, edit_page(make_item()), **{"itemtopic_set-0-topic": topic.pk})
        counts.append(query_count(editor, URL, {**TOPICS, **query}))
    assert counts[0] == counts[1]
    assert CuratedItem.objects.count() == 6
