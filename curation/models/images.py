"""Images, stored once for equal content. Migrations refer to this module."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from hashlib import sha256
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import IntegrityError, models, transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver

from curation.lib.durable_files import store
from curation.lib.image_subprocess import make_renditions_in_subprocess, read_look_in_subprocess
from curation.lib.images import CleanImage
from curation.lib.media_types import IMAGES
from curation.lib.stored_files import image_name

from .fields import LineField, RenditionsField, rendition_height
from .image_looks import record_look

#: The focal point of a picture that nobody has set one for, in percent of its width or height.
CENTRE = 50


def image_path(image: Image, _filename: str) -> str:
    """Return the storage name of an image, for `upload_to`."""
    return image_name(image.sha256, image.format)


class ImageQuerySet(models.QuerySet["Image"]):
    def store(self, clean: CleanImage, name: str) -> tuple[Image, bool]:
        """Store a picture unless it is stored already, or its file is lost. Return its row, and whether the row is new.

        `name` is the original file name. If the transaction is rolled back, the caller deletes the file of a new row,
        `image.file.name`.
        """
        image, created = self.get_or_create(
            sha256=clean.sha256,
            defaults={
                "file": image_name(clean.sha256, clean.format),
                "width": clean.width,
                "height": clean.height,
                "format": clean.format,
                "size": len(clean.data),
                "file_sha256": sha256(clean.data).hexdigest(),
                "original_name": name[:255],
            },
        )
        if created:
            image.write(clean.data)
        elif not image.is_stored:
            image.restore(clean.data)
        return image, created


class Image(models.Model):
    """A verified picture. `file` is upright and has no EXIF, GPS or other metadata.

    `sha256` is the digest of the bytes before cleaning, `file_sha256` that of the stored file, "" for one of an earlier
    version. `width` and `height` are pixels of the upright picture.
    Renditions (AVIF and WebP in several widths) are made by a background task; pages show `file` until
    `has_renditions`. `alt` stands for the alternative text of items that have none of their own. The focal point is in
    percent of width and height, from the upper left corner: where a page crops the picture, it stays in sight.
    """

    file = RenditionsField(upload_to=image_path, width_field="width", height_field="height", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    format = models.CharField(
        max_length=4, choices=[(image.pillow_format, image.label) for image in IMAGES], editable=False
    )
    size = models.PositiveBigIntegerField("bytes", editable=False)
    file_sha256 = models.CharField("SHA-256 of the file", max_length=64, blank=True, default="", editable=False)
    original_name = models.CharField(max_length=255, blank=True, editable=False)
    alt = LineField(
        "alternative text",
        max_length=500,
        blank=True,
        help_text="What it shows, for those who do not see it. Items with a text of their own keep that.",
    )
    focus_x = models.PositiveSmallIntegerField(
        "focal point from the left", default=CENTRE, validators=[MaxValueValidator(100)], help_text="In percent."
    )
    focus_y = models.PositiveSmallIntegerField(
        "focal point from the top", default=CENTRE, validators=[MaxValueValidator(100)], help_text="In percent."
    )
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
        """The storage name of the file."""
        return str(self.file.name)

    def write(self, data: bytes) -> None:
        """Queue the task that makes renditions, then store the file: last, as a rollback does not delete it."""
        self.file.save_all()
        store(self.file.storage, self.file.name, data)

    @property
    def is_stored(self) -> bool:
        """Whether the storage has the file."""
        return bool(self.file.storage.exists(self.name))

    def restore(self, data: bytes) -> None:
        """Store a lost file again, and queue its renditions, which may be lost too."""
        self.size, self.file_sha256, self.has_renditions = len(data), sha256(data).hexdigest(), False
        self.save(update_fields=["size", "file_sha256", "has_renditions"])
        self.write(data)

    def make_renditions(self) -> None:
        """Write all renditions. Takes seconds. Raises `FileNotFoundError` and `ImageRefused`."""
        storage = self.file.storage
        pictures = sorted(self.file.get_picture_files_list(), key=attrgetter("name"))
        sizes = [(one.width, rendition_height(one.width, self.width, self.height), one.file_type) for one in pictures]
        with TemporaryDirectory(prefix="medigy-renditions-") as folder, storage.open(self.name) as source:
            paths, look = make_renditions_in_subprocess(source, sizes, Path(folder))
            for picture, path in zip(pictures, paths, strict=True):
                store(storage, picture.name, path.read_bytes())
        if not self._finish_renditions(look):  # deleted meanwhile
            self.delete_files()

    @transaction.atomic
    def _finish_renditions(self, look: int) -> bool:
        """Record that the renditions are stored, and the look of the picture; return whether its row is still there."""
        if not Image.objects.filter(pk=self.pk).update(has_renditions=True):
            return False
        record_look(self.pk, look)
        return True

    def find_look(self) -> None:
        """Compute and store the look of an image whose renditions are there: they were made by an earlier version.

        Raises `FileNotFoundError` and `ImageRefused`.
        """
        renditions = sorted(self.file.get_picture_files_list(), key=attrgetter("width"))
        with self.file.storage.open(renditions[0].name if renditions else self.name) as source:
            self.record_look(read_look_in_subprocess(source))

    @transaction.atomic
    def record_look(self, bits: int) -> None:
        """Store a look unless the image was deleted meanwhile."""
        if Image.objects.select_for_update().filter(pk=self.pk).values_list("pk"):
            record_look(self.pk, bits)

    def delete_files(self) -> None:
        """Delete file and renditions, unless a new row with the same bytes needs them.

        Meanwhile the row is inserted again, in a transaction that is rolled back: it locks out a new row.
        """
        with suppress(IntegrityError), transaction.atomic():
            Image.objects.bulk_create([copy(self)])
            self.file.delete(save=False)
            transaction.set_rollback(True)


@receiver(post_delete, sender=Image)
def _delete_files_on_commit(instance: Image, using: str, **_kwargs: Any) -> None:
    transaction.on_commit(instance.delete_files, using=using, robust=True)
