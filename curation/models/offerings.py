"""Offerings: products and services."""

from django.db import models

from curation.lib.page_urls import address

from .fields import MAX_NAME, HttpURLField, NameField, SlugField
from .named import NamedModel
from .topics import Topic


class Offering(NamedModel):
    """A product or service. `external_id` is the `offeringId` of front matter."""

    name = NameField(max_length=MAX_NAME)
    slug = SlugField(max_length=255, help_text="The address: /offering/…/.")
    external_id = models.CharField(
        "external ID", max_length=64, blank=True, help_text="The number of the offering in OpenProject."
    )
    description = models.TextField(blank=True, help_text="Shown at the top of the offering's page.")
    url = HttpURLField("website", max_length=500, blank=True)
    topics = models.ManyToManyField(Topic, blank=True, related_name="offerings")

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["name_key"], name="offering_name_key")]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="offering_slug_unique"),
            models.UniqueConstraint(
                fields=["external_id"], condition=~models.Q(external_id=""), name="offering_external_id_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("offering", self.slug)
