"""Which names, and which pictures, readers may know of: those that an item has which they see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from .credits import Author, Publisher
from .images import Image
from .items import CuratedItem, ItemAuthor, ItemOffering, ItemTopic, Moment
from .offerings import Offering
from .tags import Tag
from .taxonomy import Topic, Vocabulary

ROW, ROWS_OWN = OuterRef("pk"), OuterRef(OuterRef("pk"))


def _has_item(now: Moment, **tied: Any) -> Exists:
    """Return the condition that a published item is tied to a row, which is found by the tie."""
    return Exists(CuratedItem.objects.published_among(CuratedItem.objects.filter(**tied).order_by().values("pk"), now))


#: For each model, the condition that a published item has a row, at a time.
SEEN: dict[type[Model], Callable[[Moment], Any]] = {
    Topic: lambda now: Exists(ItemTopic.objects.listed(now).filter(topic=ROW)),
    Vocabulary: lambda now: Exists(ItemTopic.objects.listed(now).filter(topic__vocabulary=ROW)),
    Offering: lambda now: Exists(ItemOffering.objects.listed(now).filter(offering=ROW)),
    Author: lambda now: Exists(ItemAuthor.objects.listed(now).filter(author=ROW)),
    Publisher: lambda now: _has_item(now, publisher=ROWS_OWN),
    Tag: lambda now: _has_item(now, itemtag__tag=ROWS_OWN),
    Image: lambda now: (
        _has_item(now, image=ROWS_OWN)
        | _has_item(now, publisher__icon=ROWS_OWN)
        | _has_item(now, references__image=ROWS_OWN)
    ),
}


def with_published_items(model: type[Model], now: Moment = None) -> QuerySet[Any]:
    """Return the rows of a model that readers may know of at a time (by default now): a published item has them.

    Whatever else a page, a feed, a filter, a sitemap or the API says of names starts here. A vocabulary is known by its
    topics, a publisher's icon by the publisher's items, a picture by the bodies that show it, too.
    """
    return model._default_manager.filter(SEEN[model](now or timezone.now()))
