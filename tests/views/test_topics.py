"""The topics by vocabulary, and a topic."""

import pytest

from curation.models import CuratedItem, Vocabulary
from tests.factories import make_item, make_topic

from .pages import get

pytestmark = pytest.mark.django_db


def test_topics_come_by_vocabulary_with_the_number_of_their_published_items() -> None:
    zebra, ant, bed = make_topic("Zebra", "Symplur"), make_topic("Ant", "Symplur"), make_topic("Bed", "KLAS")
    make_topic("Unused", "Gartner")
    make_item(topics=[zebra, bed])
    make_item(topics=[zebra])
    make_item(topics=[ant])
    make_item(topics=[ant, bed], status=CuratedItem.Status.DRAFT)
    page = get("/topic/")
    assert page.texts("section/h2") == ["KLAS", "Symplur"]
    assert page.texts("section/ul/li") == ["Bed 1 item", "Ant 1 item", "Zebra 2 items"]
    assert page.link("KLAS") == "/vocabulary/klas/"
    assert page.link("Zebra") == "/topic/symplur-zebra/"


def test_a_vocabulary_says_whose_it_is() -> None:
    make_item(topics=[make_topic("Care")])
    Vocabulary.objects.update(description="Hashtags of healthcare.")
    assert "Hashtags of healthcare." in get("/topic/").text


def test_a_topics_page_says_what_it_is_and_lists_its_items() -> None:
    topic = make_topic("Care")
    topic.description = "Looking after people."
    topic.save()
    make_item("In", topics=[make_topic("First"), topic])
    make_item("Out", topics=[make_topic("Other")])
    page = get("/topic/symplur-care/")
    assert page.texts("h1") == ["Care"]
    assert "Looking after people." in page.text
    assert page.titles == ["In"]
    assert page.link("Symplur") == "/vocabulary/symplur/"
    assert page.link("Filter these items") == "/news/?topic=symplur-care"


def test_topics_of_one_label_have_titles_of_their_own() -> None:
    make_item(topics=[make_topic("AI", "Symplur"), make_topic("AI", "KLAS")])
    titles = {get(path).one("title").text for path in ("/topic/symplur-ai/", "/topic/klas-ai/")}
    assert titles == {"AI (Symplur) · Medigy", "AI (KLAS) · Medigy"}
