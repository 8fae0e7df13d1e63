"""Relations of an item: topics, offerings and authors, each in an order, and tags.

Rows are written by `curation.items.relations` alone.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from taggit.models import ItemBase

from .authors import Author
from .items import CuratedItem, Moment, expired
from .offerings import Offering
from .tags import Tag
from .topics import Topic


class RelationQuerySet(models.QuerySet[Any]):
    def listed(self, now: Moment = None) -> RelationQuerySet:
        """Relations of the items that readers see at a time, without a join to the items."""
        now = now or timezone.now()
        return self.filter(listed_at__lte=now).exclude(item__in=expired(now))

    def newest_first(self) -> RelationQuerySet:
        """Relations in the order of their items' publication, along the index of a target."""
        return self.order_by("-listed_at", "-item_id")


class ItemRelation(models.Model):
    """An ordered relation of an item.

    `listed_at` repeats the item's, so that the newest items of a topic are one range of an index.
    """

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, db_index=False)
    position = models.PositiveSmallIntegerField(default=0)
    listed_at = models.DateTimeField(null=True, editable=False)

    objects = RelationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["position", "id"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.listed_at = self.item.listed_at
        super().save(*args, **kwargs)


class ItemAuthor(ItemRelation):
    author = models.ForeignKey(Author, on_delete=models.CASCADE, db_index=False)

    class Meta(ItemRelation.Meta):
        verbose_name = "author"
        indexes = [models.Index("author", F("listed_at").desc(), F("item").desc(), name="itemauthor_newest")]
        constraints = [models.UniqueConstraint(fields=["item", "author"], name="itemauthor_unique")]

    def __str__(self) -> str:
        return self.author.name


class ItemTopic(ItemRelation):
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, db_index=False)

    class Meta(ItemRelation.Meta):
        verbose_name = "topic"
        indexes = [models.Index("topic", F("listed_at").desc(), F("item").desc(), name="itemtopic_newest")]
        constraints = [models.UniqueConstraint(fields=["item", "topic"], name="itemtopic_unique")]

    def __str__(self) -> str:
        return str(self.topic)


class ItemOffering(ItemRelation):
    """A related offering. The item is about the primary one; others are only mentioned."""

    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, db_index=False)
    is_primary = models.BooleanField("about this offering", default=False)

    class Meta(ItemRelation.Meta):
        verbose_name = "related offering"
        indexes = [models.Index("offering", F("listed_at").desc(), F("item").desc(), name="itemoffering_newest")]
        constraints = [
            models.UniqueConstraint(fields=["item", "offering"], name="itemoffering_unique"),
            models.UniqueConstraint(fields=["item"], condition=Q(is_primary=True), name="itemoffering_primary_unique"),
        ]

    def __str__(self) -> str:
        return self.offering.name


class ItemTag(ItemBase):  # type: ignore[misc]  # taggit has no types
    content_object = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="itemtags")

    objects = models.Manager["ItemTag"]()

    class Meta:
        verbose_name = "tag"
        constraints = [models.UniqueConstraint(fields=["content_object", "tag"], name="itemtag_unique")]
