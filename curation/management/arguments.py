"""Types of command-line arguments."""

from argparse import ArgumentTypeError
from datetime import UTC, datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def moment(text: str) -> datetime:
    """Parse a date or a date and time (option `--since`), in UTC unless it has an offset."""
    try:
        day = parse_date(text)
        value = parse_datetime(f"{day}T00:00" if day else text)
    except ValueError:
        value = None
    if value is None:
        raise ArgumentTypeError(f"“{text}” is not a date; write 2026-01-31 or 2026-01-31T09:00")
    return value if timezone.is_aware(value) else timezone.make_aware(value, UTC)


def positive(text: str) -> int:
    """Parse an integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is not a number of at least 1")
    return int(text)
