"""Time zones by the names of the IANA database, the days of a zone, and the site's zone (`TIME_ZONE`)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.timezone import get_current_timezone, get_default_timezone

#: Regions whose names stand for places. The other names of the database are aliases and fixed offsets.
REGIONS = (
    *("Africa/", "America/", "Antarctica/", "Arctic/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/"),
    "Pacific/",
)
#: Names that the database of a machine may list, but that differ from machine to machine.
NOT_PORTABLE = frozenset(["localtime", "Factory"])


@cache
def time_zone_names() -> frozenset[str]:
    """Return all names of time zones that this machine knows."""
    return frozenset(available_timezones() - NOT_PORTABLE)


@cache
def place_names() -> tuple[str, ...]:
    """Return UTC and the names of time zones after places, sorted: the choices of a form."""
    return ("UTC", *sorted(name for name in time_zone_names() if name.startswith(REGIONS)))


def zone_of(name: str) -> ZoneInfo:
    """Return a time zone by its name. Raises `ValueError` for a name that the database lacks."""
    if name not in time_zone_names():
        raise ValueError(f"“{name[:64]}” is not a time zone; write a city of its region, like America/New_York.")
    return ZoneInfo(name)


def place_of(name: str) -> str:
    """Return the name of a zone for readers.

    >>> place_of("America/New_York"), place_of("America/Argentina/Buenos_Aires"), place_of("UTC")
    ('New York', 'Buenos Aires', 'UTC')
    """
    return name.rpartition("/")[2].replace("_", " ")


def site_zone() -> tzinfo:
    """Return the zone of the site, which cuts the days, months and years of readers."""
    return get_default_timezone()


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Return a time in a zone; at the ends of the calendar, where the zone's year would be 0 or 10000, as it is."""
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def zoned_text(moment: datetime) -> str:
    """Return a time with the name of its zone: the editor's in the admin, otherwise the site's.

    “2026-11-27 09:00:00 New York”.
    """
    zone = get_current_timezone()
    return f"{in_zone(moment, zone):%Y-%m-%d %H:%M:%S} {place_of(str(zone))}"


def local_day(moment: datetime) -> date:
    """Return the day of a time in the site's zone."""
    return in_zone(moment, site_zone()).date()


def start_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the first time of a day of a zone, in UTC. Where clocks skip midnight, it is the end of the gap."""
    return to_utc(datetime.combine(day, time.min), zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the last time of a day of a zone, in UTC."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return start_of_day(day + timedelta(days=1), zone) - datetime.resolution


def is_skipped(local: datetime, zone: tzinfo) -> bool:
    """Whether the clocks of a zone skip a naive time: they go forward for daylight saving."""
    before, after = _offsets(local, zone)
    return before < after


def is_repeated(local: datetime, zone: tzinfo) -> bool:
    """Whether the clocks of a zone show a naive time twice: they go back after daylight saving."""
    before, after = _offsets(local, zone)
    return before > after


def _offsets(local: datetime, zone: tzinfo) -> list[timedelta]:
    """Return the offset from UTC before and after the change of clocks that a naive time is within; else it twice."""
    return [local.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1)]


def to_utc(local: datetime, zone: tzinfo) -> datetime:
    """Return a naive time of a zone in UTC, the end of the calendar where it is beyond that.

    Of a time that the zone's clocks show twice, the first; a time that they skip is as much later as they skip.
    """
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        end = datetime.min if local.year == datetime.min.year else datetime.max
        return end.replace(tzinfo=UTC)
