"""Who has an item open at the desk."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from .items import CuratedItem


class Presence(models.Model):
    """An editor with the form of an item open: since when, in which field, and with unsaved changes or not.

    The form's script renews `seen_at` while its page is visible. `curation.items.presence` decides when a row expires.
    """

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="presences", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=64, blank=True)
    is_dirty = models.BooleanField(default=False)
    since = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="presence_unique")]

    def __str__(self) -> str:
        return f"{self.user} at {self.item}"
