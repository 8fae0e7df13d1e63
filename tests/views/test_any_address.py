"""Every list, feed and part of the API answers any value of any parameter, and any name in its path."""

from itertools import product

import pytest
from django.test import Client

from curation.listing.query import OTHER_NAMES, PARAMETERS
from curation.models import Alias
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db

LISTS = [
    *("/", "/news/", "/search/", "/search/suggest/", "/topic/", "/topic/symplur-care/", "/tag/wearable/"),
    *("/topic/symplur-care/timeline/", "/vocabulary/symplur/", "/offering/", "/offering/chart/", "/archive/2023/01/"),
    *("/publisher/example.org/", "/author/ann/", "/archive/", "/archive/2023/", "/news/story/"),
    *("/news/feed.rss", "/search/feed.json", "/topic/symplur-care/feed.atom", "/tag/wearable/feed.rss"),
    *("/api/v1/items", "/api/v1/items/1", "/api/v1/topics", "/api/v1/topics/symplur-care", "/api/v1/authors"),
]
#: Those that take every parameter below; the others, what says where a list goes on.
FILTERED = ["/news/", "/search/", "/news/feed.rss", "/search/feed.json", "/api/v1/items"]
PLACES = ["page", "after"]
FILTERS = [*PARAMETERS, *OTHER_NAMES, "limit", "fields", "nonsense"]
VALUES = ["\x00", "a\x00b", "9" * 400, "医" * 500, "a " * 3_000, '"' * 1_000, "\ud800"]
ANSWERS = {200, 301, 302, 400, 404}


@pytest.fixture(autouse=True)
def _story() -> None:
    item = make_item(
        "Story",
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart")],
        authors=[make_author("Ann")],
        publisher=make_publisher("example.org"),
        tags=["wearable"],
    )
    Alias.objects.create(path="/post/story", item=item)


@pytest.mark.parametrize("path", LISTS)
def test_any_value_of_any_parameter_is_answered(path: str) -> None:
    client = Client()
    for name, value in product([*PLACES, *(FILTERS if path in FILTERED else [])], VALUES):
        answer = client.get(path, {name: value.encode("utf-8", "surrogatepass")})
        assert answer.status_code in ANSWERS, (name, value[:20])


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/%00",
            "/news/%00/",
            "/topic/%00/",
            "/tag/%00/",
            "/author/%00/",
            "/publisher/%00/",
            "/publisher/a%00/feed.rss",
        ),
        *(
            "/publisher/a%00/feed.rss",
            "/tag/%00/feed.rss",
            "/vocabulary/%00/",
            "/archive/%00/",
            "/media/%00",
            "/post/%00story",
            "/post/story%00",
        ),
        *("/api/v1/topics/%00", "/api/v1/tags/%00", "/api/v1/publishers/%00", "/api/v1/items/%00", "/api/v1/%00"),
        *(f"/topic/{'x' * 5_000}/", "/tag/%ed%a0%80/", "/archive/9999/99/", "/archive/0/", f"/archive/{'9' * 50}"),
    ],
)
def test_any_name_in_a_path_is_answered(path: str) -> None:
    assert Client().get(path).status_code in ANSWERS
