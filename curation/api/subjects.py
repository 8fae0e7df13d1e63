"""What the API says of what items are filed under: vocabularies, topics, offerings, publishers, authors and tags.

Only those that published items have: what a draft alone brings up is not for readers yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag

from curation.models import (
    Author,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTag,
    ItemTopic,
    Offering,
    Publisher,
    Topic,
    Vocabulary,
)
from curation.models.items import ItemRelation

from .fields import Field, Fields
from .problems import ROOT


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of subject: its names in addresses, what its rows say, and which there are; `key` tells them apart."""

    plural: str
    name: str
    fields: Fields
    rows: Callable[[], QuerySet[Any]]
    key: str = "slug"


def text(column: str, says: str) -> Field:
    return Field(str, says, lambda row, _whole: getattr(row, column), (column,))


def page(key: str) -> Field:
    return Field(str, "Its page on this site.", lambda row, whole: whole(row.get_absolute_url()), (key,))


def items_of(name: str, key: str = "slug") -> Field:
    def address(row: Any, whole: Callable[[str], str]) -> str:
        return whole(f"{ROOT}v1/items?{urlencode({name: getattr(row, key)})}")

    return Field(str, "Its items, as the API lists them.", address, (key,))


VOCABULARY: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "name": text("name", "As before the colon in “Symplur: Nursing”."),
    "description": text("description", "Whose list of topics it is; may be blank."),
    "website": text("url", "Where its owner publishes it; may be blank."),
    "url": page("slug"),
    "items_url": items_of("vocabulary"),
}
TOPIC: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "label": text("label", "As readers see it."),
    "vocabulary": Field(
        str,
        "The slug of its vocabulary.",
        lambda topic, _whole: topic.vocabulary.slug,
        ("vocabulary__slug",),
        joins=("vocabulary",),
    ),
    "description": text("description", "May be blank."),
    "url": page("slug"),
    "items_url": items_of("topic"),
}
OFFERING: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "name": text("name", "As readers see it."),
    "description": text("description", "May be blank."),
    "website": text("url", "May be blank."),
    "url": page("slug"),
    "items_url": items_of("offering"),
}
PUBLISHER: Fields = {
    "domain": text("domain", "Its host name, which tells it from others."),
    "name": text("name", "As readers see it."),
    "url": page("domain"),
    "items_url": items_of("publisher", "domain"),
}
AUTHOR: Fields = {
    "slug": text("slug", "The name in addresses."),
    "name": text("name", "As readers see it."),
    "bio": text("bio", "May be blank."),
    "website": text("url", "May be blank."),
    "url": page("slug"),
    "items_url": items_of("author"),
}
TAG: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "name": text("name", "As editors wrote it."),
    "url": Field(str, "Its page on this site.", lambda tag, whole: whole(reverse("tag", args=[tag.slug])), ("slug",)),
    "items_url": items_of("tag"),
}


def _listed(relation: type[ItemRelation], **target: Any) -> Exists:
    return Exists(relation._default_manager.filter(listed_at__lte=timezone.now(), **target))


def _published() -> QuerySet[CuratedItem]:
    return CuratedItem.objects.published()


SUBJECTS = (
    Subject(
        "vocabularies",
        "vocabulary",
        VOCABULARY,
        lambda: Vocabulary.objects.filter(_listed(ItemTopic, topic__vocabulary=OuterRef("pk"))),
    ),
    Subject("topics", "topic", TOPIC, lambda: Topic.objects.filter(_listed(ItemTopic, topic=OuterRef("pk")))),
    Subject(
        "offerings",
        "offering",
        OFFERING,
        lambda: Offering.objects.filter(_listed(ItemOffering, offering=OuterRef("pk"))),
    ),
    Subject(
        "publishers",
        "publisher",
        PUBLISHER,
        lambda: Publisher.objects.filter(Exists(_published().filter(publisher=OuterRef("pk")))),
        key="domain",
    ),
    Subject("authors", "author", AUTHOR, lambda: Author.objects.filter(_listed(ItemAuthor, author=OuterRef("pk")))),
    Subject(
        "tags",
        "tag",
        TAG,
        lambda: Tag.objects.filter(Exists(ItemTag.objects.filter(tag=OuterRef("pk"), content_object__in=_published()))),
    ),
)
