"""Publishers of the outside sources that items link to."""

from django.core.validators import RegexValidator
from django.db import models

from curation.frontmatter.reading.links import HOST_NAME
from curation.lib.page_urls import address

from .fields import NameField
from .images import Image
from .named import NamedModel

DOMAIN = RegexValidator(
    HOST_NAME.pattern,
    "Enter a host name in lower case, like example.org, without “www.”.",
)


class Publisher(NamedModel):
    """The brand behind a source link, identified by its host name."""

    domain = models.CharField(max_length=253, validators=[DOMAIN], help_text="Host name without “www.”: example.org.")
    name = NameField(max_length=200, help_text="As readers see it; the domain if no other name is known.")
    icon = models.ForeignKey(Image, null=True, blank=True, on_delete=models.SET_NULL, related_name="publishers")

    class Meta:
        ordering = ["name"]
        indexes = [models.Index(fields=["name_key"], name="publisher_name_key")]
        constraints = [models.UniqueConstraint(fields=["domain"], name="publisher_domain_unique")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return address("publisher", self.domain)
