"""The structured data of pages (JSON-LD)."""

from datetime import UTC, datetime

import pytest

from curation.models import CuratedItem, Image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.views.pages import get

pytestmark = pytest.mark.django_db

HERE = "http://testserver"
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "a\u2028b\u2029c",
    'quotes " and \\ and \\u003C',
    "&lt;/script&gt; & ]]>",
    "😀 ünïcode",
]


def test_an_item_is_an_article_based_on_its_source() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    item = make_item(
        "A story",
        summary="What it is about.",
        kind="News",
        image=image,
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart")],
        authors=[make_author("Ann")],
        tags=["shared"],
        publisher=make_publisher("example.org", name="The Paper"),
        source_url="https://example.org/a?b=1&c=2",
        published_at=datetime(2024, 2, 28, 12, tzinfo=UTC),
    )
    article = get(item.get_absolute_url()).data("NewsArticle")
    assert article["headline"] == "A story"
    assert article["url"] == article["mainEntityOfPage"] == f"{HERE}/news/a-story/"
    assert article["datePublished"] == "2024-02-28T12:00:00+00:00"
    assert "dateModified" not in article, "it has not changed since, whenever it was imported"
    assert article["isBasedOn"] == {
        "@type": "CreativeWork",
        "url": "https://example.org/a?b=1&c=2",
        "publisher": {"@type": "Organization", "name": "The Paper", "url": "https://example.org/"},
    }
    assert article["image"]["url"] == f"{HERE}/media/images/x.png"
    assert article["author"] == [{"@type": "Person", "name": "Ann", "url": f"{HERE}/author/ann/"}]
    assert article["about"] == [{"@type": "Thing", "name": "Care", "url": f"{HERE}/topic/symplur-care/"}]
    assert article["mentions"] == [{"@type": "Thing", "name": "Chart", "url": f"{HERE}/offering/chart/"}]
    assert article["keywords"] == ["shared"]


def test_the_articles_publisher_is_this_site() -> None:
    page = get(make_item().get_absolute_url())
    organization = page.data("Organization")
    assert page.data("NewsArticle")["publisher"] == {"@id": organization["@id"]}
    assert (organization["name"], organization["url"]) == ("Medigy", f"{HERE}/")
    assert organization["logo"]["url"] == f"{HERE}/static/icons/icon-512.png"


def test_an_item_without_source_and_relations_has_no_properties_for_them() -> None:
    item = make_item("A story", source_url="", body="")
    absent = {"isBasedOn", "image", "author", "about", "mentions", "keywords", "description", "articleSection"}
    assert absent & get(item.get_absolute_url()).data("NewsArticle").keys() == set()


def test_an_items_trail_ends_with_the_item_and_has_no_steps_without_a_page() -> None:
    steps = [{"label": "Home", "path": "/"}, {"label": "Nowhere", "path": ""}]
    trail = get(make_item("A story", breadcrumbs=steps).get_absolute_url()).data("BreadcrumbList")["itemListElement"]
    assert [(step["position"], step["name"], step["item"]) for step in trail] == [
        (1, "Home", f"{HERE}/"),
        (2, "A story", f"{HERE}/news/a-story/"),
    ]


def test_a_list_has_its_rows_in_order() -> None:
    make_item("Older"), make_item("Newer")
    page = get("/news/").data("CollectionPage")
    assert (page["name"], page["url"]) == ("News", f"{HERE}/news/")
    listed = [(row["position"], row["name"], row["url"]) for row in page["mainEntity"]["itemListElement"]]
    assert listed == [(1, "Newer", f"{HERE}/news/newer/"), (2, "Older", f"{HERE}/news/older/")]


def test_an_empty_list_has_no_rows() -> None:
    assert "mainEntity" not in get("/news/").data("CollectionPage")


@pytest.mark.parametrize("words", HOSTILE)
def test_no_text_can_end_the_script_element(words: str) -> None:
    item = make_item("A story", topics=[make_topic("Care")])
    CuratedItem.objects.update(title=words, shown_summary=words)
    line = " ".join(words.split())  # titles are
    page = get(item.get_absolute_url())
    assert page.data("NewsArticle")["headline"] == line
    assert page.data("NewsArticle")["description"] == words
    assert get("/topic/symplur-care/").data("CollectionPage")["mainEntity"]["itemListElement"][0]["name"] == line
    (script,) = [script for script in page.all("script") if script.get("type") == "application/ld+json"]
    assert set("<>&\u2028\u2029") & set(script.text or "") == set()
