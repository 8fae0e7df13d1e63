"""The heads of pages: title, canonical URL and `<meta>` tags."""

from datetime import UTC, datetime

import pytest

from curation.models import Image
from tests.factories import make_item, make_topic
from tests.views.pages import get

pytestmark = pytest.mark.django_db

SHARE_PICTURE = "http://testserver/static/icons/share.png"


def test_the_head_of_an_item_describes_it() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    item = make_item(
        "A “story” & more",
        slug="story",
        kind="News",
        image_alt="A ward at night",
        summary="What it is about. " * 30,
        image=image,
        published_at=datetime(2024, 2, 28, 12, tzinfo=UTC),
        source_modified_at=datetime(2024, 3, 1, tzinfo=UTC),
    )
    page = get(item.get_absolute_url())
    assert page.one("title").text == "A “story” & more · Medigy"
    assert page.one("link[@rel='canonical']").get("href") == "http://testserver/news/story/"
    assert page.meta("description") == page.meta("og:description")
    assert len(page.meta("description") or "") <= 200
    assert page.meta("og:type") == "article"
    assert page.meta("og:title") == "A “story” & more"
    assert page.meta("og:url") == "http://testserver/news/story/"
    assert page.meta("og:site_name") == "Medigy"
    assert page.meta("og:image") == "http://testserver/media/images/x.png"
    assert (page.meta("og:image:width"), page.meta("og:image:height")) == ("300", "200")
    assert page.meta("og:image:alt") == "A ward at night"
    assert page.meta("article:section") == "News"
    assert page.meta("article:published_time") == "2024-02-28T12:00:00+00:00"
    assert page.meta("article:modified_time") == "2024-03-01T00:00:00+00:00"
    assert page.meta("twitter:card") == "summary_large_image"
    assert page.meta("robots") is None


def test_an_items_own_tags_come_first() -> None:
    meta = {
        "html": {"title": "Other title", "description": "Other words", "robots": "noindex", "keywords": "a, b"},
        "openGraph": {"ogtitle": "For friends", "ogImage": "/media/other.jpg", "ogurl": "https://example.org/1"},
        "twitter": {"twittercard": "player", "twittertitle": "For birds"},
    }
    page = get(make_item("A story", meta=meta).get_absolute_url())
    assert page.one("title").text == "Other title · Medigy"
    assert page.texts("h1") == ["A story"]
    shown = {
        "description": "Other words",
        "robots": "noindex",
        "keywords": "a, b",
        "og:title": "For friends",
        "og:image": "http://testserver/media/other.jpg",
        "og:url": "https://example.org/1",
        "twitter:card": "player",
        "twitter:title": "For birds",
    }
    assert {name: page.meta(name) for name in shown} == shown


@pytest.mark.parametrize(
    "meta", [[], "x", {"html": []}, {"html": {"robots": None, "title": " ", "viewport": "width=1", "x": {}}}]
)
def test_invalid_overrides_change_nothing(meta: object) -> None:
    item = make_item("A story")
    type(item).objects.update(meta=meta)
    page = get(item.get_absolute_url())
    assert page.one("title").text == "A story · Medigy"
    assert page.meta("robots") is None
    assert page.meta("viewport") == "width=device-width, initial-scale=1"


def test_an_override_with_an_invalid_url_changes_nothing() -> None:
    page = get(make_item("A story", meta={"openGraph": {"ogimage": "http://[", "ogurl": "//["}}).get_absolute_url())
    assert page.meta("og:image") == SHARE_PICTURE
    assert page.meta("og:url") == "http://testserver/news/a-story/"


def test_an_overriding_image_has_neither_size_nor_alternative_text() -> None:
    image = Image.objects.create(file="images/x.png", sha256="x", width=300, height=200, format="PNG", size=1)
    item = make_item(image=image, image_alt="A ward", meta={"openGraph": {"ogimage": "/media/other.jpg"}})
    page = get(item.get_absolute_url())
    assert page.meta("twitter:card") == "summary_large_image"
    assert [page.meta(f"og:image:{name}") for name in ("width", "height", "alt")] == [None, None, None]


@pytest.mark.parametrize("path", ["/", "/news/", "/topic/", "/offering/", "/news/a-story/"])
def test_a_page_without_an_image_has_the_default_image(path: str) -> None:
    make_item("A story")
    page = get(path)
    assert page.meta("og:image") == SHARE_PICTURE
    assert (page.meta("og:image:width"), page.meta("og:image:height")) == ("1200", "630")
    assert page.meta("twitter:card") == "summary"


def test_the_head_of_a_list_describes_it() -> None:
    make_item(topics=[make_topic("Care")])
    page = get("/topic/symplur-care/")
    assert page.one("link[@rel='canonical']").get("href") == "http://testserver/topic/symplur-care/"
    assert page.meta("description") == page.meta("og:description") == "News about Care (Symplur)."
    assert page.meta("og:type") == "website"
