"""The preferences of editors."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from curation.lib.time_zones import zone_of

from .fields import LineField


def validate_time_zone(name: str) -> None:
    """Refuse a name that the time zone database lacks."""
    try:
        zone_of(name)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class EditorProfile(models.Model):
    """The preferences of a user. Without a profile, or with an empty time zone, the site's zone applies."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="profile")
    time_zone = models.CharField(max_length=64, blank=True, validators=[validate_time_zone])
    single_keys = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"Profile of {self.user}"


#: Maximum number of characters of the query string of a saved view.
MAX_QUERY_CHARS = 2000


class SavedView(models.Model):
    """A view of the item list that an editor has named: the query string of the list, without a page."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", db_index=False
    )
    name = LineField(max_length=60)
    query = models.CharField(max_length=MAX_QUERY_CHARS, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                name="savedview_name_unique",
                violation_error_message="You have a view of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
