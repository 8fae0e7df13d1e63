"""The field of a time in the forms of the admin: a date and a time of day in the editor's zone, stored in UTC."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import DateTimeField
from django.forms.boundfield import BoundField
from django.forms.widgets import Input
from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from curation.lib.time_zones import in_zone, is_skipped, place_of, to_utc, zone_of

from .times import clock_text, describe, goes_live

DAY = forms.DateField(required=False, error_messages={"invalid": "Write a date as year-month-day, like 2026-11-27."})
CLOCK = forms.TimeField(required=False, error_messages={"invalid": "Write a time of day, like 9:00."})
#: Parts of the name of each input, in the order of a posted value: date, time of day, the zone that these are in, and
#: the exact time that the form showed.
PARTS = ("0", "1", "2", "3")


class SkippedTime(ValidationError):
    """A time that clocks skip; `later` is the time that they show in its place."""

    def __init__(self, local: datetime, zone: tzinfo) -> None:
        self.later = in_zone(to_utc(local, zone), zone)
        day, place = date_format(local, "j F"), place_of(str(zone))
        times = date_format(local, "G:i"), date_format(self.later, "G:i")
        super().__init__(f"{times[0]} does not exist on {day} in {place}; was {times[1]} meant?", code="skipped")


def read_moment(day: str, clock: str, zone: tzinfo) -> datetime | None:
    """Return the time in UTC of a date and a time of day in a zone, `None` for neither. Raises `ValidationError`.

    A date alone means the desk's usual hour (`DESK_HOUR`). Of a time that clocks show twice, it is the first.
    """
    date, time = DAY.clean(day), CLOCK.clean(clock)
    if date is None:
        if time is None:
            return None
        raise ValidationError("Choose a date for this time as well.", code="no_date")
    local = datetime.combine(date, time or settings.DESK_HOUR)
    if is_skipped(local, zone):
        raise SkippedTime(local, zone)
    return to_utc(local, zone)


def named_zone(name: str) -> tzinfo:
    """Return a zone by its name; the active one if there is none of this name."""
    try:
        return zone_of(name)
    except ValueError:
        return timezone.get_current_timezone()


class MomentInput(forms.Widget):
    """A date and a time of day as native inputs, with a line that says when that is.

    The form carries the zone in which it shows the time, as the editor may change it meanwhile, and the exact time, so
    that an untouched one is kept with its seconds.
    """

    supports_microseconds = True
    label = ""

    class Media:
        js = (forms.Script("admin-curation/moment.js", type="module"),)

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> list[str]:
        return [str(data.get(f"{name}_{part}") or "") for part in PARTS]

    def value_omitted_from_data(self, data: Mapping[str, Any], _files: Any, name: str) -> bool:
        return not any(f"{name}_{part}" in data for part in PARTS)

    def id_for_label(self, id_: str, index: str = "0") -> str:
        return f"{id_}_{index}" if id_ else id_

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        day, clock, zone, shown = self.parts(value)
        attrs = self.build_attrs(self.attrs, attrs)
        id_ = attrs.pop("id", f"id_{name}")
        help_id = f"{id_}_0_helptext " if attrs.pop("aria-describedby", "") else ""
        required = attrs.pop("required", False)
        shared = {**attrs, "aria-describedby": f"{help_id}{id_}_line"}
        inputs = [
            ("date", day, {**shared, "aria-label": f"{self.label}: date", "required": required}),
            ("time", clock, {**shared, "aria-label": f"{self.label}: time of day"}),
            ("hidden", zone, {}),
            ("hidden", shown, {}),
        ]
        rendered = [
            Input({**own, "type": kind, "id": f"{id_}_{part}"}).render(f"{name}_{part}", text, renderer=renderer)
            for part, (kind, text, own) in zip(PARTS, inputs, strict=True)
        ]
        answer = _answer(day, clock, named_zone(zone), shown)
        return format_html(
            '<div class="moment" data-describe-url="{}" data-use="{}">{}{}'
            '<p class="moment-line" id="{}_line" aria-live="polite">{}</p></div>',
            reverse("admin:describe_moment"),
            answer["use"],
            format_html_join("", "{}", ([html] for html in rendered)),
            _buttons(),
            id_,
            "" if answer["is_error"] else answer["text"],  # the form shows its error
        )

    def parts(self, value: Any) -> Sequence[str]:
        """Return the values of the inputs for a time, or as they were sent."""
        if isinstance(value, list):
            return value
        zone = timezone.get_current_timezone()
        if not isinstance(value, datetime):
            return "", "", str(zone), ""
        local = in_zone(value if timezone.is_aware(value) else timezone.make_aware(value), zone)
        return f"{local:%Y-%m-%d}", f"{local:%H:%M}", str(zone), local.astimezone(UTC).isoformat()


def _buttons() -> SafeString:
    """Return buttons for usual times, which the script shows: the days from now, and the time of day, now if empty."""
    usual = settings.DESK_HOUR
    choices = [
        ("0", "", "Now"),
        ("0", "17:00", "Today 17:00"),
        ("1", f"{usual:%H:%M}", f"Tomorrow {clock_text(usual)}"),
    ]
    button = '<button type="button" data-days="{}" data-clock="{}">{}</button>'
    return format_html('<span class="moment-buttons" hidden>{}</span>', format_html_join(" ", button, choices))


class MomentField(forms.Field):
    """A form field whose value is a time in UTC; see `MomentInput`."""

    widget: MomentInput = MomentInput  # type: ignore[assignment]  # an instance has its own

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        bound = super().get_bound_field(form, field_name)
        self.widget.label = str(bound.label)
        return bound

    def to_python(self, value: Any) -> datetime | None:
        if value is None or isinstance(value, datetime):
            return value
        day, clock, zone_name, shown = value
        zone = named_zone(zone_name)
        return _untouched(day, clock, zone, shown) or read_moment(day, clock, zone)


#: `formfield_overrides` of every model admin and inline.
MOMENT_FIELDS: dict[Any, Any] = {DateTimeField: {"form_class": MomentField, "widget": MomentInput}}


def _untouched(day: str, clock: str, zone: tzinfo, shown: str) -> datetime | None:
    """Return the exact time that a form showed, if date and time of day are still those of it."""
    try:
        moment = parse_datetime(shown)
    except ValueError:
        return None
    if moment is None or timezone.is_naive(moment):
        return None
    local = in_zone(moment, zone)
    return moment if (day, clock) == (f"{local:%Y-%m-%d}", f"{local:%H:%M}") else None


def _answer(day: str, clock: str, zone: tzinfo, shown: str = "") -> dict[str, Any]:
    """Return when a date and a time of day in a zone are: `text`, whether it `is_error`, and the time to `use` instead.

    `goes_live` tells what a publication time to come means.
    """
    try:
        moment = _untouched(day, clock, zone, shown) or read_moment(day, clock, zone)
    except SkippedTime as error:
        return {"text": error.message, "is_error": True, "use": f"{error.later:%H:%M}"}
    except ValidationError as error:
        return {"text": " ".join(error.messages), "is_error": True, "use": ""}
    words = {"text": describe(moment, zone), "goes_live": goes_live(moment, zone)} if moment else {"text": ""}
    return {"goes_live": "", **words, "is_error": False, "use": ""}


def describe_moment(request: HttpRequest) -> JsonResponse:
    """Answer the script of the form, which asks while an editor types."""
    day, clock, zone_name = (request.GET.get(name, "") for name in ("date", "time", "zone"))
    return JsonResponse(_answer(day, clock, named_zone(zone_name)))
