"""The filters of item lists as a `FilterSet` of django-filter, made from the facet registry.

`ItemQuery` resolves and checks values. The filter set narrows the items by the resolved values, and shows the values,
their errors and the choices as a form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from datetime import date, datetime, tzinfo
from functools import cached_property, partial
from typing import Any

from django import forms
from django_filters import Filter, FilterSet

from curation.caching.memo import memoised
from curation.lib.names import name_key
from curation.lib.time_zones import end_of_day, site_zone, start_of_day
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet
from curation.search.facet_sources import Option
from curation.search.facets import ADDRESS_ORDER, Facet, choices
from curation.search.query import MAX_LINK_LENGTH

#: Maximum length of a value that is typed; no name is longer.
MAX_VALUE_LENGTH = 500


class ResolvedField(forms.Field):
    """A field whose clean value was resolved before: `resolved`. The form as a whole has the errors."""

    def __init__(self, *, resolved: Any = None, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "required": False})
        self.resolved = resolved

    def clean(self, value: Any) -> Any:  # noqa: ARG002  # as typed
        return self.resolved


class FacetField(ResolvedField, forms.ChoiceField):
    """A field with the choices of a facet, those already chosen among them; its clean value is a tuple of options."""

    def __init__(
        self, *, resolved: tuple[Option, ...] = (), offered: Callable[[], Iterable[Option]] = tuple, **kwargs: Any
    ) -> None:
        known = [option for option in resolved if not option.is_unknown]
        super().__init__(resolved=resolved, choices=lambda: _grouped([*offered(), *known]), **kwargs)


def _grouped(options: Iterable[Option]) -> list[tuple[str, Any]]:
    """Return options as choices, once each in whatever spelling: by label, under their group where they have one."""
    once = {name_key(option.value): option for option in options}
    groups: dict[str, list[tuple[str, str]]] = {}
    for option in sorted(once.values(), key=lambda option: (option.group, name_key(option.label))):
        groups.setdefault(option.group, []).append((option.value, option.label))
    return [("", "Any"), *groups.pop("", []), *groups.items()]


class ItemFilterBase(Filter):  # type: ignore[misc]  # django-filter has no types
    """A filter that is copied cheaply, once per request: a copy shares everything but `extra`."""

    field_class = ResolvedField

    def __deepcopy__(self, _memo: object) -> ItemFilterBase:
        clone = copy(self)
        clone.extra = self.extra.copy()
        return clone


class WordsFilter(ItemFilterBase):
    """The words of a search. `ItemQuery` asks the index for them, together with all other filters."""

    def filter(self, items: ItemQuerySet, _text: str) -> ItemQuerySet:
        return items


class DayFilter(ItemFilterBase):
    """Keeps items from the start of a day in the site's time zone, or until its end."""

    def __init__(self, label: str, lookup: str, bound: Callable[[date, tzinfo], datetime]) -> None:
        super().__init__(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        self.lookup, self.bound = lookup, bound

    def filter(self, items: ItemQuerySet, day: date | None) -> ItemQuerySet:
        if day is None:
            return items
        return items.filter(**{f"published_at__{self.lookup}": self.bound(day, site_zone())})


class FacetFilter(ItemFilterBase):
    """Keeps the items that have options of a facet."""

    field_class = FacetField

    def __init__(self, facet: Facet, label: str = "") -> None:
        super().__init__(label=label or facet.label, widget=_widget_of(facet))
        self.facet = facet

    def filter(self, items: ItemQuerySet, options: tuple[Option, ...]) -> ItemQuerySet:
        return self.facet.source.narrow(items, options) if options else items


class SecondFilter(FacetFilter):
    """The field of a facet's second option; the field of the facet itself narrows by both."""

    def filter(self, items: ItemQuerySet, _options: tuple[Option, ...]) -> ItemQuerySet:
        return items


def _widget_of(facet: Facet) -> forms.Widget:
    if not facet.in_form:
        return forms.HiddenInput()
    if facet.is_typed:
        # The page prints the choices as the `datalist` of this name.
        return forms.TextInput(attrs={"list": f"{facet.name}-options", "maxlength": MAX_VALUE_LENGTH})
    return forms.Select()


class ItemFilterForm(forms.Form):
    """The filters as a form. `query_errors` are the errors of the query, by field."""

    query_errors: Mapping[str, str] = {}

    def clean(self) -> dict[str, Any]:
        for field, message in self.query_errors.items():
            self.add_error(field, message)
        return self.cleaned_data


def _filters() -> dict[str, Filter]:
    """Return the filters by field name, in the order of the form."""
    search = {"type": "search", "maxlength": MAX_LINK_LENGTH, "placeholder": "Search the news"}
    filters: dict[str, Filter] = {"words": WordsFilter(label="Words", widget=forms.TextInput(search))}
    for facet in ADDRESS_ORDER:
        filters[facet.name] = FacetFilter(facet)
        if facet.second:
            name, label = facet.second
            filters[name] = SecondFilter(facet, label)
    return filters | {"since": DayFilter("From", "gte", start_of_day), "until": DayFilter("To", "lte", end_of_day)}


class ItemFilters(FilterSet):  # type: ignore[misc]  # django-filter has no types
    """The filters of published items, newest first.

    `shown` is the value that each field shows, `resolved` the value that each filter narrows by, and `errors` a message
    for each field that has an error; all by the name of the field.
    """

    class Meta:
        model = CuratedItem
        form = ItemFilterForm
        fields: list[str] = []

    @classmethod
    def get_filters(cls) -> dict[str, Filter]:
        return _filters()

    def __init__(self, shown: Mapping[str, str], resolved: Mapping[str, Any], errors: Mapping[str, str]) -> None:
        super().__init__(data=shown or None, queryset=CuratedItem.objects.published().newest_first())
        self.query_errors = errors
        for name, filter_ in self.filters.items():
            if name in resolved:
                filter_.extra["resolved"] = resolved[name]
            if isinstance(filter_, FacetFilter):
                filter_.extra["offered"] = partial(self._choices_of, filter_.facet.name)

    @cached_property
    def choices(self) -> dict[str, list[Option]]:
        return memoised("choices", choices)

    def _choices_of(self, facet: str) -> list[Option]:
        return self.choices.get(facet, [])

    def narrow(self, items: ItemQuerySet) -> ItemQuerySet:
        """Return the items, of some, that the filters leave; none where a value is invalid."""
        left: ItemQuerySet = self.filter_queryset(items) if self.is_valid() else items.none()
        return left

    @property
    def form(self) -> ItemFilterForm:
        form: ItemFilterForm = super().form
        form.query_errors = self.query_errors
        return form
