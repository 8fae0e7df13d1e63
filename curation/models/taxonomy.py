"""Vocabularies and their topics: what items are about."""

from django.db import models
from django.db.models.functions import Lower

from .addresses import address
from .fields import HttpURLField, LineField


class Vocabulary(models.Model):
    """A list of topics with one owner: Symplur, KLAS, Gartner, …, or our own."""

    name = LineField(max_length=100, help_text="As written before the colon: “Symplur” in “Symplur: COVID-19”.")
    slug = models.SlugField(max_length=100, help_text="The name in addresses: lower-case letters, digits, hyphens.")
    description = models.TextField(blank=True, help_text="One or two sentences for readers: whose list this is.")
    url = HttpURLField("website", max_length=500, blank=True, help_text="Where its owner publishes it.")

    class Meta:
        ordering = [Lower("name")]
        verbose_name_plural = "vocabularies"
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="vocabulary_slug_unique"),
            models.UniqueConstraint(
                Lower("name"),
                name="vocabulary_name_unique",
                violation_error_message="There is a vocabulary of this name already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("vocabulary", self.slug)


class Topic(models.Model):
    """A label of a vocabulary, written `Vocabulary: Label` in front matter."""

    vocabulary = models.ForeignKey(Vocabulary, on_delete=models.PROTECT, related_name="topics")
    label = LineField(max_length=200, help_text="As readers see it: “Digital Technology”.")
    slug = models.SlugField(max_length=255, help_text="The address: /topic/…/.")
    description = models.TextField(blank=True, help_text="Shown at the top of the topic's page.")

    class Meta:
        ordering = [Lower("vocabulary__name"), Lower("label")]
        constraints = [
            models.UniqueConstraint(fields=["slug"], name="topic_slug_unique"),
            models.UniqueConstraint(
                "vocabulary",
                Lower("label"),
                name="topic_label_unique",
                violation_error_message="This vocabulary has a topic of this label already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vocabulary.name}: {self.label}"

    def get_absolute_url(self) -> str:
        return address("topic", self.slug)
