"""Authors of items."""

from django.db import models

from curation.lib.page_urls import address

from .fields import HttpURLField, NameField, SlugField
from .named import SAME_NAME, NamedModel


class Author(NamedModel):
    """A person or desk named as the author of items."""

    name = NameField(max_length=200)
    slug = SlugField(max_length=255, help_text="The address: /author/…/.")
    bio = models.TextField(blank=True, help_text="Shown at the top of the author's page.")
    url = HttpURLField("website", max_length=500, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="author_slug_unique"),
            models.UniqueConstraint(
                fields=["name_key"],
                name="author_name_unique",
                violation_error_code=SAME_NAME,
                violation_error_message="There is an author of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("author", self.slug)
