"""Images, stored once for each content."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from curation.imaging import CleanImage, save_renditions
from curation.storing import store

from .fields import RenditionsField


def content_path(sha256: str, image_format: str) -> str:
    suffix = {"JPEG": "jpg"}.get(image_format, image_format.lower())
    return f"images/{sha256[:2]}/{sha256}.{suffix}"


def image_path(image: Image, _filename: str) -> str:
    """Return the storage path of an image: named by content, so that the same bytes are stored once."""
    return content_path(image.sha256, image.format)


class ImageQuerySet(models.QuerySet["Image"]):
    def store(self, clean: CleanImage, name: str) -> tuple[Image, bool]:
        """Return the row of a picture, and whether this made it; the bytes are in the storage then.

        `name` is what the file was called where it came from. A transaction that is rolled back takes the row with it;
        its caller deletes the file that was written, `image.file.name` of a row that was made.
        """
        image, created = self.get_or_create(
            sha256=clean.sha256,
            defaults={
                "file": content_path(clean.sha256, clean.format),
                "width": clean.width,
                "height": clean.height,
                "format": clean.format,
                "size": len(clean.data),
                "original_name": name[:255],
            },
        )
        if created:
            image.write(clean.data)
        return image, created


class Image(models.Model):
    """A verified picture. `file` is what readers get: upright, without EXIF, GPS or other metadata.

    `sha256` is the digest of the bytes as they came in, `width` and `height` are pixels of the upright picture.
    Renditions (AVIF and WebP in several widths) are made by a background task; until `has_renditions`, `file` serves.
    """

    class Format(models.TextChoices):
        JPEG = "JPEG", "JPEG"
        PNG = "PNG", "PNG"
        GIF = "GIF", "GIF"
        WEBP = "WEBP", "WebP"
        AVIF = "AVIF", "AVIF"

    file = RenditionsField(upload_to=image_path, width_field="width", height_field="height", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    format = models.CharField(max_length=4, choices=Format.choices, editable=False)
    size = models.PositiveBigIntegerField("bytes", editable=False)
    original_name = models.CharField(max_length=255, blank=True, editable=False)
    has_renditions = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ImageQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["sha256"], name="image_content_unique")]

    def __str__(self) -> str:
        return self.original_name or self.sha256[:12]

    @property
    def name(self) -> str:
        """What the storage knows the file by."""
        return str(self.file.name)

    def write(self, data: bytes) -> None:
        """Ask for renditions, and put the file into the storage: last, as no transaction takes that back."""
        self.file.save_all()
        store(self.file.storage, self.file.name, data)

    def make_renditions(self) -> None:
        """Write every rendition that pages offer. Takes seconds. Raises `FileNotFoundError`."""
        with self.file.storage.open(self.file.name) as source:
            save_renditions(source, self.file.get_picture_files_list())
        if not Image.objects.filter(pk=self.pk).update(has_renditions=True):  # deleted meanwhile
            self.delete_files()

    def delete_files(self) -> None:
        """Delete file and renditions, unless a row (a new one, of the same bytes) needs them.

        While that lasts the row is there once more, so that nobody can store the same bytes under it.
        """
        with suppress(IntegrityError), transaction.atomic():
            Image.objects.bulk_create([copy(self)])
            self.file.delete(save=False)
            transaction.set_rollback(True)


@receiver(post_delete, sender=Image)
def _delete_files_on_commit(instance: Image, using: str, **_kwargs: Any) -> None:
    transaction.on_commit(instance.delete_files, using=using, robust=True)
