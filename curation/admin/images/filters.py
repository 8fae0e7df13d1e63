"""Filters of the grid of images."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest

from curation.admin.items.filters import chosen_id
from curation.models import BodyReference, CuratedItem, Image, ImageLook, ItemDraft, Publisher

Images = QuerySet[Image]

#: A picture that is less wide in pixels is small.
SMALL_WIDTH = 800
_IN_BODY = re.compile(r"/images/([0-9a-f]{16})/")
_ROW = OuterRef("pk")


def _without_drafted(images: Images) -> Images:
    """Leave out the images that drafts over live items have: as the picture, or in the text."""
    ids: set[int] = set()
    starts: set[str] = set()
    state: Any  # the stubs take it for bytes
    for state in ItemDraft.objects.values_list("state", flat=True).iterator():
        ids.add(state.get("image") or 0)
        starts.update(_IN_BODY.findall(state.get("body") or ""))
    return images.alias(start=Left("sha256", 16)).exclude(Q(pk__in=ids) | Q(start__in=starts))


def unused(images: Images) -> Images:
    """Return the images that no item, draft or publisher has. Items in the bin count: they may be restored."""
    users = (
        CuratedItem.objects.filter(image=_ROW),
        BodyReference.objects.filter(image=_ROW),
        Publisher.objects.filter(icon=_ROW),
    )
    for rows in users:
        images = images.exclude(Exists(rows.order_by()))
    return _without_drafted(images)


def without_text(images: Images) -> Images:
    """Return the images without an alternative text, but those whose items all have one of their own."""
    items = CuratedItem.objects.filter(image=_ROW).order_by()
    return images.filter(Exists(items.filter(image_alt="")) | ~Exists(items), alt="")


def with_lookalikes(images: Images) -> Images:
    """Return the images that look the same as another one."""
    others = ImageLook.objects.filter(group=OuterRef("look__group")).exclude(pk=_ROW)
    return images.filter(Exists(others), look__group__isnull=False)


class _YesFilter(admin.SimpleListFilter):
    """A filter with one choice beside “All”."""

    label = ""

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("1", self.label)]


class UnusedFilter(_YesFilter):
    title, parameter_name, label = "use", "unused", "Unused"

    def queryset(self, _request: HttpRequest, queryset: Images) -> Images:
        return unused(queryset) if self.value() else queryset


class TextFilter(_YesFilter):
    title, parameter_name, label = "alternative text", "no_text", "Missing"

    def queryset(self, _request: HttpRequest, queryset: Images) -> Images:
        return without_text(queryset) if self.value() else queryset


class SmallFilter(_YesFilter):
    title, parameter_name, label = "size", "small", f"Small: below {SMALL_WIDTH} pixels"

    def queryset(self, _request: HttpRequest, queryset: Images) -> Images:
        return queryset.filter(width__lt=SMALL_WIDTH) if self.value() else queryset


class LookFilter(_YesFilter):
    title, parameter_name, label = "look", "alike", "Same look as another"

    def queryset(self, _request: HttpRequest, queryset: Images) -> Images:
        return with_lookalikes(queryset) if self.value() else queryset


class AddedFilter(admin.DateFieldListFilter):
    """Filter by the time at which an image was added."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = "time added"


class SameLookFilter(admin.SimpleListFilter):
    """Filter by the look of one image. Shown only while it is used, as by a link."""

    title, parameter_name = "same look", "like"

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        number = request.GET.get(self.parameter_name)
        return [(number, f"As image {number}")] if number else []

    def queryset(self, _request: HttpRequest, queryset: Images) -> Images:
        number = chosen_id(self)
        if number is None:
            return queryset
        return queryset.filter(Q(pk=number) | Q(look__group__in=ImageLook.objects.filter(pk=number).values("group")))
