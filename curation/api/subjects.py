"""What the API says of what items are filed under: vocabularies, topics, offerings, publishers, authors and tags.

Only those that published items have: what a draft alone brings up is not for readers yet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.urls import reverse

from curation.models import Author, Offering, Publisher, Tag, Topic, Vocabulary, with_published_items

from .fields import Field, Fields
from .problems import ROOT


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of subject: its names in addresses, what its rows say, and their model; `key` tells them apart."""

    plural: str
    name: str
    fields: Fields
    model: type[Model]
    key: str = "slug"

    def rows(self) -> QuerySet[Any]:
        return with_published_items(self.model)


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


SUBJECTS = (
    Subject("vocabularies", "vocabulary", VOCABULARY, Vocabulary),
    Subject("topics", "topic", TOPIC, Topic),
    Subject("offerings", "offering", OFFERING, Offering),
    Subject("publishers", "publisher", PUBLISHER, Publisher, key="domain"),
    Subject("authors", "author", AUTHOR, Author),
    Subject("tags", "tag", TAG, Tag),
)
