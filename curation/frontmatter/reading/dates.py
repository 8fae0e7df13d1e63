"""Dates in the forms of many generators, to times in UTC. None is guessed: an ambiguous form is an error."""

import re
from datetime import UTC, datetime, timedelta, timezone

from curation.frontmatter.values import Value, quote

#: ISO 8601 and common variants: a date, or a date and a time; a zone (`Z`, `+05:30`, ` -5`) or none. Go's default form
#: has the zone's name behind its offset (`+0000 UTC`).
_ISO = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt ]+(\d{1,2})(:\d\d(?::\d\d(?:\.\d+)?)?)"
    r" *(?:[Zz]|UTC|GMT|([+-])(\d{1,2})(?::?(\d\d))?(?: [A-Z]{3,4})?)?)?",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_REST_OF_MONTH = "(?<=Jan)uary|(?<=Feb)ruary|(?<=Mar)ch|(?<=Apr)il|(?<=Jun)e|(?<=Jul)y|(?<=Aug)ust|(?<=Sep)tember"
_REST_OF_MONTH += "|(?<=Oct)ober|(?<=Nov)ember|(?<=Dec)ember"
_DAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? +)?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
_ZONE = r"(?P<zone>[+-]\d\d:?\d\d(?: \([A-Z]+\))?|[A-Z]{1,4})"
#: RFC 2822, 822, 850 and 1123: `Mon, 07 Feb 2011 14:30:43 +0000`, `Monday, 02-Jan-06 15:04:05 GMT`, `02 Jan 2006`.
_DAY_FIRST = re.compile(
    rf"{_DAY}(?P<day>\d{{1,2}})[ -]{_MONTH}[ -](?P<year>\d{{4}}|\d\d)(?:,? +{_TIME}(?: *{_ZONE})?)?", re.ASCII
)
#: Go's ANSIC, UnixDate and RubyDate: `Mon Jan  2 15:04:05 MST 2006`.
_YEAR_LAST = re.compile(rf"{_DAY}{_MONTH} +(?P<day>\d{{1,2}}) +{_TIME}(?: +{_ZONE})? +(?P<year>\d{{4}})", re.ASCII)
#: `Feb 7, 2011`, with or without a time, the month in full or not.
_MONTH_FIRST = re.compile(
    rf"{_DAY}{_MONTH}(?:{_REST_OF_MONTH})? +(?P<day>\d{{1,2}}), *(?P<year>\d{{4}})(?:,? +{_TIME}(?: *{_ZONE})?)?",
    re.ASCII,
)
_FORMS = (_DAY_FIRST, _YEAR_LAST, _MONTH_FIRST)
#: Hours from UTC of the zones that RFC 2822 names (section 4.3). Other names are ambiguous.
_ZONES = {
    **dict.fromkeys(("UT", "UTC", "GMT", "Z"), 0),
    "EDT": -4,
    **dict.fromkeys(("EST", "CDT"), -5),
    **dict.fromkeys(("CST", "MDT"), -6),
    **dict.fromkeys(("MST", "PDT"), -7),
    "PST": -8,
}
#: Years of two digits from this one on are in the 20th century, as in Go and POSIX.
_FIRST_YEAR_OF_1900S = 69
#: What WordPress and Hugo write for a missing date.
_ZERO_DATE = re.compile(r"(-0*1-11-30|0000-00-00|0001-01-01)(?!\d)")
_FILE_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})-")


def parse_date(value: Value) -> datetime | None:
    """Return the time of a value in UTC, `None` for a blank one, or raise `ValueError`."""
    if is_blank_date(value):
        return None
    if not isinstance(value, str):
        raise ValueError
    text = value.strip()
    try:
        if match := _ISO.fullmatch(text):
            return _from_iso(match)
        if match := next(filter(None, (form.fullmatch(text) for form in _FORMS)), None):
            return _from_words(match)
    except OverflowError:  # the first or last day of the calendar, another day in UTC
        raise ValueError from None
    raise ValueError


def is_blank_date(value: Value) -> bool:
    """Return whether a value stands for a missing date."""
    if value is None or isinstance(value, float):
        return True
    text = value.strip() if isinstance(value, str) else "?"
    return text == "" or (text[0] in "-0" and _ZERO_DATE.match(text) is not None)


def _from_iso(match: re.Match[str]) -> datetime:
    year, month, day, hour, rest, sign, hours, minutes = match.groups()
    zone = f"{sign}{hours:0>2}:{minutes or '00'}" if sign else "+00:00"
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}T{hour or '0':0>2}{rest or ':00'}{zone}").astimezone(
        UTC
    )


def _from_words(match: re.Match[str]) -> datetime:
    year = int(match["year"])
    if len(match["year"]) == 2:
        year += 1900 if year >= _FIRST_YEAR_OF_1900S else 2000
    month = _MONTHS.index(match["month"]) + 1
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    local = datetime(year, month, int(match["day"]), hour, minute, second, tzinfo=_zone(match["zone"]))
    return local.astimezone(UTC)


def _zone(written: str | None) -> timezone:
    if written is None:
        return UTC
    if written[0] not in "+-":
        if written not in _ZONES:
            raise ValueError
        return timezone(timedelta(hours=_ZONES[written]))
    offset = timedelta(hours=int(written[1:3]), minutes=int(written[3:].lstrip(":")[:2]))
    return timezone(-offset if written[0] == "-" else offset)


def date_in_file_name(name: str) -> datetime | None:
    """Return the date that a file's name starts with, as those of Jekyll's posts do, or `None`.

    >>> date_in_file_name("2024-05-06-a-story.md")
    datetime.datetime(2024, 5, 6, 0, 0, tzinfo=datetime.timezone.utc)
    """
    match = _FILE_DATE.match(name)
    if match is None or match.end() == len(name):
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    except ValueError:
        return None


def strip_date_prefix(name: str) -> str:
    """Return a file's name without the date that it starts with.

    >>> strip_date_prefix("2024-5-6-a-story")
    'a-story'
    """
    match = _FILE_DATE.match(name)
    return name[match.end() :] if match else name


def malformed_date_message(value: Value, consequence: str = "") -> str:
    """Return the message about a value that is not a date: its fault, `consequence`, and a valid example."""
    form = "write one like 2023-01-31 or 2023-01-31T09:30:00Z"
    return f"{quote(value)} {_date_fault(value.strip() if isinstance(value, str) else '')}{consequence}; {form}"


def _date_fault(text: str) -> str:
    if re.match(r"\d+/\d+/\d+", text):
        return "is written with slashes"
    if re.search(r"[T ]24:", text):
        return "has the hour 24, which is the next day"
    if re.search(r":\d\d:60(?!\d)", text):
        return "has a second 60, which is not read"
    if re.match(r"\d{4}-\d\d-\d\d", text) or any(form.fullmatch(text) for form in _FORMS):
        return "is not a date of the calendar"
    return "is not in a known date format"
