"""Perceptual hashes of images, and the groups of those that look the same.

In a table of their own: they are no part of the content, so that writing them keeps cached pages.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.db.models import F, Func, Q

#: Two pictures look the same if their hashes differ in at most this number of their 64 bits.
MAX_DISTANCE = 3
#: A hash consists of this number of bands of 16 bits each: one more than may differ, so that hashes of two pictures
#: that look the same are equal in one band at least.
BANDS = MAX_DISTANCE + 1
#: Number of images with an equal band that are compared, the newest ones: pictures with an even part share bands.
MAX_COMPARED = 500


class LookBand(Func):
    """A band of a hash: 16 bits. The number of the band stands in the SQL, since an index matches no parameter."""

    template = "((%(expressions)s >> %(shift)s) & 65535)"
    output_field = models.IntegerField()

    def __init__(self, *expressions: Any, shift: int = 0, **extra: Any) -> None:
        super().__init__(*expressions, shift=shift, **extra)


class ImageLook(models.Model):
    """The look of an image: the `difference_hash()` of its pixels, 0 for one without details.

    `group` is equal for all images that look the same, directly or by way of others; `None` for an image that looks
    like no other.
    """

    image = models.OneToOneField("curation.Image", on_delete=models.CASCADE, primary_key=True, related_name="look")
    bits = models.BigIntegerField()
    group = models.BigIntegerField(null=True, db_index=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(LookBand("bits", shift=16 * band), F("image").desc(), name=f"look_band_{band}")
            for band in range(BANDS)
        ]

    def __str__(self) -> str:
        return f"{self.bits & (1 << 64) - 1:016x}"


def distance(left: int, right: int) -> int:
    """Return the number of bits in which two hashes differ."""
    return ((left ^ right) & (1 << 64) - 1).bit_count()


def same_looks(bits: int) -> list[int]:
    """Return the IDs of images whose hashes differ from one in at most `MAX_DISTANCE` bits, in `BANDS` queries.

    A band of zeros, of a picture's even part, finds none, and a band that many images share finds its newest ones: the
    time does not grow with the number of images.
    """
    found: set[int] = set()
    for shift in range(0, 16 * BANDS, 16):
        if value := bits >> shift & 65535:
            equal = ImageLook.objects.alias(band=LookBand("bits", shift=shift)).filter(band=value)
            newest = equal.order_by("-image").values_list("image", "bits")[:MAX_COMPARED]
            found.update(pk for pk, other in newest if distance(bits, other) <= MAX_DISTANCE)
    return sorted(found)


@transaction.atomic
def record_look(image_id: int, bits: int) -> None:
    """Store the hash of an image, and put it into one group with those that look the same."""
    alike = [pk for pk in same_looks(bits) if pk != image_id]
    look, _is_new = ImageLook.objects.update_or_create(image_id=image_id, defaults={"bits": bits, "group": None})
    if not alike:
        return
    found = ImageLook.objects.filter(pk__in=alike).values_list("group", flat=True)
    groups = {group for group in found if group is not None}
    group = min(groups, default=min(look.pk, *alike))
    members = Q(pk__in=[look.pk, *alike]) | Q(group__in=groups - {group})
    ImageLook.objects.filter(members).update(group=group)
