"""Plain functions that make rows: every argument has a default, and what is not said is unique."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.utils.text import slugify

from curation.models import (
    Author,
    CuratedItem,
    ItemAuthor,
    ItemOffering,
    ItemTopic,
    Offering,
    Publisher,
    Topic,
    Vocabulary,
)
from curation.resolving import refresh
from curation.search.index import index

_number = count(1)
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
    item = CuratedItem.objects.create(title=title, **{**defaults, **fields})
    for position, topic in enumerate(topics or []):
        ItemTopic.objects.create(item=item, topic=topic, position=position)
    for position, offering in enumerate(offerings or []):
        ItemOffering.objects.create(item=item, offering=offering, position=position, is_primary=position == 0)
    for position, author in enumerate(authors or []):
        ItemAuthor.objects.create(item=item, author=author, position=position)
    if tags:
        item.tags.add(*tags)
    if topics or offerings or authors or tags:
        index([item.pk])
    refresh([item])
    return item
