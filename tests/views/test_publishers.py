"""A publisher and an author."""

import pytest

from tests.factories import make_author, make_item, make_publisher

from .pages import get

pytestmark = pytest.mark.django_db


def test_a_publishers_page_lists_what_it_published() -> None:
    make_item("In", publisher=make_publisher("paper.example.org", name="The Paper"))
    make_item("Out", publisher=make_publisher())
    page = get("/publisher/paper.example.org/")
    assert page.texts("h1") == ["The Paper"]
    assert page.titles == ["In"]
    assert page.link("paper.example.org") == "https://paper.example.org/"
    assert page.link("Filter these items") == "/news/?publisher=paper.example.org"


def test_an_authors_page_lists_what_they_wrote_alone_or_with_others() -> None:
    ann = make_author("Ann", bio="Writes on wards.", url="https://www.ann.example.net/me")
    make_item("Alone", authors=[ann])
    make_item("Together", authors=[make_author("Bob"), ann])
    make_item("Other", authors=[make_author("Eve")])
    page = get("/author/ann/")
    assert page.texts("h1") == ["Ann"]
    assert "Writes on wards." in page.text
    assert page.titles == ["Together", "Alone"]
    assert page.link("ann.example.net") == "https://www.ann.example.net/me"
    assert page.link("Filter these items") == "/news/?author=ann"
