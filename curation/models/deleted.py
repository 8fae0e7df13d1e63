"""Deleted items: those in the bin, and tombstones of those that were deleted for ever."""

from __future__ import annotations

from hashlib import sha256

from django.db import models

from .items import CuratedItem


class BinnedItem(CuratedItem):  # type: ignore[django-manager-missing]  # taggit has no types
    """An item in the bin, for a list of its own in the admin. Its rows are those of `CuratedItem` with that status."""

    class Meta:
        proxy = True
        default_permissions = ()
        ordering = ["-binned_at", "-id"]
        verbose_name = "item in the bin"
        verbose_name_plural = "items in the bin"


class DeletedItem(models.Model):
    """The tombstone of an item that was deleted for ever: its address answers 410, and imports leave its files out,
    unless the undo of an import had moved it to the bin.

    `former_id` is the primary key that the item had. `published_at` is its publication time, if readers may have
    seen it. `deleted_at` and `deleted_by` are of its move to the bin.
    """

    former_id = models.BigIntegerField(unique=True)
    title = models.CharField(max_length=500)
    slug = models.CharField(max_length=255)
    published_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField()
    deleted_by = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class DeletedKey(models.Model):
    """One identity of a deleted item: the path of its page or an alias, or an identity of a file that it came from.

    Stored as a digest, because the texts may be longer than an index entry.
    """

    item = models.ForeignKey(DeletedItem, on_delete=models.CASCADE, related_name="keys")
    digest = models.CharField(max_length=64, db_index=True)

    def __str__(self) -> str:
        return self.digest

    @staticmethod
    def digest_of(kind: str, *values: str) -> str:
        """Return the digest of an identity: its kind, and the values that it consists of."""
        return sha256("\x00".join((kind, *values)).encode(errors="surrogatepass")).hexdigest()
