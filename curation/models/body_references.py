"""Targets on this site of an item's pictures, links and breadcrumbs."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.signals import post_delete
from django.dispatch import receiver

from .images import Image
from .items import CuratedItem
from .pdfs import discard_pdf

#: The condition of a reference to no file and no item: to another page, or to nothing.
LEADS_TO_NO_ROW = Q(image__isnull=True, target__isnull=True, document="")


class BodyReference(models.Model):
    """A picture or link of an item's body, or a breadcrumb, that refers to this site.

    `href` is a value of `body_html`, or the path of the breadcrumb. Its target is one of: a stored `image`, a stored
    `document` (the storage name of a PDF), an item (`target`), or another `page` (the name of a route, with its `key`);
    or none yet. `name` is the last part of its path (`references.page_name`), by which pages that are added later are
    matched; "" for a reference to a file.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", "Picture"
        LINK = "link", "Link"
        CRUMB = "crumb", "Breadcrumb"

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="references")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    href = models.TextField("as written")
    name = models.CharField(max_length=255, blank=True)
    image = models.ForeignKey(
        Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="references", db_index=False
    )
    document = models.CharField(max_length=200, blank=True)
    target = models.ForeignKey(
        CuratedItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="referred_by", db_index=False
    )
    page = models.CharField(max_length=32, blank=True)
    key = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["item", "id"]
        verbose_name = "link"
        verbose_name_plural = "broken links"
        indexes = [
            models.Index(fields=["image"], condition=Q(image__isnull=False), name="bodyreference_image"),
            models.Index(fields=["target"], condition=Q(target__isnull=False), name="bodyreference_target"),
            models.Index(fields=["document"], condition=~Q(document=""), name="bodyreference_document"),
            models.Index(fields=["page", "key"], condition=~Q(page=""), name="bodyreference_page"),
            models.Index(
                fields=["name"], condition=Q(target__isnull=True) & ~Q(name=""), name="bodyreference_unresolved"
            ),
            models.Index(fields=["id"], condition=LEADS_TO_NO_ROW, name="bodyreference_neither"),
        ]

    def __str__(self) -> str:
        return self.href


@receiver(post_delete, sender=BodyReference)
def _discard_document_along(instance: BodyReference, **_kwargs: Any) -> None:
    discard_pdf(instance.document)
