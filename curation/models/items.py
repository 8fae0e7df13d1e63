"""Curated items."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Prefetch, Q, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from taggit.managers import TaggableManager

from curation.lib.page_urls import address
from curation.lib.sentences import shown_summary
from curation.lib.stored_files import PDF_FOLDER
from curation.lib.web_urls import host_of, url_key
from curation.markdown import Rendered, excerpt, flavour_of, one_line, render

from .authors import Author
from .fields import HttpURLField, LineField, SlugField, validate_language
from .images import Image
from .offerings import Offering
from .publishers import Publisher
from .tags import TagManager
from .topics import Topic

#: Columns that are derived from others, and are written with them.
DERIVED_COLUMNS = ("body_html", "body_text", "summary", "shown_summary", "source_url_key")


#: A time, or a placeholder for it in a compiled query; `None` is now.
Moment = datetime | models.Value | None


class ItemQuerySet(models.QuerySet["CuratedItem"]):
    def published(self, now: Moment = None) -> ItemQuerySet:
        """Items that readers see at a time. Every list, page, feed and sitemap starts from this queryset."""
        now = now or timezone.now()
        return self.filter(status=CuratedItem.Status.PUBLISHED, published_at__lte=now).exclude(pk__in=expired(now))

    def published_among(self, keys: Any, now: Moment = None) -> ItemQuerySet:
        """Items with these primary keys that readers see at a time: like `published()`, but looked up by key.

        The `CASE` keeps SQLite from the index of all published items, which it would use however few the keys are.
        """
        now = now or timezone.now()
        seen = Q(status=CuratedItem.Status.PUBLISHED, published_at__lte=now) & ~Q(pk__in=expired(now))
        return self.filter(Case(When(seen, then=True)), pk__in=keys)

    def in_bin(self) -> ItemQuerySet:
        """Items in the bin."""
        return self.filter(status=CuratedItem.Status.BIN)

    def not_binned(self) -> ItemQuerySet:
        """Items outside the bin: those that editors meet anywhere but on the page of the bin."""
        return self.exclude(status=CuratedItem.Status.BIN)

    def next_due(self) -> datetime | None:
        """Return the next time at which a published item becomes visible or expires; in one query."""
        return min(self._dues("gt", ""), default=None)

    def last_due(self) -> datetime | None:
        """Return the last time at which a published item became visible or expired; in one query."""
        return max(self._dues("lte", "-"), default=None)

    def _dues(self, lookup: str, order: str) -> Iterator[datetime]:
        """Yield the first publication and the first expiry time of published items that `lookup` now: `gt`, `lte`."""
        now, published = timezone.now(), self.filter(status=CuratedItem.Status.PUBLISHED)

        def first(column: str) -> models.QuerySet[CuratedItem, tuple[datetime]]:
            due = published.filter(**{f"{column}__{lookup}": now}).order_by(order + column)
            # Nested: SQLite allows no `LIMIT` inside a union.
            return self.filter(pk__in=due.values("pk")[:1]).order_by().values_list(column)

        return (moment for (moment,) in first("published_at").union(first("expires_at")))

    def newest_first(self) -> ItemQuerySet:
        return self.order_by("-published_at", "-id")

    def with_relations(self, *names: str) -> ItemQuerySet:
        """Load relations (`itemtopic_set`, …) in their order, with the rows that they lead to; a query each."""
        return self.prefetch_related(*map(relation_with_rows, names))

    def listed_by(self, relation: type[models.Model], now: Moment = None, **target: Any) -> ItemQuerySet:
        """Items with a relation to a target (`ItemTopic, topic=topic`), newest first, along the relation's index."""
        name = relation._meta.model_name
        conditions = {f"{name}__{field}": value for field, value in target.items()}
        listed = self.filter(**conditions, **{f"{name}__listed_at__lte": now or timezone.now()})
        return listed.order_by(f"-{name}__listed_at", f"-{name}__item_id")


