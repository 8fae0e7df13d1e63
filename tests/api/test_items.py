"""Items in the API: their fields, their order, and the queries that they cost."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone

from curation.api.items import ITEM
from curation.items.addresses import rename
from curation.items.workflow import Verb, perform
from curation.models import ContentVersion, CuratedItem, Image
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

from .asking import ask, errors, get_json, queries

pytestmark = pytest.mark.django_db

NOON = datetime(2024, 2, 28, 12, tzinfo=UTC)
FILTERS = "topic=symplur-care&vocabulary=symplur&offering=chart&publisher=example.org&author=ann&tag=shared&kind=News"


def make_full_item(**fields: Any) -> CuratedItem:
    image = Image.objects.create(file="images/x.jpg", sha256="x", width=300, height=200, format="JPEG", size=1234)
    story = {
        "slug": "story",
        "body": "See [more](/topic/).",
        "summary": "In short.",
        "source_url": "https://example.org/story",
        "publisher": make_publisher("example.org", name="The Paper"),
        "published_at": NOON,
        "via_name": "A friend",
        "image": image,
        "image_alt": "A watch",
        "authors": [make_author("Ann")],
        "topics": [make_topic("Care")],
        "offerings": [make_offering("Chart")],
        "tags": ["shared"],
        "kind": "News",
    }
    return make_item("A <story>", **{**story, **fields})


def titles(path: str) -> list[str]:
    return [item["title"] for item in get_json(path)["results"]]


def test_an_item_has_every_field() -> None:
    item = make_full_item()
    site = "http://testserver"
    assert get_json(f"items/{item.pk}") == {
        "id": item.pk,
        "slug": "story",
        "url": f"{site}/news/story/",
        "title": "A <story>",
        "summary": "In short.",
        "published_at": "2024-02-28T12:00:00+00:00",
        "updated_at": "2024-02-28T12:00:00+00:00",
        "source_url": "https://example.org/story",
        "publisher": {"domain": "example.org", "name": "The Paper", "url": f"{site}/publisher/example.org/"},
        "authors": [{"slug": "ann", "name": "Ann", "url": f"{site}/author/ann/"}],
        "topics": [
            {"slug": "symplur-care", "label": "Care", "vocabulary": "symplur", "url": f"{site}/topic/symplur-care/"}
        ],
        "offerings": [{"slug": "chart", "name": "Chart", "url": f"{site}/offering/chart/"}],
        "tags": [{"slug": "shared", "name": "shared", "url": f"{site}/tag/shared/"}],
        "image": {
            "url": f"{site}/media/images/x.jpg",
            "media_type": "image/jpeg",
            "size": 1234,
            "width": 300,
            "height": 200,
            "alt": "A watch",
        },
        "kind": "News",
        "format": "",
        "section": "",
        "institution": "",
        "language": "",
        "via": {"name": "A friend", "url": ""},
        "content_html": f'<p>See <a href="{site}/topic/">more</a>.</p>',
        "content_text": "See more.",
    }


def test_the_checks_that_an_item_fails_have_an_address() -> None:
    item = make_full_item(image_alt="", source_url="https://example.com/")
    path = f"items/{item.pk}/checks"
    failed = get_json(path)
    assert [check["code"] for check in failed] == ["host-differs", "alt-missing"]
    assert failed[1]["message"] == "The picture has no alternative text: say what it shows."
    assert len(queries(path)) <= 3
    assert errors(f"{path}?fields=code", 400) == [
        ("fields", "There is no parameter “fields”.", "This address takes none.")
    ]
    assert errors("items/0042/checks", 404) == [
        ("path", "There is no item “0042”.", "See /api/v1/items for those there are.")
    ]
    perform(Verb.WITHDRAWN, CuratedItem.objects.all(), COMMAND)
    assert errors(path, 404)[0][1] == f"There is no item “{item.pk}”."


def test_missing_values_are_null_or_blank() -> None:
    item = get_json(f"items/{make_item('Bare', body='', source_url='').pk}")
    assert [name for name, value in item.items() if value is None] == ["publisher", "image", "via"]
    assert [name for name, value in item.items() if value == []] == ["authors", "topics", "offerings", "tags"]


def test_a_list_has_long_texts_only_on_request() -> None:
    make_full_item()
    (item,) = get_json("items")["results"]
    assert set(ITEM) - set(item) == {"content_html", "content_text"}
    assert get_json("items?fields=id,content_text")["results"] == [{"id": item["id"], "content_text": "See more."}]


def test_an_item_is_found_by_its_id_when_its_slug_changes() -> None:
    item = make_full_item()
    rename(item, "better", COMMAND)
    assert get_json(f"items/{item.pk}?fields=slug") == {"slug": "better"}


@pytest.mark.parametrize("query", FILTERS.split("&"))
def test_a_list_takes_the_filters_of_the_news_page(query: str) -> None:
    make_full_item()
    make_item("Another")
    assert titles(f"items?{query}") == ["A <story>"]


def test_filters_combine_and_invalid_ones_are_errors() -> None:
    make_full_item()
    assert titles(f"items?{FILTERS}&since=2024-02-28&until=2024-02-28&words=short") == ["A <story>"]
    assert titles(f"items?{FILTERS}&since=2024-02-29") == []
    (topic,) = errors("items?topic=none", 404)
    assert topic == ("topic", "There is no topic “none” here.", "See /api/v1/topics for those there are.")
    (day,) = errors("items?since=yesterday", 400)
    assert day == ("since", "“yesterday” cannot be used.", "Write a date as year-month-day, like 2023-01-31.")


@pytest.mark.parametrize("fields", [{}, {"published_at": NOON}], ids=["one an hour", "all at once"])
@pytest.mark.parametrize("query", ["", "&topic=symplur-care", "&topic=symplur-care&author=ann"])
def test_pages_neither_skip_nor_repeat_items_while_some_are_added(query: str, fields: dict[str, Any]) -> None:
    relations = {"topics": [make_topic("Care"), make_topic()], "authors": [make_author("Ann"), make_author()]}

    def grow() -> None:
        make_item(**fields, **relations)

    for _ in range(5):
        grow()
    expected = [item.pk for item in CuratedItem.objects.published().newest_first()]
    page = get_json(f"items?limit=2&fields=id{query}")
    found = [item["id"] for item in page["results"]]
    while page["next"]:
        grow()
        page = get_json(page["next"].removeprefix("http://testserver"))
        found += [item["id"] for item in page["results"]]
    assert found == expected


def test_the_next_page_is_in_the_link_header_too() -> None:
    make_item(), make_item()
    response = ask("items?limit=1&kind=")
    assert response["Link"] == f'<{response.json()["next"]}>; rel="next"'
    assert "Link" not in ask("items")


def test_a_field_loads_only_the_columns_that_it_needs() -> None:
    make_full_item()
    assert len(queries(f"items/{CuratedItem.objects.get().pk}?fields=title")) == 1
    base = len(queries("items?fields=id"))
    costs = {name: len(queries(f"items?fields={name}")) - base for name in ITEM}
    assert {name for name, cost in costs.items() if cost} == {"authors", "topics", "offerings", "tags"}
    assert set(costs.values()) == {0, 1}
    (rows,) = [sql for sql in queries("items?fields=title") if "LIMIT 21" in sql]
    assert '"title"' in rows
    assert not [name for name in ("body_html", "summary", "curation_publisher", "meta") if name in rows]


def test_a_list_costs_the_same_number_of_queries_at_any_length() -> None:
    make_full_item()
    few = len(queries(f"items?{FILTERS}"))
    for number in range(8):
        make_item(topics=[make_topic()], authors=[make_author()], offerings=[make_offering()], tags=[f"tag {number}"])
    assert len(queries(f"items?{FILTERS}")) == few <= 9
    assert len(queries("items")) <= 7


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": CuratedItem.Status.DRAFT},
        {"status": CuratedItem.Status.ARCHIVED},
        {"published_at": datetime(2999, 1, 1, tzinfo=UTC)},
    ],
    ids=["draft", "archived", "future"],
)
def test_unpublished_items_are_nowhere_in_the_api(hidden: dict[str, Any]) -> None:
    item = make_full_item(**hidden, institution="Canary")
    for query in FILTERS.split("&"):
        names = query.partition("=")[0] in {"topic", "also", "vocabulary", "offering", "publisher", "author", "tag"}
        assert errors(f"items?{query}", 404) if names else titles(f"items?{query}") == [], query
    for path in ("items", "items?words=canary"):
        assert titles(path) == [], path
    errors(f"items/{item.pk}", 404)
    for path in ("vocabularies", "topics", "offerings", "publishers", "authors", "tags"):
        assert get_json(path)["results"] == [], path


def test_a_scheduled_item_appears_when_it_is_due() -> None:
    due = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    item = make_full_item(published_at=due)
    with time_machine.travel(due, tick=False):
        assert titles("items?topic=symplur-care") == ["A <story>"]
        assert get_json(f"items/{item.pk}?fields=id") == {"id": item.pk}
        assert get_json("tags/shared?fields=name") == {"name": "shared"}


def test_a_cached_answer_is_304_too(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    memory = "curation.caching.backends.MemoryCache"
    settings.CACHES = {"default": {"BACKEND": memory, "LOCATION": "api"}}
    version = uuid4().hex
    monkeypatch.setattr(ContentVersion, "current", lambda: version)
    make_full_item()
    path = "items?fields=id&limit=2"
    etag = [ask(path)["ETag"] for _ in range(2)][1]
    assert queries(path) == []
    ask(path, 304, if_none_match=etag)


def test_an_answer_is_304_until_it_changes() -> None:
    item = make_full_item()
    etags = {path: ask(path)["ETag"] for path in ("items", f"items/{item.pk}", "items?fields=id", "topics", "")}
    for path, etag in etags.items():
        assert ask(path, 304, if_none_match=etag).content == b""
    item.title = "Edited"
    item.save()
    for path in ("items", f"items/{item.pk}"):
        ask(path, 200, if_none_match=etags[path])
    ask("items?fields=id", 304, if_none_match=etags["items?fields=id"])
    perform(Verb.WITHDRAWN, CuratedItem.objects.all(), COMMAND)
    ask("items?fields=id", 200, if_none_match=etags["items?fields=id"])
