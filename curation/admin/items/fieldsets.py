"""The groups of fields of the item form."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin.utils import flatten_fieldsets

from curation.models import CuratedItem

#: Titles with options, `fields` among them, as `ModelAdmin.fieldsets` has them.
Fieldsets = tuple[tuple[Any, Any], ...]

#: The class `after-relations` puts a group below the inlines of topics, offerings and authors.
FIELDSETS: Fieldsets = (
    (
        None,
        {
            "fields": (
                "save_anyway",
                "version",
                "shown_publisher",
                "shown_image",
                "title",
                "slug",
                ("published_at", "expires_at"),
            )
        },
    ),
    ("Source", {"fields": ("source_url", "publisher", ("via_name", "via_url"))}),
    ("Text", {"fields": ("summary", "flavour", "body")}),
    ("Image", {"fields": ("image", "chosen_picture", "new_image", "image_alt")}),
    ("Classification", {"fields": ("tags", ("kind", "format"), ("section", "institution"), "language")}),
    (
        "Rarely needed",
        {
            "classes": ("collapse", "after-relations"),
            "fields": ("source_url_original", "source_modified_at", "pdf", "meta"),
        },
    ),
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
    return (*fieldsets, ("Other", {"fields": others})) if others else fieldsets


def without_fields(fieldsets: Fieldsets, names: set[str]) -> Fieldsets:
    """Return fieldsets without some fields that stand on lines of their own."""
    return tuple(
        (title, {**options, "fields": tuple(field for field in options["fields"] if field not in names)})
        for title, options in fieldsets
    )
