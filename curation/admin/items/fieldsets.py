"""The groups of fields of the item form, and where each stands on its page."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets

from curation.models import CuratedItem

#: Titles with options, `fields` among them, as `ModelAdmin.fieldsets` has them.
Fieldsets = tuple[tuple[Any, Any], ...]

#: The class of a group is its place: the `story` comes first, its `terms` after the relations, `publishing` and `side`
#: are cards of the side panel. Other groups are folded below the story; Django opens one that has an error.
FIELDSETS: Fieldsets = (
    (
        None,
        {
            "classes": ("story",),
            "fields": (
                *("save_anyway", "version", "shown_publisher", "shown_image"),
                *("source_url", "title", "slug", "summary", "body"),
            ),
        },
    ),
    (None, {"classes": ("terms",), "fields": ("tags",)}),
    ("Publication", {"classes": ("publishing",), "fields": ("published_at", "expires_at")}),
    ("Picture", {"classes": ("side",), "fields": ("chosen_picture", "image_alt", "image", "new_image")}),
    ("Publisher", {"classes": ("side",), "fields": ("publisher", "publisher_from_link", "via_name", "via_url")}),
    (
        "Labels",
        {"classes": ("collapse",), "fields": ("section", "kind", "format", "institution", "language", "flavour")},
    ),
    ("Meta tags", {"classes": ("collapse",), "fields": ("meta",)}),
    (
        "Link and date at the source",
        {"classes": ("collapse",), "fields": ("source_url_original", "source_modified_at")},
    ),
    ("PDF", {"classes": ("collapse",), "fields": ("pdf",)}),
)


def editable_columns() -> list[str]:
    """Return the names of the columns of an item that a form can edit."""
    return [field.name for field in CuratedItem._meta.concrete_fields if field.editable and not field.auto_created]


def complete(fieldsets: Fieldsets, columns: Iterable[str]) -> Fieldsets:
    """Return fieldsets with a group “Other” for the columns that no group names.

    So a new column can be edited before anybody has chosen a group for it.
    """
    named = set(flatten_fieldsets(fieldsets))
    others = tuple(name for name in columns if name not in named)
    return (*fieldsets, ("Other", {"classes": ("collapse",), "fields": others})) if others else fieldsets


def without_fields(fieldsets: Fieldsets, names: set[str]) -> Fieldsets:
    """Return fieldsets without some fields that stand on lines of their own."""
    return tuple(
        (title, {**options, "fields": tuple(field for field in options["fields"] if field not in names)})
        for title, options in fieldsets
    )
