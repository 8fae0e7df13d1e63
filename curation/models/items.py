"""Curated items, and the ordered relations they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Case, Exists, F, Max, Min, OuterRef, Prefetch, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from taggit.managers import TaggableManager
from taggit.models import ItemBase

from curation.links import host_of, url_key
from curation.rendering import Rendered, excerpt, flavour_of, one_line, render
from curation.sentences import shown_summary

from .addresses import address
from .credits import Author, Publisher
from .fields import HttpURLField, LineField, SlugField, validate_language
from .images import Image
from .offerings import Offering
from .tags import NamedTags, Tag
from .taxonomy import Topic

#: Columns that follow from others, and are written with them.
DERIVED = ("body_html", "body_text", "summary", "shown_summary", "source_url_key")


#: A time, or what stands for it in a query that is written once (`Prepared`); without one, it is now.
Moment = datetime | models.Value | None


class ItemQuerySet(models.QuerySet["CuratedItem"]):
    def published(self, now: Moment = None) -> ItemQuerySet:
        """Items that readers see at a time. Every list, page, feed and sitemap starts here."""
        now = now or timezone.now()
        return self.filter(status=CuratedItem.Status.PUBLISHED, published_at__lte=now).exclude(pk__in=expired(now))

    def published_among(self, keys: Any, now: Moment = None) -> ItemQuerySet:
        """Items of these keys that readers see at a time: like `published()`, but found by the keys.

        SQLite takes the index of all that readers see where it can, however few the keys are; it cannot here.
        """
        now = now or timezone.now()
        seen = Q(status=CuratedItem.Status.PUBLISHED, published_at__lte=now) & ~Q(pk__in=expired(now))
        return self.filter(Case(When(seen, then=True), default=False, output_field=models.BooleanField()), pk__in=keys)

    def next_due(self) -> datetime | None:
        """Return when an item will next appear among the published ones, or leave them; in one query."""
        return min(self._dues("gt", ""), default=None)

    def last_due(self) -> datetime | None:
        """Return when an item last appeared among the published ones by the clock alone, or left them; in one query."""
        return max(self._dues("lte", "-"), default=None)

    def _dues(self, lookup: str, order: str) -> Iterator[datetime]:
        """Yield the first publication and the first expiry of published items that `lookup` says of now."""
        now, published = timezone.now(), self.filter(status=CuratedItem.Status.PUBLISHED)

        def first(column: str) -> models.QuerySet[CuratedItem, tuple[datetime]]:
            due = published.filter(**{f"{column}__{lookup}": now}).order_by(order + column)
            # Nested, for SQLite takes no `LIMIT` inside a union.
            return self.filter(pk__in=due.values("pk")[:1]).order_by().values_list(column)

        return (moment for (moment,) in first("published_at").union(first("expires_at")))

    def datetimes(  # type: ignore[override]  # the admin's date hierarchy wants no more than to go through them
        self, field_name: str, kind: Any, order: Any = "ASC", tzinfo: Any = None
    ) -> Iterable[datetime]:
        """Return moments as Django does, but for years: those from the first to the last, with or without an item.

        To tell which years there are, a database would cut the time of every row short, whenever the list is opened.
        """
        if kind != "year":
            return super().datetimes(field_name, kind, order, tzinfo)
        bounds = self.aggregate(first=Min(field_name), last=Max(field_name))
        years = range(bounds["first"].year, bounds["last"].year + 1) if bounds["first"] else ()
        return [datetime(year, 1, 1, tzinfo=UTC) for year in (years if order == "ASC" else reversed(years))]

    def newest_first(self) -> ItemQuerySet:
        return self.order_by("-published_at", "-id")

    def of_topic(self, topic: int) -> ItemQuerySet:
        """Items about a topic, in the order that they are in."""
        return self.filter(Exists(ItemTopic.objects.filter(item=OuterRef("pk"), topic=topic)))

    def of_vocabulary(self, vocabulary: int) -> ItemQuerySet:
        """Items with a topic of a vocabulary, once each."""
        return self.filter(Exists(ItemTopic.objects.filter(item=OuterRef("pk"), topic__vocabulary=vocabulary)))

    def with_relations(self, *names: str) -> ItemQuerySet:
        """Load relations (`itemtopic_set`, …) in their order with what they lead to; a query each."""
        return self.prefetch_related(*(Prefetch(name, RELATIONS[name]()) for name in names))

    def listed_by(self, relation: type[ItemRelation], now: Moment = None, **target: Any) -> ItemQuerySet:
        """Items that a relation ties to a target (`ItemTopic, topic=topic`), newest first, along its own index."""
        name = relation._meta.model_name
        conditions = {f"{name}__{field}": value for field, value in target.items()}
        listed = self.filter(**conditions, **{f"{name}__listed_at__lte": now or timezone.now()})
        return listed.order_by(f"-{name}__listed_at", f"-{name}__item_id")


def expired(now: Moment) -> models.QuerySet[CuratedItem]:
    """Return the published items that readers no longer see at a time, as their keys.

    Whatever shows readers something leaves these out. They are few, and one short range of an index, so that no other
    index and no relation has to hold the time.
    """
    over = CuratedItem.objects.filter(status=CuratedItem.Status.PUBLISHED, expires_at__lte=now).order_by()
    return over.values("pk")  # type: ignore[return-value]  # for a subquery


class CuratedItem(models.Model):  # type: ignore[django-manager-missing]  # taggit has no types
    """A curated story: a title, an editor's text, and a link to the outside source.

    `body` is kept as written; `body_html` (sanitised) and `body_text` are made from it by every `save()`. So is
    `shown_summary`, what readers get of `summary`, which is kept as written, too.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"

    class Flavour(models.TextChoices):
        COMMONMARK = "commonmark", "CommonMark"
        MARKDOWN = "markdown", "Python-Markdown"

    title = LineField(max_length=500)
    slug = SlugField(  # as of other columns with `db_index=False`, an index below begins with it
        max_length=255, db_index=False, help_text="The address: /news/…/. Changing it leaves a redirect behind."
    )
    summary = models.TextField(blank=True, help_text="One to three sentences. Left blank, it is taken from the body.")

    shown_summary = models.TextField(blank=True, editable=False)

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.DRAFT)
    published_at = models.DateTimeField(
        "publication time", null=True, blank=True, help_text="UTC. A time to come: readers see the item from then on."
    )
    expires_at = models.DateTimeField(
        "expiry time", null=True, blank=True, help_text="UTC. From then on the item counts as archived."
    )
    source_modified_at = models.DateTimeField("modified at the source", null=True, blank=True)
    edited_at = models.DateTimeField(null=True, editable=False)  # by a person, here; no import counts
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    source_url = HttpURLField("source link", max_length=2000, blank=True)
    source_url_original = HttpURLField(
        "source link as found", max_length=2000, blank=True, help_text="Before it was cleaned."
    )
    source_url_key = models.CharField(max_length=2000, blank=True, editable=False, db_index=True)
    publisher = models.ForeignKey(
        Publisher, null=True, blank=True, on_delete=models.SET_NULL, related_name="items", db_index=False
    )
    via_name = LineField("via", max_length=300, blank=True, help_text="Who pointed to the story.")
    via_url = HttpURLField("via link", max_length=2000, blank=True)

    image = models.ForeignKey(Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="items")
    image_alt = LineField("alternative text", max_length=500, blank=True, help_text="What the image shows.")
    pdf = models.FileField("attached PDF", upload_to="documents/", max_length=200, blank=True)
    media_provenance = models.JSONField(default=dict, blank=True, editable=False)

    kind = LineField(max_length=100, blank=True, help_text="News, Opinion, …: a facet for readers.")
    format = LineField(max_length=100, blank=True, help_text="brief, feature, …: a facet for readers.")
    section = LineField("section label", max_length=100, blank=True, help_text="Printed above the title.")
    institution = LineField(max_length=300, blank=True)
    language = LineField(
        max_length=35,
        blank=True,
        validators=[validate_language],
        help_text="As BCP 47 writes it: en, fr, pt-BR. Blank: that of the site.",
    )

    breadcrumbs = models.JSONField(default=list, blank=True, editable=False)

    flavour = models.CharField(
        "Markdown",
        max_length=16,
        choices=Flavour.choices,
        default=Flavour.COMMONMARK,
        help_text="How the body is read: CommonMark, as by GitHub and Hugo, or Python-Markdown, as by Pelican.",
    )

    # The long columns come last: to read a column, SQLite walks through all those before it.
    meta = models.JSONField(
        "meta overrides",
        default=dict,
        blank=True,
        help_text="Open Graph, Twitter and HTML meta tags of this page alone.",
    )
    body = models.TextField(blank=True, help_text="Markdown; HTML is allowed and sanitised.")
    body_html = models.TextField(blank=True, editable=False)
    body_text = models.TextField(blank=True, editable=False)

    authors = models.ManyToManyField(Author, through="ItemAuthor", related_name="items")
    topics = models.ManyToManyField(Topic, through="ItemTopic", related_name="items")
    offerings = models.ManyToManyField(Offering, through="ItemOffering", related_name="items")
    tags = TaggableManager(through="ItemTag", blank=True, manager=NamedTags)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = "item"
        indexes = [
            models.Index("status", F("published_at").desc(), F("id").desc(), name="item_newest"),
            models.Index("publisher", F("published_at").desc(), F("id").desc(), name="item_publisher_newest"),
            models.Index(Coalesce("published_at", "created_at").desc(), F("id").desc(), name="item_desk"),
            models.Index(fields=["pdf"], condition=~Q(pdf=""), name="item_pdf"),
            models.Index(fields=["status", "expires_at"], condition=Q(expires_at__isnull=False), name="item_expires"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slug"], name="item_slug_unique", violation_error_message="Another item has this slug already."
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_at__isnull=False),
                name="item_published_has_time",
                violation_error_message="A published item needs a publication time.",
            ),
            models.CheckConstraint(
                condition=Q(source_url="")
                | Q(source_url__istartswith="http://")
                | Q(source_url__istartswith="https://"),
                name="item_source_url_http",
                violation_error_message="A source link starts with http:// or https://.",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        if named := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*named, *DERIVED}
        super().save(*args, **kwargs)
        self.relist()

    def get_absolute_url(self) -> str:
        return address("item", self.slug)

    @property
    def label(self) -> str:
        """What is printed above the title."""
        return self.section or self.kind

    @property
    def listed_at(self) -> datetime | None:
        """From when on readers see the item; `None` while nothing has published it."""
        return self.published_at if self.status == self.Status.PUBLISHED else None

    @property
    def source_name(self) -> str:
        """What readers know the source by."""
        return str(self.publisher or host_of(self.source_url))

    @property
    def has_expired(self) -> bool:
        """Whether the item is published, but counts as archived since its expiry time."""
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.status == self.Status.PUBLISHED and is_over

    @property
    def is_live(self) -> bool:
        return self.listed_at is not None and self.listed_at <= timezone.now() and not self.has_expired

    @property
    def modified_at(self) -> datetime | None:
        """When the story last changed since it came out: at its source or by an editor, whichever was later.

        `None` where nothing did. When a file was imported does not count.
        """
        latest = max(filter(None, (self.source_modified_at, self.edited_at)), default=None)
        return latest if latest and self.published_at and latest > self.published_at else None

    def clean(self) -> None:
        if self.status == self.Status.PUBLISHED and self.published_at is None:
            raise ValidationError({"published_at": "A published item needs a publication time."})

    def derive(self, rendered: Rendered | None = None) -> None:
        """Fill the columns that follow from others: rendered body, plain text, summary, duplicate key.

        `rendered` is the body, where that was rendered before.
        """
        rendered = rendered or render(self.body, flavour_of(self.flavour))
        self.body_html, self.body_text = rendered.html, rendered.text
        self.summary = one_line(self.summary) or excerpt(self.body_text)
        self.shown_summary = shown_summary(self.summary, self.body_text)
        self.source_url_key = url_key(self.source_url)

    def relist(self) -> None:
        """Carry `listed_at` over to the relations, where the topic, offering and author lists sort by it."""
        for relation in (ItemTopic, ItemOffering, ItemAuthor):
            relation.objects.filter(item=self).exclude(listed_at=self.listed_at).update(listed_at=self.listed_at)


class RelationQuerySet(models.QuerySet[Any]):
    def listed(self, now: Moment = None) -> RelationQuerySet:
        """Relations of the items that readers see at a time, found without a look at the items."""
        now = now or timezone.now()
        return self.filter(listed_at__lte=now).exclude(item__in=expired(now))


class ItemRelation(models.Model):
    """An ordered relation of an item.

    `listed_at` repeats the item's, so that a topic's newest items are one range of an index however many it has.
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
    """A related offering; the primary one is what the item is about."""

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


RELATIONS: dict[str, Callable[[], models.QuerySet[Any]]] = {
    "itemauthor_set": lambda: ItemAuthor.objects.select_related("author"),
    "itemtopic_set": lambda: ItemTopic.objects.select_related("topic__vocabulary"),
    "itemoffering_set": lambda: ItemOffering.objects.select_related("offering"),
    "itemtag_set": lambda: ItemTag.objects.select_related("tag"),
}
