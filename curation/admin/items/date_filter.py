"""The date filter of the item list: today, the last seven days, a month or a range of days, in the editor's zone.

An item without a publication time counts by the time when it was made, as in the order of the list.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format

from curation.lib.time_zones import end_of_day, start_of_day
from curation.search.desk import DeskRequest

from .filters import DeskFilter, Items

TODAY, WEEK = "today", "7days"
#: The time by which the desk sorts items; an index of `CuratedItem` has it.
DESK_TIME = Coalesce("published_at", "created_at")

_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)


class MonthField(forms.CharField):
    """A month as `2026-11`, which becomes its first day."""

    widget = forms.TextInput(attrs={"type": "month"})

    def to_python(self, value: Any) -> date | None:  # type: ignore[override]  # a date in place of the text
        text = super().to_python(value)
        if not text:
            return None
        found = _MONTH.fullmatch(text)
        try:
            return date(int(found[1]), int(found[2]), 1) if found else _refuse()
        except ValueError:
            return _refuse()


def _refuse() -> date:
    raise ValidationError("Write a month as 2026-11.")


class DateFilter(DeskFilter):
    """Filter by days of the editor's zone. Of several parameters, all must hold."""

    title = "date"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        choices = [("", "Any day"), (TODAY, "Today"), (WEEK, "Last 7 days")]
        day = forms.DateInput(attrs={"type": "date"})
        return {
            "when": forms.ChoiceField(choices=choices, label="", required=False, widget=forms.RadioSelect),
            "month": MonthField(label="Month", required=False),
            "published_from": forms.DateField(label="From", required=False, widget=day),
            "published_to": forms.DateField(label="To", required=False, widget=day),
        }

    def narrow(self, queryset: Items, **values: Any) -> Items:
        first, last = days(**values)
        zone, queryset = timezone.get_current_timezone(), queryset.alias(desk_time=DESK_TIME)
        if first:
            queryset = queryset.filter(desk_time__gte=start_of_day(first, zone))
        return queryset.filter(desk_time__lte=end_of_day(last, zone)) if last else queryset

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        first, last = days(**values)
        zone = timezone.get_current_timezone()
        return replace(
            request,
            since=start_of_day(first, zone) if first else None,
            until=end_of_day(last, zone) if last else None,
        )

    def describe(self, **values: Any) -> str:
        first, last = values["published_from"], values["published_to"]
        parts = [dict(self.form.fields["when"].choices)[values["when"]]] if values["when"] else []
        parts += [date_format(values["month"], "F Y")] if values["month"] else []
        parts += [f"from {date_format(first, 'j M Y')}"] if first else []
        parts += [f"to {date_format(last, 'j M Y')}"] if last else []
        return ", ".join(parts)


def days(
    *, when: str, month: date | None, published_from: date | None, published_to: date | None
) -> tuple[date | None, date | None]:
    """Return the first and the last day that all parameters allow."""
    today = timezone.localdate()
    firsts, lasts = [published_from], [published_to]
    if when:
        firsts.append(today if when == TODAY else today - timedelta(days=6))
        lasts.append(today)
    if month:
        firsts.append(month)
        lasts.append(month.replace(day=monthrange(month.year, month.month)[1]))
    return max(filter(None, firsts), default=None), min(filter(None, lasts), default=None)
