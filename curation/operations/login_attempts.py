"""The rows of old attempts with passwords, which are pruned."""

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import QuerySet

from curation.passwords.attempts import PAIR_WINDOW


def old_attempts(now: datetime) -> QuerySet[Any]:
    """Return the attempts older than `LOGIN_ATTEMPT_DAYS`, but none that counts."""
    age = max(timedelta(days=settings.LOGIN_ATTEMPT_DAYS), PAIR_WINDOW)
    attempts: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__lt=now - age)
    return attempts
