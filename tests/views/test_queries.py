"""What a page costs: a fixed number of queries, however many rows there are."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.listing.pagination import PAGE_SIZE
from curation.models import Image, SourceDocument
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .pages import get

pytestmark = pytest.mark.django_db

ALL_FILTERS = (
    "/news/?topic=symplur-care&vocabulary=symplur&offering=chart&publisher=example.org&author=ann&tag=shared"
    "&also=symplur-care&kind=News&format=brief&since=2000-01-01&until=2100-01-01&words=number"
)
LISTS = (
    *("/", "/news/", ALL_FILTERS, "/news/?page=2", "/topic/", "/topic/symplur-care/", "/offering/"),
    *("/publisher/", "/author/", "/tag/"),
    *("/offering/chart/", "/publisher/example.org/", "/author/ann/", "/vocabulary/symplur/", "/tag/shared/"),
    *("/archive/", "/archive/2024/", "/archive/2024/02/", "/topic/symplur-care/timeline/", "/offering/chart/timeline/"),
)


class ListedItems:
    """Items that every list of `LISTS` has, each with images, topics and all of its own as well."""

    def __init__(self) -> None:
        self.topic, self.offering, self.author = make_topic("Care"), make_offering("Chart"), make_author("Ann")
        self.publisher = make_publisher("example.org")
        self.size = 0

    def grow(self, number: int) -> None:
        for index in range(self.size, self.size + number):
            image = Image.objects.create(file=f"{index}.png", sha256=index, width=3, height=2, format="PNG", size=1)
            make_item(
                f"Number {index}",
                topics=[self.topic, make_topic()],
                offerings=[self.offering, make_offering()],
                authors=[self.author, make_author()],
                publisher=self.publisher,
                tags=["shared", f"tag {index}"],
                kind="News",
                format="brief",
                image=image,
                published_at=datetime(2024, 2, 3, 4, index, tzinfo=UTC),
            )
        self.size += number


def queries(path: str, status: int = 200) -> int:
    with CaptureQueriesContext(connection) as captured:
        get(path, status)
    return len(captured)


def test_a_list_costs_at_most_nine_queries_however_long_it_is_and_two_more_with_words() -> None:
    items = ListedItems()
    items.grow(PAGE_SIZE + 2)
    few = {path: queries(path) for path in LISTS}
    items.grow(PAGE_SIZE + 2)
    assert {path: queries(path) for path in LISTS} == few
    assert {path: count for path, count in few.items() if count > (11 if "words" in path else 9)} == {}


def test_an_item_costs_five_queries_however_much_it_has() -> None:
    def relations(number: int) -> dict[str, object]:
        return {
            "topics": [make_topic() for _ in range(number)],
            "offerings": [make_offering() for _ in range(number)],
            "authors": [make_author() for _ in range(number)],
            "tags": [f"tag {index}" for index in range(number)],
        }

    costs = []
    for number in (2, 12):
        shared = relations(number)
        for _ in range(number):
            make_item(**shared)
        item = make_item(**shared, publisher=make_publisher())
        for index in range(number):
            SourceDocument.objects.create(
                item=item,
                is_primary=index == 0,
                dialect=SourceDocument.Dialect.HUGO,
                path=f"/{number}/{index}",
                sha256="0",
                front_matter="",
                source_url=f"https://example.org/{index}",
                imported_at=datetime.now(UTC),
            )
        costs.append(queries(item.get_absolute_url()))
    assert costs == [5, 5]


@pytest.mark.parametrize("path", ["/news/feed.rss?topic=symplur-care", "/api/v1/items?topic=symplur-care"])
def test_what_shows_no_choices_does_not_ask_for_them(path: str) -> None:
    ListedItems().grow(2)
    with CaptureQueriesContext(connection) as captured:
        assert Client().get(path).status_code == 200
    assert len(captured) == 7, "the topic, equivalent ones, the items, four relations"


def test_a_missing_page_costs_four_queries() -> None:
    ListedItems().grow(8)
    # An alias, a former name, an item in the bin, and one that was deleted for ever.
    assert queries("/gone/", 404) == 4


def test_lists_leave_the_long_columns_alone() -> None:
    ListedItems().grow(2)
    for path in ("/", "/news/", "/topic/symplur-care/"):
        with CaptureQueriesContext(connection) as captured:
            get(path)
        assert not [query for query in captured if "body_html" in query["sql"]], path
