"""The grid in which an image is chosen."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.admin.images import choosing
from tests.factories import make_item

from .images import make_image
from .pages import links, text, tree

PICKER = "/admin/curation/image/picker/"


def offered(client: Client, **query: str) -> list[str]:
    """Return the names of the images that can be chosen, in order."""
    buttons = tree(client.get(PICKER, query)).iter("button")
    return [button.get("data-name", "") for button in buttons if button.get("data-image")]


def test_the_images_of_the_newest_items_come_first_and_then_all(editor: Client) -> None:
    old, new, unused = make_image("old.png"), make_image("new.png"), make_image("unused.png")
    for image in (new, old, None, new):
        make_item(image=image)
    assert offered(editor) == ["new.png", "old.png", "unused.png", "new.png", "old.png"]
    assert unused.pk


def test_a_search_shows_what_it_finds_alone(editor: Client) -> None:
    image = make_image("ward.png")
    make_item(image=make_image("other.png"), image_alt="A bed in a ward")
    make_item(image=image)
    assert offered(editor, q="ward") == ["other.png", "ward.png"]
    assert "No image has “moon” in its name or text." in text(tree(editor.get(PICKER, {"q": "moon"})))


def test_pages_keep_the_words_of_the_search(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "PAGE_SIZE", 1)
    for name in ("a b.png", "a c.png"):
        make_image(name)
    assert f"{PICKER}?q=a&page=2" in links(editor.get(PICKER, {"q": "a"}))
    assert offered(editor, q="a", page="2") == ["a b.png"]
    assert offered(editor, q="a", page="x") == ["a c.png"]


def test_the_grid_of_choices_costs_the_same_queries_for_any_number_of_images(editor: Client) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            make_item(image=make_image())
        editor.get(PICKER)
        with CaptureQueriesContext(connection) as queries:
            editor.get(PICKER)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
