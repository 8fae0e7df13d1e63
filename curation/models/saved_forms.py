"""Forms of the desk that made an object, so that each makes only one."""

from django.db import models
from django.utils import timezone


class SavedForm(models.Model):
    """A form of a new object that was saved. Sent again, it leads to `location`, where its editor was led before."""

    key = models.CharField(max_length=64, unique=True, help_text="A digest of all that was sent.")
    object_id = models.CharField(max_length=64, help_text="The primary key of the object that it made.")
    location = models.TextField(blank=True, help_text="Empty for an answer other than a redirect.")
    saved_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key
