"""Rows that readers may see: topics, publishers, pictures, … of at least one published item."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils import timezone

from .authors import Author
from .images import Image
from .items import CuratedItem, Moment
from .offerings import Offering
from .publishers import Publisher
from .relations import ItemAuthor, ItemOffering, ItemTopic
from .tags import Tag
from .topics import Topic, Vocabulary

ROW, ROWS_OWN = OuterRef("pk"), OuterRef(OuterRef("pk"))


def _has_item(now: Moment, **tied: Any) -> Exists:
    """Return the condition that a published item matches `tied`, a lookup to the row."""
    return Exists(CuratedItem.objects.published_among(CuratedItem.objects.filter(**tied).order_by().values("pk"), now))


#: For each model, the condition that a published item has the row at a time.
IS_VISIBLE: dict[type[Model], Callable[[Moment], Any]] = {
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
    """Return the rows of a model that a published item has at a time, by default now.

    Pages, feeds, filters, sitemaps and the API start from this queryset. A vocabulary counts as visible by its topics,
    a picture also as the icon of a visible publisher and by the bodies that show it.
    """
    return model._default_manager.filter(IS_VISIBLE[model](now or timezone.now()))