#: The relations of an item, and the path from each of their rows to the row that it relates the item to.
RELATIONS = {
    "itemauthor_set": "author",
    "itemtopic_set": "topic__vocabulary",
    "itemoffering_set": "offering",
    "itemtag_set": "tag",
}


def relation_with_rows(name: str) -> Prefetch[Any]:
    """Return the prefetch of a relation (`itemtopic_set`, …) in its order, with the rows that it leads to."""
    # Looked up by name: the models of relations refer to this module.
    model: Any = CuratedItem._meta.get_field(name.removesuffix("_set")).related_model
    return Prefetch(name, model._default_manager.select_related(RELATIONS[name]))


def expired(now: Moment) -> models.QuerySet[CuratedItem]:
    """Return the primary keys of published items that have expired at a time.

    Every query for readers excludes them. They are few, and one short range of an index, so that no other index and no
    relation has to contain the expiry time.
    """
    over = CuratedItem.objects.filter(status=CuratedItem.Status.PUBLISHED, expires_at__lte=now).order_by()
    return over.values("pk")  # type: ignore[return-value]  # for a subquery


def summary_for_readers(summary: str, body_text: str) -> str:
    """Return an item's `shown_summary`: made from its own summary, or from the start of its body if that is ""."""
    return shown_summary(summary or excerpt(body_text), body_text)


