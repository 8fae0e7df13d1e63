"""The query of a list of items: one grammar of parameters for news, search, feeds and API.

`words` searches texts and names, or finds the items with a source link; each facet of the registry, and `since` and
`until`, narrow the items. Every parameter may be repeated, and all its values count: an item must have all words and
all options of a facet, or any of these where it can only have one, and lie in all ranges of days. A value beyond
`MAX_OPTIONS` is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import date_format

from curation.lib.page_urls import url
from curation.lib.time_zones import end_of_day, site_zone, start_of_day
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet
from curation.search.facet_sources import Option
from curation.search.facets import ADDRESS_ORDER, FACETS, resolve_options
from curation.search.facets import OTHER_NAMES as OTHER_FACET_NAMES
from curation.search.find import MAX_RESULTS, SearchRequest, find_newest
from curation.search.query import TextQuery, parse
from curation.search.source_links import keys_with_link

from .filters import MAX_VALUE_LENGTH, ItemFilters
from .pagination import Pairs

#: The parameters and their labels, in the order of addresses.
PARAMETERS: Mapping[str, str] = {
    name: item_filter.label for name, item_filter in ItemFilters.base_filters.items() if name not in OTHER_FACET_NAMES
}
DAYS = ("since", "until")
#: Parameters that are accepted in place of others.
OTHER_NAMES: Mapping[str, str] = {"q": "words", **OTHER_FACET_NAMES}
#: The name of the words in the addresses of a page.
WORDS_NAMES = {"news": "words", "search": "q"}
#: Maximum number of options; further ones are errors.
MAX_OPTIONS = 20

DAY = forms.DateField(
    input_formats=["%Y-%m-%d"], error_messages={"invalid": "Write a date as year-month-day, like 2023-01-31."}
)


@dataclass(frozen=True, slots=True)
class QueryError:
    """A value that cannot be used: its parameter, the value, and a message with the way to correct it."""

    parameter: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class ActiveFilter:
    """A filter in use: its label and its value for readers, and the address of the query without it."""

    parameter: str
    label: str
    value: str
    url: str


@dataclass(frozen=True, slots=True)
class QueryValue:
    """A value of the query: its parameter, its text in addresses, and the option or the day that it was resolved to.

    The words, and a text that is not a date, are resolved to themselves.
    """

    parameter: str
    text: str
    resolved: Option | date | str

    def __str__(self) -> str:
        """The value for readers."""
        return date_format(self.resolved, "j F Y") if isinstance(self.resolved, date) else str(self.resolved)


@dataclass(frozen=True)
class ItemQuery:
    """A query whose values are resolved. `page` is the URL name of the page whose addresses it makes.

    `surplus` are the parameters and values of options beyond `MAX_OPTIONS`.
    """

    text: TextQuery = field(default_factory=lambda: parse(""))
    options: tuple[Option, ...] = ()
    days: Mapping[str, date | str] = field(default_factory=dict)
    page: str = "news"
    surplus: Pairs = ()

    @cached_property
    def values(self) -> tuple[QueryValue, ...]:
        """All values, in the order of addresses."""
        words = [QueryValue("words", self.text.text, self.text.text)] if self.text.text else []
        options = [QueryValue(option.facet, option.value, option) for option in self.options]
        return (*words, *options, *(QueryValue(name, str(day), day) for name, day in self.days.items()))

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the items: a text without words does not."""
        return not (self.text.terms or self.options or self.days)

    @cached_property
    def errors(self) -> tuple[QueryError, ...]:
        return tuple(self._errors())

    def _errors(self) -> Iterator[QueryError]:
        for option in self.options:
            if option.is_unknown:
                label = FACETS[option.facet].label.lower()
                yield QueryError(option.facet, option.value, f"There is no {label} “{option.value}” here.")
        for name, value in self.surplus:
            yield QueryError(name, value, f"A list takes {MAX_OPTIONS} filters; “{value}” is one too many.")
        for name, day in self.days.items():
            if isinstance(day, str):
                yield QueryError(name, day, str(DAY.error_messages["invalid"]))
        since, until = (self.days.get(name) for name in DAYS)
        if isinstance(since, date) and isinstance(until, date) and since > until:
            yield QueryError("until", str(until), "This day is before the one in “From”.")

    @property
    def is_unknown(self) -> bool:
        """Whether an option is unknown, and there is no other error: there is no such page."""
        return bool(self.errors) and not self.surplus and all(error.parameter in FACETS for error in self.errors)

    @property
    def request(self) -> SearchRequest:
        """The query for the search index."""
        since, until = (self.days.get(name) for name in DAYS)
        return SearchRequest(
            self.text,
            self.options,
            since=start_of_day(since, site_zone()) if isinstance(since, date) else None,
            until=end_of_day(until, site_zone()) if isinstance(until, date) else None,
        )

    @property
    def items(self) -> ItemQuerySet:
        """The items that match, newest first: none where a value cannot be used; of a search for words, the newest; of
        one for a link, those with it as their source, if there are any.

        The search has all filters, so that its limit applies to the items that these leave.
        """
        if self.errors:
            return CuratedItem.objects.none()
        if self.text.terms:
            return CuratedItem.objects.published_among(self.linked or find_newest(self.request)).newest_first()
        items: ItemQuerySet = self.filters.qs
        return items

    @cached_property
    def linked(self) -> tuple[int, ...]:
        """The keys of the items whose source link is the text, newest first, as far as the filters leave them."""
        key = self.text.link_key
        if not key or self.errors:
            return ()
        items = CuratedItem.objects.published_among(keys_with_link(key)).newest_first()
        return tuple(self.filters.narrow(items).values_list("pk", flat=True)[:MAX_RESULTS])

    @cached_property
    def filters(self) -> ItemFilters:
        shown = self._shown_values
        errors = {
            name: error.message
            for name, value in shown.items()
            for error in self.errors
            if (error.parameter, error.value) == (value.parameter, value.text)
        }
        resolved: dict[str, Any] = {name: value.resolved for name, value in shown.items() if name not in self.days}
        resolved |= {name: day for name, day in self.days.items() if isinstance(day, date)}
        for name in {option.facet for option in self.options}:
            resolved[name] = tuple(option for option in self.options if option.facet == name)
        for name in OTHER_FACET_NAMES.keys() & shown.keys():
            resolved[name] = (shown[name].resolved,)
        return ItemFilters({name: value.text for name, value in shown.items()}, resolved, errors)

    @cached_property
    def _shown_values(self) -> dict[str, QueryValue]:
        """The value that each field of the form shows: the first of its parameter; the second has a field of its own
        for some.
        """
        shown: dict[str, QueryValue] = {}
        second_fields = {parameter: name for name, parameter in OTHER_FACET_NAMES.items()}
        for value in self.values:
            if value.parameter not in shown:
                shown[value.parameter] = value
            elif value.parameter in second_fields:
                shown.setdefault(second_fields[value.parameter], value)
        return shown

    @property
    def hidden_pairs(self) -> Pairs:
        """The values that no visible field of the form shows, by parameter."""
        visible = {id(value) for name, value in self._shown_values.items() if not _is_hidden(name)}
        return tuple((value.parameter, value.text) for value in self.values if id(value) not in visible)

    @property
    def pairs(self) -> Pairs:
        """The query string, as names and values."""
        return self._pairs(self.values)

    @property
    def url(self) -> str:
        return self._address(self.values)

    @property
    def url_of_words(self) -> str:
        """The address of the words without filters."""
        return self._address(value for value in self.values if value.parameter == "words")

    @property
    def active_filters(self) -> list[ActiveFilter]:
        return [
            ActiveFilter(
                value.parameter,
                PARAMETERS[value.parameter],
                str(value),
                self._address(other for other in self.values if other is not value),
            )
            for value in self.values
        ]

    def with_option(self, option: Option) -> str:
        """Return the address of the query with one more option."""
        return replace(self, options=_in_order((*self.options, option))).url

    def with_text(self, text: str) -> str:
        """Return the address of the query with other words."""
        return replace(self, text=parse(text)).url

    def _address(self, values: Iterable[QueryValue]) -> str:
        query = urlencode(self._pairs(values))
        return f"{url(self.page)}?{query}" if query else url(self.page)

    def _pairs(self, values: Iterable[QueryValue]) -> Pairs:
        names = {"words": WORDS_NAMES[self.page]}
        return tuple((names.get(value.parameter, value.parameter), value.text) for value in values)


