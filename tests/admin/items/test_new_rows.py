"""Rows that the item form makes in place, from what was typed into a field of chips."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from curation.models import Author, Offering, Publisher, Topic
from tests.admin.conftest import member_of
from tests.admin.pages import ADD, LIST, tree
from tests.factories import make_publisher, make_vocabulary


def make(client: Client, field: str, name: str) -> tuple[int, dict[str, Any]]:
    response = client.post(f"{LIST}make/{field}/", {"name": name})
    return response.status_code, response.json()


@pytest.mark.parametrize(
    ("field", "name", "model", "text"),
    [
        ("publisher", "https://www.example.org/a/story", Publisher, "example.org"),
        ("author", " Ada Lovelace ", Author, "Ada Lovelace"),
        ("offering", "Kestrelby Wayfinder", Offering, "Kestrelby Wayfinder"),
        ("topic", "klas: Patient Flow", Topic, "KLAS: Patient Flow"),
    ],
)
def test_a_row_is_made_of_its_name_and_logged(editor: Client, field: str, name: str, model: Any, text: str) -> None:
    make_vocabulary("KLAS")
    status, answer = make(editor, field, name)
    row = model.objects.get()
    assert (status, answer) == (200, {"id": str(row.pk), "text": text})
    assert LogEntry.objects.get().object_repr == text


@pytest.mark.parametrize(
    ("field", "name", "words"),
    [
        ("publisher", "no domain", "Enter a host name"),
        ("publisher", "known.example.org", "is known already: known.example.org"),
        ("author", "", "required"),
        ("topic", "Patient Flow", "Vocabularies are KLAS"),
        ("topic", "Gartner: Patient Flow", "Vocabularies are KLAS"),
        ("topic", "KLAS:", "required"),
    ],
)
def test_a_refusal_says_why_in_plain_text(editor: Client, field: str, name: str, words: str) -> None:
    make_vocabulary("KLAS")
    make_publisher("known.example.org")
    status, answer = make(editor, field, name)
    assert status == 400
    assert words in answer["error"]
    assert "<" not in answer["error"]


def test_only_named_rows_can_be_made(editor: Client) -> None:
    assert editor.post(f"{LIST}make/image/", {"name": "x"}).status_code == 404


@pytest.mark.django_db
def test_who_may_not_add_a_row_is_neither_offered_it_nor_allowed() -> None:
    client = member_of("Contributor", "cora")
    assert client.post(f"{LIST}make/author/", {"name": "Ada"}).status_code == 403
    assert not Author.objects.exists()
    form = tree(client.get(ADD))
    assert form.findall(".//select[@data-chips-url]")
    assert not form.findall(".//select[@data-make-url]")


def test_the_form_offers_to_make_what_one_may_add(editor: Client) -> None:
    names = {select.get("name") for select in tree(editor.get(ADD)).findall(".//select[@data-make-url]")}
    assert {"publisher", "itemtopic_set-0-topic", "itemoffering_set-0-offering", "itemauthor_set-0-author"} <= names
    assert "image" not in names
