"""Tags: free words by which editors and files label items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from taggit.managers import _TaggableManager
from taggit.models import TagBase

from curation.lib.names import name_key
from curation.lib.page_urls import address

from .fields import NameField, SlugField
from .named import SAME_NAME, NamedModel


class Tag(NamedModel, TagBase):  # type: ignore[django-manager-missing, misc]  # taggit has no types
    """A tag. Spellings that differ in case, Unicode form or spacing are one tag."""

    name = NameField(max_length=100)
    slug = SlugField(max_length=100, allow_unicode=True, help_text="The address: /tag/…/.")

    objects = models.Manager["Tag"]()

    class Meta:
        ordering = ["name_key"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="tag_slug_unique"),
            models.UniqueConstraint(
                fields=["name_key"],
                name="tag_name_unique",
                violation_error_code=SAME_NAME,
                violation_error_message="There is a tag of this name already.",
            ),
        ]

    def get_absolute_url(self) -> str:
        return address("tag", self.slug)


class TagManager(_TaggableManager):  # type: ignore[misc]  # taggit has no types
    """A manager of tags that finds rows for words by `name_key()`."""

    def _to_tag_model_instances(self, tags: Iterable[str | Tag], tag_kwargs: Mapping[str, Any]) -> list[Tag]:
        """Return the rows for some words and tags, each once and in order; missing rows are inserted."""
        tags = list(tags)
        keys = {name_key(tag) for tag in tags if isinstance(tag, str)}
        known = {tag.name_key: tag for tag in Tag.objects.filter(name_key__in=keys, **tag_kwargs)}
        rows: dict[int, Tag] = {}
        for tag in tags:
            row = self._tag(tag, known) if isinstance(tag, str) else tag
            rows.setdefault(row.pk, row)
        return list(rows.values())

    @staticmethod
    def _tag(name: str, known: dict[str, Tag]) -> Tag:
        key = name_key(name)
        if key not in known:
            known[key], _made = Tag.objects.get_or_create(name_key=key, defaults={"name": name})
        return known[key]
