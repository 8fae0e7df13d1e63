"""When an item is public, and the rows that it makes visible, to the second."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import Model, QuerySet

from curation.models import Author, CuratedItem, Image, Offering, Publisher, Tag, Topic, Vocabulary
from curation.models.items import expired
from curation.models.visibility import with_published_items
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status

START = datetime(2024, 5, 1, 12, tzinfo=UTC)
END = START + timedelta(hours=1)
SECOND = timedelta(seconds=1)
MOMENTS = [(START - SECOND, False), (START, True), (END - SECOND, True), (END, False)]


def published(now: datetime | None) -> QuerySet[CuratedItem]:
    return CuratedItem.objects.published(now)


def published_among_all(now: datetime | None) -> QuerySet[CuratedItem]:
    return CuratedItem.objects.published_among(CuratedItem.objects.values("pk"), now)


@pytest.mark.parametrize("query", [published, published_among_all])
@pytest.mark.parametrize(("now", "is_public"), MOMENTS)
def test_an_item_is_public_from_its_publication_to_its_expiry(
    query: Callable[[datetime | None], QuerySet[CuratedItem]], now: datetime, is_public: bool
) -> None:
    make_item(published_at=START, expires_at=END)
    assert query(now).exists() is is_public
    with time_machine.travel(now, tick=False):
        assert query(None).exists() is is_public


@pytest.mark.parametrize("query", [published, published_among_all])
@pytest.mark.parametrize("status", Status)
def test_only_published_items_are_public(
    query: Callable[[datetime | None], QuerySet[CuratedItem]], status: str
) -> None:
    binned = {"binned_at": START} if status == Status.BIN else {}
    make_item(status=status, published_at=START, **binned)
    assert query(START).exists() is (status == Status.PUBLISHED)


def test_only_the_items_that_were_asked_for_are_looked_up() -> None:
    one, _other = make_item(), make_item()
    assert [*CuratedItem.objects.published_among([one.pk])] == [one]


def test_expired_items_are_those_that_were_published() -> None:
    item = make_item(published_at=START, expires_at=END)
    make_item(status=Status.ARCHIVED, expires_at=END)
    assert CuratedItem.objects.get(pk__in=expired(END)) == item
    assert not expired(END - SECOND).exists()


@pytest.mark.parametrize(
    ("now", "last", "following"),
    [
        (START - SECOND, None, START),
        (START, START, END),
        (END - SECOND, START, END),
        (END, END, None),
    ],
)
def test_items_are_due_when_they_are_published_and_when_they_expire(
    now: datetime, last: datetime | None, following: datetime | None
) -> None:
    make_item(published_at=START, expires_at=END)
    make_item(status=Status.ARCHIVED, published_at=END - SECOND, expires_at=END + SECOND)
    with time_machine.travel(now, tick=False):
        assert CuratedItem.objects.last_due() == last
        assert CuratedItem.objects.next_due() == following


def test_of_several_due_times_the_nearest_counts() -> None:
    for hours in range(4):
        make_item(published_at=START + timedelta(hours=hours))
    with time_machine.travel(START + timedelta(hours=1.5), tick=False):
        assert CuratedItem.objects.last_due() == START + timedelta(hours=1)
        assert CuratedItem.objects.next_due() == START + timedelta(hours=2)


def _make_related(**fields: Any) -> CuratedItem:
    return make_item(
        topics=[make_topic("Care")],
        offerings=[make_offering("Chart")],
        authors=[make_author("Ann")],
        publisher=make_publisher("example.org"),
        tags=["shared"],
        image=Image.objects.create(file="x.png", sha256="0" * 64, width=1, height=1, format="PNG", size=1),
        **fields,
    )


@pytest.mark.parametrize("model", [Topic, Vocabulary, Offering, Author, Publisher, Tag, Image])
@pytest.mark.parametrize(("now", "is_public"), MOMENTS)
def test_the_rows_of_an_item_are_visible_while_it_is_public(model: type[Model], now: datetime, is_public: bool) -> None:
    _make_related(published_at=START, expires_at=END)
    assert with_published_items(model, now).exists() is is_public
    with time_machine.travel(now, tick=False):
        assert with_published_items(model).exists() is is_public


@pytest.mark.parametrize("model", [Topic, Vocabulary, Offering, Author, Publisher, Tag, Image])
def test_the_rows_of_another_item_are_not_visible(model: type[Model]) -> None:
    make_item()
    _make_related(status=Status.DRAFT)
    assert model._default_manager.count() == 1
    assert not with_published_items(model).exists()