class CuratedItem(models.Model):  # type: ignore[django-manager-missing]  # taggit has no types
    """A curated story: a title, an editor's text, and a link to the source on another site.

    `body` and `summary` are stored as written; `summary` is "" until an editor or a file gives one. Every `save()`
    derives `body_html` (sanitised) and `body_text` from `body`, and `shown_summary`, the text for readers, from
    `summary` or else from the body.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        REVIEW = "review", "In review"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"
        BIN = "bin", "In the bin"

    class Flavour(models.TextChoices):
        COMMONMARK = "commonmark", "CommonMark"
        MARKDOWN = "markdown", "Python-Markdown"

    title = LineField(max_length=500, blank=True)  # of drafts; `items.checks` requires one of what readers see
    slug = SlugField(  # an index below begins with it, as with other columns that have `db_index=False`
        max_length=255, db_index=False, help_text="The address: /news/…/. Changing it leaves a redirect behind."
    )
    summary = models.TextField(
        blank=True, help_text="One to three sentences. Left empty, readers get the start of the body, as it is then."
    )

    shown_summary = models.TextField(blank=True, editable=False)

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(
        "publication time",
        null=True,
        blank=True,
        help_text="Readers see the item from then on.",
    )
    expires_at = models.DateTimeField(
        "expiry time", null=True, blank=True, help_text="From then on the item counts as archived."
    )
    source_modified_at = models.DateTimeField("modified at the source", null=True, blank=True)
    edited_at = models.DateTimeField(null=True, editable=False)  # by a person in the admin, not by imports
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(null=True, editable=False)  # while it is in review
    binned_at = models.DateTimeField(null=True, editable=False)
    binned_by = models.CharField(max_length=200, blank=True, editable=False)
    binned_from = models.CharField(max_length=16, blank=True, editable=False)  # the status that a restore gives back
    updated_at = models.DateTimeField(auto_now=True)

    source_url = HttpURLField("source link", max_length=2000, blank=True)
    source_url_original = HttpURLField(
        "source link as found", max_length=2000, blank=True, help_text="Before tracking parameters were removed."
    )
    source_url_key = models.CharField(max_length=2000, blank=True, editable=False, db_index=True)
    publisher = models.ForeignKey(
        Publisher, null=True, blank=True, on_delete=models.SET_NULL, related_name="items", db_index=False
    )
    via_name = LineField("via", max_length=300, blank=True, help_text="Who pointed to the story.")
    via_url = HttpURLField("via link", max_length=2000, blank=True)

    image = models.ForeignKey(Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="items")
    image_alt = LineField("alternative text", max_length=500, blank=True, help_text="What the image shows.")
    pdf = models.FileField("attached PDF", upload_to=PDF_FOLDER, max_length=200, blank=True)
    media_provenance = models.JSONField(default=dict, blank=True, editable=False)

    kind = LineField(max_length=100, blank=True, help_text="News, Opinion, …: a facet for readers.")
    format = LineField(max_length=100, blank=True, help_text="brief, feature, …: a facet for readers.")
    section = LineField("section label", max_length=100, blank=True, help_text="Printed above the title.")
    institution = LineField(max_length=300, blank=True)
    language = LineField(
        max_length=35,
        blank=True,
        validators=[validate_language],
        help_text="A language tag of BCP 47: en, fr, pt-BR. Blank: the language of the site.",
    )

    breadcrumbs = models.JSONField(default=list, blank=True, editable=False)

    flavour = models.CharField(
        "Markdown",
        max_length=16,
        choices=Flavour.choices,
        default=Flavour.COMMONMARK,
        help_text="The syntax of the body: CommonMark, as for GitHub and Hugo, or Python-Markdown, as for Pelican.",
    )

    # The long columns come last: to read a column, SQLite reads all columns before it.
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
    tags = TaggableManager(through="ItemTag", blank=True, manager=TagManager)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-id"]
        verbose_name = "item"
        permissions = [
            ("change_any_curateditem", "Can change items of others, and items that are no drafts"),
            ("review_curateditem", "Can approve and return items in review"),
            ("publish_curateditem", "Can publish, schedule, withdraw and archive items"),
            ("purge_curateditem", "Can delete items in the bin for ever"),
        ]
        indexes = [
            models.Index(fields=["binned_at"], condition=Q(status="bin"), name="item_binned"),
            models.Index("status", F("published_at").desc(), F("id").desc(), name="item_newest"),
            models.Index("publisher", F("published_at").desc(), F("id").desc(), name="item_publisher_newest"),
            models.Index(Coalesce("published_at", "created_at").desc(), F("id").desc(), name="item_desk"),
            models.Index(F("updated_at").desc(), F("id").desc(), name="item_changed"),
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
                condition=Q(status="bin", binned_at__isnull=False) | Q(~Q(status="bin"), binned_at=None),
                name="item_binned_has_time",
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
        return self.title or "Untitled"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        if named := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*named, *DERIVED_COLUMNS}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return address("item", self.slug)

    @property
    def label(self) -> str:
        """The text above the title."""
        return self.section or self.kind

    @property
    def listed_at(self) -> datetime | None:
        """The time from which readers see the item; `None` unless it is published."""
        return self.published_at if self.status == self.Status.PUBLISHED else None

    @property
    def source_name(self) -> str:
        """The name of the source for readers: its publisher, else its host."""
        return str(self.publisher or host_of(self.source_url))

    @property
    def alternative_text(self) -> str:
        """The text that stands for the image: the item's own, else that of the image; "" without an image."""
        return (self.image_alt or self.image.alt) if self.image else ""

    @property
    def has_expired(self) -> bool:
        """Whether the item is published and its expiry time has passed, so that it counts as archived."""
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.status == self.Status.PUBLISHED and is_over

    @property
    def is_live(self) -> bool:
        return self.listed_at is not None and self.listed_at <= timezone.now() and not self.has_expired

    @property
    def modified_at(self) -> datetime | None:
        """The time of the last change since publication, at the source or by an editor; `None` if there was none.

        Imports do not count.
        """
        latest = max(filter(None, (self.source_modified_at, self.edited_at)), default=None)
        return latest if latest and self.published_at and latest > self.published_at else None

    def derive(self, rendered: Rendered | None = None) -> None:
        """Set the derived columns: rendered body, plain text, the summary for readers, duplicate key.

        `rendered` is the rendered body, if the caller has it.
        """
        rendered = rendered or render(self.body, flavour_of(self.flavour))
        self.body_html, self.body_text = rendered.html, rendered.text
        self.summary = one_line(self.summary)
        self.shown_summary = summary_for_readers(self.summary, self.body_text)
        self.source_url_key = url_key(self.source_url)
