"""Vocabularies, and their topics, which classify items."""

from django.db import models

from curation.lib.page_urls import address

from .fields import HttpURLField, NameField, SlugField
from .named import SAME_NAME, NamedModel


class Vocabulary(NamedModel):
    """A list of topics with one owner: Symplur, KLAS, Gartner, …, or this site."""

    name = NameField(max_length=100, help_text="As written before the colon: “Symplur” in “Symplur: COVID-19”.")
    slug = SlugField(max_length=100, help_text="The name in addresses: letters of any script, digits, hyphens.")
    description = models.TextField(
        blank=True, help_text="One or two sentences for readers about the owner of the list."
    )
    url = HttpURLField("website", max_length=500, blank=True, help_text="The owner's page about the vocabulary.")

    class Meta:
        ordering = ["name_key"]
        verbose_name_plural = "vocabularies"
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="vocabulary_slug_unique"),
            models.UniqueConstraint(
                fields=["name_key"],
                name="vocabulary_name_unique",
                violation_error_code=SAME_NAME,
                violation_error_message="There is a vocabulary of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("vocabulary", self.slug)


class Equivalence(models.Model):
    """Topics of several vocabularies that mean the same. If it `shows_all`, the page of each has the items of all."""

    shows_all = models.BooleanField("show the items of all on the page of each", default=False)

    def __str__(self) -> str:
        return " = ".join(map(str, self.topics.select_related("vocabulary")))


class Topic(NamedModel):
    """A label of a vocabulary, written `Vocabulary: Label` in front matter.

    A topic that was retired stays with its items and is not offered any more; imports read its name as that of its
    `successor`, if it has one. A topic is `is_from_import` until an editor has looked at it.
    """

    NAME = "label"

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="topics")
    label = NameField(max_length=200, help_text="As readers see it: “Digital Technology”.")
    slug = SlugField(max_length=255, help_text="The address: /topic/…/.")
    description = models.TextField(blank=True, help_text="Shown at the top of the topic's page.")
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    successor = models.ForeignKey(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="predecessors"
    )
    equivalence = models.ForeignKey(
        Equivalence, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="topics"
    )
    is_from_import = models.BooleanField("new from an import", default=False, editable=False)

    class Meta:
        ordering = ["vocabulary__name_key", "name_key"]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_from_import=True), name="topic_from_import"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="topic_slug_unique"),
            models.UniqueConstraint(
                fields=["vocabulary", "name_key"],
                name="topic_label_unique",
                violation_error_code=SAME_NAME,
                violation_error_message="This vocabulary has a topic of this label already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vocabulary.name}: {self.label}"

    def get_absolute_url(self) -> str:
        return address("topic", self.slug)
