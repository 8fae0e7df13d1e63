"""The subjects of lists in the API: vocabularies, topics, offerings, publishers, authors and tags.

Only subjects with published items are part of it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse

from curation.listing.lists import (
    AUTHORS,
    LISTS,
    OFFERINGS,
    PUBLISHERS,
    TAGS,
    TOPICS,
    VOCABULARIES,
    RowLists,
    SubjectLists,
    TextLists,
)
from curation.models import with_published_items

from .fields import AbsoluteUrl, Field, Fields, text, with_columns
from .problems import ROOT


def page(key: str) -> Field:
    return Field(str, "Its page on this site.", lambda row, absolute: absolute(row.get_absolute_url()), (key,))


def items_of(lists: SubjectLists[Any], key: str = "slug") -> Field:
    """Return the field with the address of a subject's items; `key` is the column that it needs."""

    def address(subject: Any, absolute: AbsoluteUrl) -> str:
        return absolute(f"{ROOT}v1/items?{urlencode(lists.query_of(subject))}")

    return Field(str, "Its items, as the API lists them.", address, (key,))


VOCABULARY: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "name": text("name", "As before the colon in “Symplur: Nursing”."),
    "description": text("description", "Whose list of topics it is; may be blank."),
    "website": text("url", "Where its owner publishes it; may be blank."),
    "url": page("slug"),
    "items_url": items_of(VOCABULARIES),
}
TOPIC: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "label": text("label", "As readers see it."),
    "vocabulary": Field(
        str,
        "The slug of its vocabulary.",
        lambda topic, _absolute: topic.vocabulary.slug,
        ("vocabulary__slug",),
        joins=("vocabulary",),
    ),
    "description": text("description", "May be blank."),
    "url": page("slug"),
    "items_url": items_of(TOPICS),
}
OFFERING: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "name": text("name", "As readers see it."),
    "description": text("description", "May be blank."),
    "website": text("url", "May be blank."),
    "url": page("slug"),
    "items_url": items_of(OFFERINGS),
}
PUBLISHER: Fields = {
    "domain": text("domain", "Its host name, which identifies it."),
    "name": text("name", "As readers see it."),
    "url": page("domain"),
    "items_url": items_of(PUBLISHERS, "domain"),
}
AUTHOR: Fields = {
    "slug": text("slug", "The name in addresses."),
    "name": text("name", "As readers see it."),
    "bio": text("bio", "May be blank."),
    "website": text("url", "May be blank."),
    "url": page("slug"),
    "items_url": items_of(AUTHORS),
}
TAG: Fields = {
    "slug": text("slug", "Its name in addresses."),
    "name": text("name", "As editors wrote it."),
    "url": Field(
        str, "Its page on this site.", lambda tag, absolute: absolute(reverse("tag", args=[tag.slug])), ("slug",)
    ),
    "items_url": items_of(TAGS),
}


#: The fields of the subjects that are rows, by the name of their lists.
ROW_FIELDS: dict[str, Fields] = {
    "vocabulary": VOCABULARY,
    "topic": TOPIC,
    "offering": OFFERING,
    "publisher": PUBLISHER,
    "author": AUTHOR,
    "tag": TAG,
}


def text_fields(lists: TextLists) -> Fields:
    """Return the fields of the values of a text column; without the address of the items where no facet has them."""
    fields = {
        "slug": text("slug", "Its name in addresses."),
        "name": text("name", "As readers see it."),
        "url": page("slug"),
    }
    return fields | ({"items_url": items_of(lists)} if lists.is_facet else {})


class ApiSubject(ABC):
    """The subjects of one kind: `name` and `plural` in addresses and `fields` in answers; `key` is in addresses.

    `cursor` is the pattern of `after`.
    """

    cursor: str
    key: str

    def __init__(self, lists: SubjectLists[Any], fields: Fields) -> None:
        self.name, self.plural, self.fields = lists.name, lists.plural, fields

    @abstractmethod
    def read(self, fields: Fields, after: str, limit: int) -> list[Any]:
        """Return at most `limit` subjects after a cursor, with what `fields` need; in one query."""

    @abstractmethod
    def find(self, fields: Fields, key: str) -> Any | None:
        """Return the subject with a key, with what `fields` need."""

    @abstractmethod
    def cursor_after(self, subject: Any) -> str:
        """Return the cursor of the page after a subject."""


class RowSubject(ApiSubject):
    """Rows, in the order of their keys in the database."""

    cursor = "[0-9]{1,18}"

    def __init__(self, lists: RowLists[Any]) -> None:
        super().__init__(lists, ROW_FIELDS[lists.name])
        self.model, self.key = lists.model, lists.key

    def rows(self, fields: Fields) -> QuerySet[Any]:
        return with_columns(with_published_items(self.model), fields)

    def read(self, fields: Fields, after: str, limit: int) -> list[Any]:
        return list(self.rows(fields).filter(pk__gt=int(after or 0)).order_by("pk")[:limit])

    def find(self, fields: Fields, key: str) -> Any | None:
        return self.rows(fields).filter(**{self.key: key}).first()

    def cursor_after(self, subject: Any) -> str:
        return str(subject.pk)


class TextSubject(ApiSubject):
    """The values of a text column, in the order of their slugs."""

    cursor = "[^/.]{1,500}"
    key = "slug"

    def __init__(self, lists: TextLists) -> None:
        super().__init__(lists, text_fields(lists))
        self.lists = lists

    def read(self, fields: Fields, after: str, limit: int) -> list[Any]:  # noqa: ARG002  # all are loaded
        following = (value for slug, value in self.lists.values().items() if slug > after)
        return list(islice(following, limit))

    def find(self, fields: Fields, key: str) -> Any | None:  # noqa: ARG002  # all are loaded
        try:
            return self.lists.find(key)
        except Http404:
            return None

    def cursor_after(self, subject: Any) -> str:
        return str(subject.slug)


SUBJECTS: tuple[ApiSubject, ...] = tuple(
    TextSubject(lists) if isinstance(lists, TextLists) else RowSubject(lists) for lists in LISTS
)
