"""Times in the words of the desk, in the time zone that is active: the editor's."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from django import template
from django.contrib import admin
from django.contrib.admin.templatetags.admin_list import date_hierarchy
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.lib.time_zones import in_zone, is_repeated, place_of

register = template.Library()

#: An exact time in a stored text.
EXACT_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
#: Distances from now are in years from this number on.
MIN_YEARS = 2
#: The units of shorter ones: the unit, its length in minutes, and the number from which the next unit is used.
UNITS = (("min", 1, 60), ("h", 60, 48), ("day", 24 * 60, 732))


def clock_text(clock: time) -> str:
    """Return a time of day: “9:00”."""
    return f"{clock.hour}:{clock:%M}"


def zone_name() -> str:
    """Return the name of the active zone for readers: “New York”."""
    return place_of(timezone.get_current_timezone_name())


def time_text(moment: datetime, zone: tzinfo | None = None, *, seconds: bool = False) -> str:
    """Return a time in a zone, the active one by default.

    “Fri 27 Nov, 9:00” of this year, “27 Nov 2025, 9:00” of others.
    """
    zone = zone or timezone.get_current_timezone()
    local = in_zone(moment, zone)
    is_this_year = local.year == in_zone(timezone.now(), zone).year
    clock = "G:i:s" if seconds else "G:i"
    return date_format(local, f"D j M, {clock}" if is_this_year else f"j M Y, {clock}")


def goes_live(moment: datetime, zone: tzinfo) -> str:
    """Return when an item of a publication time goes live: “Goes live Fri 27 Nov, 9:00 New York.”; "" if it is past."""
    if moment <= timezone.now():
        return ""
    return f"Goes live {time_text(moment, zone)} {place_of(str(zone))}."


def describe(moment: datetime, zone: tzinfo) -> str:
    """Return a time in a zone, in UTC, and as a distance from now.

    “Fri 27 Nov, 9:00 New York = 14:00 UTC, in 21 h”. Of two hours that clocks show alike, it tells which one it is.
    """
    local, utc = in_zone(moment, zone), in_zone(moment, UTC)
    which = ""
    if is_repeated(local.replace(tzinfo=None, fold=0), zone):
        which = " (the second of two)" if local.fold else " (the first of two)"
    text = f"{time_text(moment, zone)} {place_of(str(zone))}{which}"
    if local.utcoffset():
        same_day = local.date() == utc.date()
        text += f" = {date_format(utc, 'G:i') if same_day else time_text(moment, UTC)} UTC"
    return f"{text}, {distance(moment)}"


def distance(moment: datetime) -> str:
    """Return the distance of a time from now in its largest unit: “in 21 h”, “3 days ago”, “now” below a minute.

    It is rounded, except that years are those completed, as an age is counted.
    """
    now = timezone.now()
    start, end = sorted((in_zone(moment, UTC), in_zone(now, UTC)))
    minutes = round((end - start) / timedelta(minutes=1))
    if minutes < 1:
        return "now"
    years = end.year - start.year - ((end.month, end.day, end.time()) < (start.month, start.day, start.time()))
    if years >= MIN_YEARS:
        number, unit = years, "year"
    else:
        number, unit = next(
            (round(minutes / length), unit) for unit, length, limit in UNITS if round(minutes / length) < limit
        )
    text = f"{number} {unit}{'s' if number > 1 and unit in ('day', 'year') else ''}"
    return f"in {text}" if moment > now else f"{text} ago"


def zoned_time_text(moment: datetime) -> str:
    """Return a time in the active zone, with the zone: “Fri 27 Nov, 9:00 New York”."""
    return f"{time_text(moment)} {zone_name()}"


def exact_time(moment: datetime) -> str:
    """Return a time for a text that is stored: “2026-11-27T14:00:00Z”; `with_desk_times()` shows it."""
    return f"{in_zone(moment, UTC):%Y-%m-%dT%H:%M:%SZ}"


@register.filter
def with_desk_times(text: str) -> str:
    """Return a stored text with its exact times in the active zone."""
    return EXACT_TIME.sub(lambda found: time_text(datetime.fromisoformat(found[0])), text)


def time_column(field: str, description: str) -> Any:
    """Return a column of lists and forms of the admin that shows a time as `desk_time()` does."""

    @admin.display(description=description, ordering=field)
    def column(row: Any) -> SafeString | None:
        moment = getattr(row, field)
        return desk_time(moment) if moment else None

    column.__name__ = field  # the class of its cells is `field-…`
    return column


@register.filter
def desk_time(moment: datetime, seconds: str = "") -> SafeString:
    """Return a time as a `<time>` element with the exact time in UTC as its title.

    `seconds`, if it is not empty, adds them.
    """
    utc = in_zone(moment, UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        exact_time(moment),
        f"{utc:%Y-%m-%d %H:%M:%S} UTC",
        time_text(moment, seconds=bool(seconds)),
    )


@register.filter
def desk_distance(moment: datetime) -> SafeString:
    """Return the distance of a time from now as a `<time>` element, with the time in the active zone as its title."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', exact_time(moment), zoned_time_text(moment), distance(moment)
    )


@register.inclusion_tag("admin/date_hierarchy.html")
def desk_date_hierarchy(changelist: Any) -> dict[str, Any]:
    """Return the years, months or days of a list as Django does; in UTC where the active zone's calendar ends before.

    Django's fails for an item at an end of the calendar, which is in year 0 or 10000 elsewhere.
    """
    try:
        return date_hierarchy(changelist) or {}
    except OverflowError:
        with timezone.override(UTC):
            return date_hierarchy(changelist) or {}


@register.simple_tag
def desk_zone() -> str:
    """Return the name of the active zone, for the header."""
    return zone_name()
