"""Images, stored once for each content."""

from django.db import models
from pictures.models import PictureField


def image_path(image: "Image", _filename: str) -> str:
    """Return the storage path of an image: named by content, so that the same bytes are stored once."""
    suffix = {"JPEG": "jpg"}.get(image.format, image.format.lower())
    return f"images/{image.sha256[:2]}/{image.sha256}.{suffix}"


class Image(models.Model):
    """A verified picture. `file` is what readers get: upright, without EXIF, GPS or other metadata.

    `sha256` is the digest of the bytes as they came in, `width` and `height` are pixels of the upright picture.
    Renditions (AVIF and WebP in several widths) are made by a background task; until `has_renditions`, `file` serves.
    """

    class Format(models.TextChoices):
        JPEG = "JPEG"
        PNG = "PNG"
        GIF = "GIF"
        WEBP = "WEBP", "WebP"
        AVIF = "AVIF"

    file = PictureField(upload_to=image_path, width_field="width", height_field="height", max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    format = models.CharField(max_length=4, choices=Format.choices, editable=False)
    size = models.PositiveBigIntegerField("bytes", editable=False)
    original_name = models.CharField(max_length=255, blank=True, editable=False)
    has_renditions = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["sha256"], name="image_content_unique")]

    def __str__(self) -> str:
        return self.original_name or self.sha256[:12]
