"""Functions that make rows. Every argument has a default, with unique values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from unittest.mock import patch

from django.utils.text import slugify

from curation.items import relations
from curation.items.actors import Actor
from curation.items.relations import RelatedIds, replace_relations, set_relations
from curation.models import (
    Author,
    CuratedItem,
    Offering,
    Publisher,
    Topic,
    Vocabulary,
)
from curation.search import signals
from curation.search.index import index
from curation.site_links.resolve import refresh_references

_number = count(1)
#: Who makes changes that no test asks about.
COMMAND = Actor.command("command")
FIRST_DAY = datetime(2023, 1, 1, 9, tzinfo=UTC)


def make_vocabulary(name: str = "Symplur") -> Vocabulary:
    return Vocabulary.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]


def make_topic(label: str = "", vocabulary: str = "Symplur") -> Topic:
    label = label or f"Topic {next(_number)}"
    return Topic.objects.create(
        vocabulary=make_vocabulary(vocabulary), label=label, slug=slugify(f"{vocabulary} {label}")
    )


def make_offering(name: str = "", **fields: Any) -> Offering:
    name = name or f"Offering {next(_number)}"
    return Offering.objects.create(name=name, **{"slug": slugify(name), **fields})


def make_publisher(domain: str = "", **fields: Any) -> Publisher:
    domain = domain or f"news{next(_number)}.example.org"
    return Publisher.objects.create(domain=domain, **{"name": domain, **fields})


def make_author(name: str = "", **fields: Any) -> Author:
    name = name or f"Author {next(_number)}"
    return Author.objects.create(name=name, **{"slug": slugify(name), **fields})


@contextmanager
def indexing_suspended() -> Iterator[None]:
    """Write items and their relations without indexing them: the caller does so once, instead of after each step."""
    with patch.object(signals, "index", lambda _ids: None), patch.object(relations, "index", lambda _ids: None):
        yield


def make_item(
    title: str = "",
    *,
    topics: list[Topic] | None = None,
    offerings: list[Offering] | None = None,
    authors: list[Author] | None = None,
    tags: list[str] | None = None,
    **fields: Any,
) -> CuratedItem:
    """Make an item, published an hour after the one before it; the first of `offerings` is the primary one."""
    number = next(_number)
    title = title or f"Item {number}"
    defaults = {
        "slug": slugify(title),
        "body": f"Body of *{title}*.",
        "status": CuratedItem.Status.PUBLISHED,
        "published_at": FIRST_DAY + timedelta(hours=number),
        "source_url": f"https://example.org/{number}",
    }
    with indexing_suspended():
        item = CuratedItem.objects.create(title=title, **{**defaults, **fields})
        related = RelatedIds(
            item,
            topics=[topic.pk for topic in topics or []],
            authors=[author.pk for author in authors or []],
            offerings={offering.pk: position == 0 for position, offering in enumerate(offerings or [])},
            is_new=True,
        )
        if topics or offerings or authors:
            replace_relations([related])
        if tags:
            set_relations(item, tags=tags)
    index([item.pk])
    refresh_references([item])
    return item
