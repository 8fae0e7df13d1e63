"""Who wrote and who published: authors, and the publishers of outside sources."""

from django.core.validators import RegexValidator
from django.db import models

from curation.frontmatter.links import HOST

from .addresses import address
from .fields import HttpURLField, NameField, SlugField
from .images import Image
from .named import SAME_NAME, Named

DOMAIN = RegexValidator(
    HOST.pattern,
    "Enter a host name in lower case, like example.org, without “www.”.",
)


class Publisher(Named):
    """The brand behind a source link, known by its host name."""

    domain = models.CharField(max_length=253, validators=[DOMAIN], help_text="Host name without “www.”: example.org.")
    name = NameField(max_length=200, help_text="As readers see it; the domain where no better name is known.")
    icon = models.ForeignKey(Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="publishers")

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["name_key"], name="publisher_name_key")]
        constraints = [models.UniqueConstraint(fields=["domain"], name="publisher_domain_unique")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("publisher", self.domain)


class Author(Named):
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
