"""When an item was published, and whether it is."""

import re
from datetime import UTC, datetime

from .records import Status
from .source import Source
from .values import Value, shown

#: ISO 8601 as people and pipelines write it: a date, or a date and a time; a zone (`Z`, `+05:30`, ` -5`) or none.
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[Tt ]+(\d{1,2})(:\d\d(?::\d\d(?:\.\d+)?)?) *(?:[Zz]|([+-])(\d{1,2})(?::?(\d\d))?)?)?",
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
        source.warn("date-ignored", _malformed(value, " and ignored"), key)
        return None


def status(source: Source) -> Status:
    """Return the workflow state. What has no date, or a state nobody knows, is a draft."""
    stated = _stated(source)
    if stated != "published" or source.fields["published_at"]:
        return stated
    if _is_missing(source.get("date")):
        source.warn("date-missing", "date missing, so this is a draft; write one like 2023-01-31", "date")
    return "draft"


def _stated(source: Source) -> Status:
    flag, state = source.get("draft"), source.get("status")
    if _FLAGS.get(_word(flag), True):
        if _word(flag) not in _FLAGS:
            source.warn("draft-unknown", f"{shown(flag)} is neither true nor false, so this is a draft", "draft")
        return "draft"
    if _word(state) not in _STATUSES:
        message = f"{shown(state)} is no state, so this is a draft; write draft, published or archived"
        source.warn("status-unknown", message, "status")
    return _STATUSES.get(_word(state), "draft")


def _word(value: Value) -> str:
    if isinstance(value, str):
        return value.strip().lower()
    return "" if value is None else shown(value)


def _is_missing(value: Value) -> bool:
    return _word(value) == "" or _NO_DATE.match(_word(value)) is not None


def _time(value: Value) -> datetime | None:
    """Return the instant that a value names, nothing where it names none, or raise `ValueError`."""
    if _is_missing(value):
        return None
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError
    date, hour, rest, sign, hours, minutes = match.groups()
    zone = f"{sign}{hours:0>2}:{minutes or '00'}" if sign else "+00:00"
    moment = datetime.fromisoformat(f"{date}T{hour or '0':0>2}{rest or ':00'}{zone}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar, in a zone where it is another day
        raise ValueError from None


def _malformed(value: Value, consequence: str = "") -> str:
    form = "write one like 2023-01-31 or 2023-01-31T09:30:00Z"
    return f"{shown(value)} is no date of the calendar{consequence}; {form}"
