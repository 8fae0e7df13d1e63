"""Addresses in any script: pages, feeds, sitemaps, the API and redirects lead to them."""

from urllib.parse import quote

import pytest
from django.test import Client

from curation.models import Alias, CuratedItem, ItemTag, Tag
from tests.factories import make_author, make_item, make_offering, make_topic

pytestmark = pytest.mark.django_db

NAMES = ("医疗-新闻", "مستشفى", "โรงพยาบาล", "हिन्दी")


@pytest.fixture(params=NAMES)
def item(request: pytest.FixtureRequest) -> CuratedItem:
    """An item that is filed under one of each kind, all called by one name."""
    name: str = request.param
    topic, offering, author = make_topic("T", "V"), make_offering("O"), make_author("A")
    for row in (topic, offering, author, topic.vocabulary):
        row.slug = name
        row.save()
    item = make_item("An item", slug=name, topics=[topic], offerings=[offering], authors=[author])
    ItemTag.objects.create(content_object=item, tag=Tag.objects.create(name="G", slug=name))
    return item


def test_every_page_and_feed_is_there(client: Client, item: CuratedItem) -> None:
    kinds = ("news", "topic", "offering", "author", "vocabulary", "tag")
    for kind in kinds:
        address = f"/{kind}/{quote(item.slug)}/"
        response = client.get(address)
        assert response.status_code == 200, address
        assert f'<link rel="canonical" href="http://testserver{address}">' in response.content.decode()
        if kind != "news":
            assert client.get(f"{address}feed.atom").status_code == 200, address
    assert item.get_absolute_url() == f"/news/{quote(item.slug)}/"


def test_lists_that_programs_read_say_whole_addresses(client: Client, item: CuratedItem) -> None:
    address = f"http://testserver/news/{quote(item.slug)}/"
    index = client.get("/sitemap.xml").content.decode()
    assert "sitemap-items-1.xml" in index
    for place in ("/sitemap-items-1.xml", "/news/feed.atom", "/news/feed.rss", "/news/feed.json", "/api/v1/items"):
        assert address in client.get(place).getvalue().decode(), place
    topic = client.get(f"/api/v1/topics/{quote(item.slug)}")
    assert topic.json()["url"] == f"http://testserver/topic/{quote(item.slug)}/"


def test_an_old_address_in_another_script_leads_on(client: Client, item: CuratedItem) -> None:
    Alias.objects.create(item=item, path=f"/旧/{item.slug}")
    response = client.get(f"/{quote('旧')}/{quote(item.slug)}/")
    assert (response.status_code, response.headers["Location"]) == (301, item.get_absolute_url())
