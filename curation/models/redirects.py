"""Old addresses that lead to an item, and names in addresses that pages had before."""

from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.db import models

from .items import CuratedItem


def normalise_path(path: str) -> str:
    """Return a site path in the form aliases are kept in: composed (NFC), one leading slash, no trailing one.

    >>> normalise_path("news/old-name/")
    '/news/old-name'
    """
    return "/" + normalize("NFC", path).strip("/ ")


def requested_as(path: str) -> set[str]:
    """Return the aliases that a requested path may mean: a space is written `%20`, and `+` by old forms and wikis."""
    exact = normalise_path(path)
    return {exact, exact.replace("+", " "), exact.replace(" ", "+"), f"/{path.strip('/ ')}"}


def validate_path(path: str) -> None:
    """Raise `ValidationError` unless `path` is a site-relative path that a redirect can stand on."""
    is_path = path != "/" and not path.startswith("//") and not any(part in path for part in ("?", "#", "\\", "  "))
    if not is_path or not path.isprintable():
        raise ValidationError("Enter a path of this site, like /news/old-name, without “?”, “#” or a host.")


class Alias(models.Model):
    """A path that answers 301 to an item's page. A live page always wins over an alias."""

    path = models.CharField(
        max_length=500, validators=[validate_path], help_text="A path of this site: /news/old-name. No host, no “?”."
    )
    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="aliases")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["path"]
        verbose_name_plural = "aliases"
        constraints = [
            models.UniqueConstraint(
                fields=["path"],
                name="alias_path_unique",
                violation_error_message="Another item has this alias already.",
            )
        ]

    def __str__(self) -> str:
        return self.path

    def clean_fields(self, exclude=None) -> None:  # type: ignore[no-untyped-def]
        if not self.path.startswith("//"):
            self.path = normalise_path(self.path)
        super().clean_fields(exclude=exclude)


class FormerName(models.Model):
    """What a topic, vocabulary, offering, publisher, author or tag was called in its address.

    `kind` is the first part of the address, `key` the second, and `row` the id of what had it last. A row that has the
    name now wins over one that had it.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=255)
    row = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="formername_unique")]
        indexes = [models.Index(fields=["kind", "row"], name="formername_row")]

    def __str__(self) -> str:
        return f"/{self.kind}/{self.key}/"
