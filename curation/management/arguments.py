"""What commands take as arguments, read and checked."""

from argparse import ArgumentTypeError
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime


def moment(text: str) -> datetime:
    """Read `--since`: a date or a date and time, UTC where nothing else is said."""
    try:
        day = parse_date(text)
        value = parse_datetime(f"{day}T00:00" if day else text)
    except ValueError:
        value = None
    if value is None:
        raise ArgumentTypeError(f"“{text}” is no date; write 2026-01-31 or 2026-01-31T09:00")
    return value if timezone.is_aware(value) else timezone.make_aware(value)


def positive(text: str) -> int:
    """Read a number of at least one."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"“{text}” is no number of at least 1")
    return int(text)
