"""An item with everything its page shows, in two queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    SlugField,
    Value,
)
from django.utils import timezone

from curation.db.compiled_query import compiled_query
from curation.lib.page_urls import address
from curation.lib.web_urls import host_of
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTag, ItemTopic, SourceDocument

#: Columns that no page shows, left out since they are long. Every other column of the item is loaded.
NOT_LOADED = ("body", "media_provenance")


@dataclass(frozen=True, slots=True)
class Link:
    """The name of a row and its page: an author, a topic of a `group` (its vocabulary), an offering, a tag, an item.

    `kind` is the name of the page's URL pattern; `is_primary` marks the offering that an item is about.
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
class ItemDetail:
    """An item, with its publisher, image and relations, the latter in their order.

    `other_sources` are the source links of further documents that are the same item.
    """

    item: CuratedItem
    authors: Sequence[Link]
    topics: Sequence[Link]
    offerings: Sequence[Link]
    tags: Sequence[Link]
    other_sources: Sequence[str]


def published_detail(slug: str) -> ItemDetail | None:
    """Return the item of a slug, `None` where it is not published now."""
    items = _published_item(slug=slug, now=timezone.now())
    return _detail(items[0]) if items else None


def detail_by_id(pk: int) -> ItemDetail | None:
    """Return the item of a primary key, published or not."""
    item = with_columns_of_detail(CuratedItem.objects.filter(pk=pk)).first()
    return _detail(item) if item else None


def detail_in_memory(item: CuratedItem) -> ItemDetail:
    """Return an item whose values and relations are in memory, and may differ from the saved ones."""
    authors = [row.author for row in item.itemauthor_set.all()]
    topics = [row.topic for row in item.itemtopic_set.all()]
    offerings = [(row.offering, row.is_primary) for row in item.itemoffering_set.all()]
    return replace(
        _detail(item),  # with its other sources
        authors=[Link("author", row.pk, row.slug, row.name) for row in authors],
        topics=[Link("topic", row.pk, row.slug, row.label, row.vocabulary.name) for row in topics],
        offerings=[Link("offering", row.pk, row.slug, row.name, is_primary=primary) for row, primary in offerings],
        tags=[Link("tag", tag.pk or 0, tag.slug, tag.name) for tag in item.tags.all()],
    )


def with_columns_of_detail(items: QuerySet[CuratedItem]) -> QuerySet[CuratedItem]:
    """Let items load all that their pages show of the item itself, its publisher and its image."""
    return items.order_by().select_related("publisher__icon", "image").defer(*NOT_LOADED)


@compiled_query(CuratedItem, slug=SlugField(), now=DateTimeField())
def _published_item(slug: Any, now: Any) -> QuerySet[CuratedItem]:
    return with_columns_of_detail(CuratedItem.objects.published(now).filter(slug=slug))


def _detail(item: CuratedItem) -> ItemDetail:
    rows = sorted(_link_rows(item=item.pk), key=lambda row: (row.position, row.pk))

    def links(kind: str) -> list[Link]:
        return [
            Link(kind, row.target, row.target_slug, row.target_name, row.group, row.is_primary)
            for row in rows
            if row.kind == kind
        ]

    sources = dict.fromkeys(row.target_name for row in rows if row.kind == "document" and host_of(row.target_name))
    return ItemDetail(
        item,
        authors=links("author"),
        topics=links("topic"),
        offerings=links("offering"),
        tags=links("tag"),
        other_sources=[link for link in sources if link != item.source_url],
    )


class LinkRow(NamedTuple):
    """A relation of an item, its place in the item's order, and its target; or a further document of the item."""

    position: int
    pk: int
    kind: str
    target: int
    target_slug: str
    target_name: str
    group: str
    is_primary: bool


@compiled_query(LinkRow, item=BigIntegerField())
def _link_rows(item: Any) -> QuerySet[Any, Any]:
    blank, zero, no = Value("", CharField()), Value(0, IntegerField()), Value(False, BooleanField())

    def rows(relations: QuerySet[Any], kind: str, name: str = "name", **columns: Any) -> QuerySet[Any]:
        target = {"target": F(f"{kind}__pk"), "target_slug": F(f"{kind}__slug"), "target_name": F(f"{kind}__{name}")}
        annotated: QuerySet[Any] = relations.annotate(kind=Value(kind, CharField()), **target, **columns)
        return annotated

    topic_columns = {"group": F("topic__vocabulary__name"), "is_primary": no}
    documents = SourceDocument.objects.filter(item=item, is_primary=False).annotate(
        position=zero,
        kind=Value("document", CharField()),
        target=F("pk"),
        target_slug=blank,
        target_name=F("source_url"),
        group=blank,
    )
    first, *others = (
        relations.order_by().values_list(*LinkRow._fields)
        for relations in (
            rows(ItemAuthor.objects.filter(item=item), "author", group=blank, is_primary=no),
            rows(ItemTopic.objects.filter(item=item), "topic", "label", **topic_columns),
            rows(ItemOffering.objects.filter(item=item), "offering", group=blank),
            rows(ItemTag.objects.filter(content_object=item), "tag", position=zero, group=blank, is_primary=no),
            documents,
        )
    )
    return first.union(*others, all=True)
