"""Delete the rows of old attempts with passwords."""

from datetime import timedelta

from axes.models import AccessAttempt
from django.conf import settings
from django.utils import timezone

from curation.passwords.attempts import PAIR_WINDOW

BATCH = 1000


def delete_old_attempts() -> int:
    """Delete attempts older than `LOGIN_ATTEMPT_DAYS`, but none that counts; return the number of rows."""
    age = max(timedelta(days=settings.LOGIN_ATTEMPT_DAYS), PAIR_WINDOW)
    old, deleted = AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - age), 0
    while keys := list(old.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        deleted += AccessAttempt.objects.filter(pk__in=keys).delete()[0]
    return deleted