def _is_hidden(field_name: str) -> bool:
    return field_name in FACETS and not FACETS[field_name].in_form


def _in_order(options: Iterable[Option]) -> tuple[Option, ...]:
    """Return options, each once, in the order of their facets in addresses."""
    places = {facet.name: place for place, facet in enumerate(ADDRESS_ORDER)}
    return tuple(sorted(dict.fromkeys(options), key=lambda option: places[option.facet]))


def read_item_query(parameters: QueryDict, page: str = "news") -> ItemQuery:
    """Return the query of a query string.

    In one query where it names rows, and one more, which is memoised, where it names texts.
    """
    pairs = [(facet.name, value) for facet in ADDRESS_ORDER for value in _typed_values(parameters, facet.name)]
    typed = tuple(dict.fromkeys(pairs))
    options = resolve_options(typed[:MAX_OPTIONS])
    days = {name: _day(name, values) for name in DAYS if (values := _typed_values(parameters, name))}
    words = " ".join(dict.fromkeys(_raw_values(parameters, "words")))
    return ItemQuery(parse(words), _in_order(options), days, page, typed[MAX_OPTIONS:])


def has_blank_values(parameters: QueryDict) -> bool:
    """Whether a query string has a parameter without a value: a form sends its empty fields, too."""
    names = [name for name in (*PARAMETERS, *OTHER_NAMES) if name in parameters]
    return any(not value.strip() for name in names for value in parameters.getlist(name))


def _raw_values(parameters: QueryDict, name: str) -> list[str]:
    """Return the values of a parameter by all its names."""
    names = [name, *(other for other, parameter in OTHER_NAMES.items() if parameter == name)]
    return [value for one in names for value in parameters.getlist(one)]


def _typed_values(parameters: QueryDict, name: str) -> list[str]:
    """Return the values of a parameter that are not blank, without white space around and control characters."""
    values = (" ".join(value.replace("\0", " ").split()) for value in _raw_values(parameters, name))
    return [value[:MAX_VALUE_LENGTH] for value in values if value]


def _day(name: str, texts: Iterable[str]) -> date | str:
    """Return the day of several that leaves the fewest items; the first text that is not a date as it is."""
    days: list[date] = []
    for text in texts:
        try:
            days.append(DAY.clean(text))
        except ValidationError:
            return text
    return max(days) if name == "since" else min(days)
