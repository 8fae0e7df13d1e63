"""Where imported items came from."""

from django.db import models
from django.db.models import Q

from .fields import HttpURLField
from .items import CuratedItem


class SourceDocument(models.Model):
    """A file that an item was imported from. An item has one primary document, and more where files repeat it.

    The front matter is kept exactly as it was read, so that keys without a column survive and an item nobody edited
    can be written back byte for byte. `record` is what the last import understood of the file (an `ItemRecord` as
    JSON): the base against which the next import tells an editor's change from the file's.
    """

    class Dialect(models.TextChoices):
        OPENPROJECT = "openproject", "OpenProject curation"
        BOOKMARK = "bookmark", "Dropmark bookmark"
        CONTRIBUTOR = "contributor", "Contributor centre"
        WORDPRESS = "wordpress", "WordPress post"
        HUGO = "hugo", "Plain Hugo"

    class Format(models.TextChoices):
        YAML = "yaml", "YAML"
        TOML = "toml", "TOML"
        JSON = "json", "JSON"

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="documents")
    is_primary = models.BooleanField(default=True)
    source_system = models.CharField(max_length=100, blank=True)
    external_id = models.CharField("external ID", max_length=500, blank=True)
    md_name = models.CharField("mdName", max_length=255, blank=True)
    dialect = models.CharField(max_length=16, choices=Dialect.choices)
    path = models.CharField(
        max_length=1000, blank=True, help_text="Absolute, undecodable bytes escaped. Empty: the file is gone."
    )
    sha256 = models.CharField("SHA-256", max_length=64)
    front_matter_format = models.CharField(max_length=4, choices=Format.choices, default=Format.YAML)
    front_matter = models.TextField()
    record = models.JSONField(default=dict)
    media = models.JSONField(default=dict, help_text="SHA-256 of the files it pointed to, by use: image, pdf, icon.")
    source_url = HttpURLField("source link", max_length=2000, blank=True)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["-is_primary", "path"]
        indexes = [
            models.Index(fields=["source_system", "external_id"], name="document_external_id"),
            models.Index(fields=["md_name"], condition=~Q(md_name=""), name="document_md_name"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=~Q(path=""), name="document_path_unique"),
            models.UniqueConstraint(fields=["item"], condition=Q(is_primary=True), name="document_primary_unique"),
            models.UniqueConstraint(
                fields=["source_system", "external_id"],
                condition=Q(is_primary=True) & ~Q(external_id=""),
                name="document_external_id_unique",
            ),
        ]

    def __str__(self) -> str:
        return self.path
