"""Wrong codes of second factors, counted for all server processes."""

from django.conf import settings
from django.db import models


class CodeAttempts(models.Model):
    """The wrong codes of a user since the last right one, or since the time at which they began to count."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    failures = models.PositiveSmallIntegerField(default=0)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.failures} wrong codes of {self.user}"
