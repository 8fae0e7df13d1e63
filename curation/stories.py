"""An item with all that its page shows, in two queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    Model,
    QuerySet,
    SlugField,
    Value,
)
from django.utils import timezone

from curation.links import host_of
from curation.models import CuratedItem, Image, ItemAuthor, ItemOffering, ItemTag, ItemTopic, Publisher, SourceDocument
from curation.models.addresses import address
from curation.prepared import Given, Prepared


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name and a page: an author, a topic of a `group` (its vocabulary), an offering, a tag, an item.

    `kind` is what the addresses of its kind are called; `is_primary` is the offering that an item is about.
    """

    kind: str
    pk: int
    slug: str
    name: str
    group: str = ""
    is_primary: bool = False

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address(self.kind, self.slug)


@dataclass(frozen=True, slots=True)
class Story:
    """An item, its publisher and image with it, what it is tied to in the order that it has, and the source links of
    further files that were the same item.
    """

    item: CuratedItem
    authors: Sequence[Named]
    topics: Sequence[Named]
    offerings: Sequence[Named]
    tags: Sequence[Named]
    other_sources: Sequence[str]


def published_story(slug: str) -> Story | None:
    """Return the item of a slug, if readers see it now."""
    return _story(_published(slug=slug, now=timezone.now()))


def any_story(pk: int) -> Story | None:
    """Return the item of a key, whether readers see it or not."""
    return _story(list(_columns(CuratedItem.objects.filter(pk=pk))))


def _story(rows: Sequence[tuple[Any, ...]]) -> Story | None:
    if not rows:
        return None
    item = _item(rows[0])
    tied = [Named(*named) for _place, _number, *named in sorted(_ties(item=item.pk), key=itemgetter(0, 1))]

    def of(kind: str) -> list[Named]:
        return [named for named in tied if named.kind == kind]

    links = dict.fromkeys(document.name for document in of("document") if host_of(document.name))
    others = [link for link in links if link != item.source_url]
    return Story(item, of("author"), of("topic"), of("offering"), of("tag"), others)


#: The rows that make an item, by their path from it, and the columns of each that its page needs.
PARTS: dict[str, tuple[type[Model], list[str]]] = {
    path: (model, [field.attname for field in model._meta.concrete_fields if field.name not in left_out])
    for path, model, left_out in (
        ("", CuratedItem, {"body", "media_provenance"}),
        ("publisher__", Publisher, set()),
        ("publisher__icon__", Image, set()),
        ("image__", Image, set()),
    )
}


def _item(row: tuple[Any, ...]) -> CuratedItem:
    """Return the item of a row that has the columns of `PARTS`."""
    values = iter(row)
    item, publisher, icon, image = (_instance(*part, list(islice(values, len(part[1])))) for part in PARTS.values())
    if publisher:
        publisher.icon = icon
    item.publisher, item.image = publisher, image
    found: CuratedItem = item
    return found


def _instance(model: type[Model], columns: list[str], values: list[Any]) -> Any:
    """Return a row of a model, as Django makes it of what a query says; `None` where there is none."""
    return None if values[0] is None else model.from_db(None, columns, values)


def _columns(items: QuerySet[CuratedItem]) -> QuerySet[CuratedItem, tuple[Any, ...]]:
    return items.order_by().values_list(*(path + column for path, (_, columns) in PARTS.items() for column in columns))


@Prepared
def _published() -> QuerySet[CuratedItem, tuple[Any, ...]]:
    items = CuratedItem.objects.published(Given("now", DateTimeField()))
    return _columns(items.filter(slug=Given("slug", SlugField())))


@Prepared
def _ties() -> QuerySet[Any, tuple[Any, ...]]:
    """Write the query for place and number of each tie, and the arguments of what is `Named` by it."""
    item: Any = Given("item", BigIntegerField())
    none, zero, no = Value("", CharField()), Value(0, IntegerField()), Value(False, BooleanField())

    def named(
        ties: QuerySet[Any],
        kind: str,
        name: str = "name",
        *,
        place: Any = "position",
        group: Any = none,
        primary: Any = no,
    ) -> QuerySet[Any, tuple[Any, ...]]:
        columns = (F(f"{kind}__{column}") for column in ("pk", "slug", name))
        return ties.order_by().values_list(place, F("pk"), Value(kind, CharField()), *columns, group, primary)

    further = SourceDocument.objects.filter(item=item, is_primary=False).order_by()
    return named(ItemAuthor.objects.filter(item=item), "author").union(
        named(ItemTopic.objects.filter(item=item), "topic", "label", group=F("topic__vocabulary__name")),
        named(ItemOffering.objects.filter(item=item), "offering", primary=F("is_primary")),
        named(ItemTag.objects.filter(content_object=item), "tag", place=zero),
        further.values_list(zero, F("pk"), Value("document", CharField()), F("pk"), none, F("source_url"), none, no),
        all=True,
    )
