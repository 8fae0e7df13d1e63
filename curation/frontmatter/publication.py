"""When an item was published, and whether it is."""

import re
from datetime import UTC, datetime, timedelta, timezone

from .records import Status
from .source import Source
from .values import Value, shown

#: ISO 8601 as people and pipelines write it: a date, or a date and a time; a zone (`Z`, `+05:30`, ` -5`) or none.
_ISO = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)"
    r"(?:[Tt ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d+))?)?"
    r" *(?:[Zz]|(?P<zone>[+-]\d{1,2}(?::?\d\d)?))?)?",
    re.ASCII,
)
#: What WordPress and Hugo write for no date at all.
_NO_DATE = re.compile(r"(-0*1-11-30|0000-00-00|0001-01-01)(?!\d)")
_STATUSES: dict[str, Status] = {"": "published", "published": "published", "draft": "draft", "archived": "archived"}
_FLAGS = {"": False, "false": False, "no": False, "off": False, "true": True, "yes": True, "on": True}


def published_at(source: Source) -> datetime | None:
    """Return the publication time in UTC. A date that cannot be read rejects the file: it is never guessed."""
    value = source.get("date")
    try:
        return _time(value)
    except ValueError:
        source.error("date-malformed", _malformed(value), "date")
        return None


def modified_at(source: Source) -> datetime | None:
    """Return when the source was last modified, in UTC."""
    key = "lastMod" if source.get("lastMod") is not None else "lastmod"
    value = source.get(key)
    try:
        return _time(value)
    except ValueError:
        source.warn("date-ignored", f"{_malformed(value)} (ignored)", key)
        return None


def status(source: Source) -> Status:
    """Return the workflow state. What has no date, or a state nobody knows, is a draft."""
    stated = _stated(source)
    if stated != "published" or source.read["published_at"]:
        return stated
    if _is_missing(source.get("date")):
        source.warn("date-missing", "date missing, so this is a draft; write one like 2023-01-31", "date")
    return "draft"


def _stated(source: Source) -> Status:
    flag, word = source.get("draft"), source.get("status")
    if flag is not None and _FLAGS.get(str(flag).lower()) is not False:
        if str(flag).lower() not in _FLAGS:
            source.warn("draft-unknown", f"{shown(flag)} is neither true nor false, so this is a draft", "draft")
        return "draft"
    stated = _STATUSES.get(word.strip().lower()) if isinstance(word, str) else None if word else "published"
    if stated is None:
        message = f"{shown(word)} is no state, so this is a draft; write draft, published or archived"
        source.warn("status-unknown", message, "status")
    return stated or "draft"


def _is_missing(value: Value) -> bool:
    return value is None or (isinstance(value, str) and (not value.strip() or bool(_NO_DATE.match(value.strip()))))


def _time(value: Value) -> datetime | None:
    """Return the instant that a value names, nothing where it names none, or raise `ValueError`."""
    if _is_missing(value):
        return None
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    moment = datetime.fromisoformat(match["date"]).replace(
        hour=int(match["hour"] or 0),
        minute=int(match["minute"] or 0),
        second=int(match["second"] or 0),
        microsecond=int((match["fraction"] or "0")[:6].ljust(6, "0")),
        tzinfo=_zone(match["zone"]),
    )
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar, in a zone where it is another day
        raise ValueError from None


def _zone(text: str | None) -> timezone:
    if text is None:
        return UTC
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _malformed(value: Value) -> str:
    return f"{shown(value)} is no date of the calendar; write one like 2023-01-31 or 2023-01-31T09:30:00Z"
