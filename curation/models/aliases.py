"""Redirects: old paths of items, and former names in addresses of other pages."""

from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from .fields import MAX_NAME_KEY
from .items import CuratedItem


def normalise_path(path: str) -> str:
    """Return a site path in the normal form of aliases: NFC, one leading slash, no trailing one.

    >>> normalise_path("news/old-name/")
    '/news/old-name'
    """
    return "/" + normalize("NFC", path).strip("/ ")


def alias_candidates(path: str) -> set[str]:
    """Return the aliases that a requested path may mean: old forms and wikis write a space as `+`."""
    exact = normalise_path(path)
    return {exact, exact.replace("+", " "), exact.replace(" ", "+"), f"/{path.strip('/ ')}"}


def validate_path(path: str) -> None:
    """Raise `ValidationError` unless `path` is a site-relative path that can be redirected."""
    is_path = path != "/" and not path.startswith("//") and not any(part in path for part in ("?", "#", "\\", "  "))
    if not is_path or not path.isprintable():
        raise ValidationError("Enter a path of this site, like /news/old-name, without “?”, “#” or a host.")


class Alias(models.Model):
    """A path that redirects (301) to an item's page. An existing page takes precedence over an alias."""

    path = models.CharField(
        max_length=500, validators=[validate_path], help_text="A path of this site: /news/old-name. No host, no “?”."
    )
    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        verbose_name = "redirect"
        constraints = [
            models.UniqueConstraint(
                fields=["path"],
                name="alias_path_unique",
                violation_error_message="Another item has this redirect already.",
            )
        ]

    def __str__(self) -> str:
        return self.path

    def clean_fields(self, exclude=None) -> None:  # type: ignore[no-untyped-def]
        if not self.path.startswith("//"):
            self.path = normalise_path(self.path)
        super().clean_fields(exclude=exclude)


class FormerName(models.Model):
    """A former slug or domain of a topic, vocabulary, offering, publisher, author or tag, or a name of the last two.

    For redirects, `kind` is the first part of the path, `key` the second. A former name has a `kind` of its own
    (`site_links.former_names.NAMES`), with its `name_key()` as `key`. `row` is the id of the row that had the key until
    `noted_at`; several rows may have had one in turn. Addresses lead to the last of them, unless a row has the key now.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=MAX_NAME_KEY)
    row = models.BigIntegerField()
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["kind", "key", "noted_at"], name="formername_key"),
            models.Index(fields=["kind", "row"], name="formername_row"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
