"""The filters of the news list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.formats import date_format
from django_filters import DateFilter, Filter, FilterSet

from curation.facets import ALSO, NO_ROW, TOPIC, WORDS, Option, meant_options, offered_options
from curation.kept import kept
from curation.models import CuratedItem, ItemAuthor, ItemOffering, ItemTopic
from curation.models.items import ItemQuerySet
from curation.names import name_key
from curation.search.find import Wanted, newest
from curation.search.query import MAX_LENGTH, parse, tidied

#: No name that a filter compares with is longer.
LONGEST_VALUE = 500


class WordsField(forms.CharField):
    """The words to look for, tidied; what is beyond the limit of a search is left out."""

    def to_python(self, value: str | None) -> str:
        return tidied(value or "")


class Shared(Filter):  # type: ignore[misc]  # django-filter has no types
    """A filter that is copied quickly, as each request does: a copy has what a request sets of its own, no more."""

    def __deepcopy__(self, _memo: object) -> Shared:
        made = copy(self)
        made.extra = self.extra.copy()
        return made


class WordsFilter(Shared):
    """Keeps what a search for the words finds: see `NewsFilter.results`, which knows the other filters as well."""

    field_class = WordsField


class DayFilter(Shared, DateFilter):  # type: ignore[misc]  # django-filter has no types
    """Keeps items from the start of a day in UTC, or up to its end; the day as in ISO 8601."""

    def __init__(self, label: str, lookup: str, moment: time) -> None:
        super().__init__(
            "published_at",
            lookup,
            label=label,
            input_formats=["%Y-%m-%d"],
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"invalid": "Write a date as year-month-day, like 2023-01-31."},
        )
        self.moment = moment

    def filter(self, items: ItemQuerySet, value: date | None) -> ItemQuerySet:
        kept: ItemQuerySet = super().filter(items, datetime.combine(value, self.moment, UTC) if value else None)
        return kept


class FacetField(forms.ChoiceField):
    """One of a facet's options; its clean value is the `Option` that is `meant` by the data, if there is one.

    What is `offered` beside it is asked for where the field is shown.
    """

    def __init__(
        self, *, meant: Option | None = None, offered: Callable[[], Iterable[Option]] = tuple, **kwargs: Any
    ) -> None:
        self.meant = meant
        super().__init__(choices=lambda: _choices([*offered(), *([meant] if meant else [])]), **kwargs)

    def clean(self, value: str | None) -> Option | None:
        if value and not self.meant:
            raise forms.ValidationError(self.error_messages["invalid_choice"], "invalid_choice", {"value": value})
        return self.meant


def _choices(options: Iterable[Option]) -> list[tuple[str, Any]]:
    """Return options as choices, once each: by label, under their group where they have one."""
    once = {option.value: option for option in options}
    groups: dict[str, list[tuple[str, str]]] = {}
    for option in sorted(once.values(), key=lambda option: (option.group, name_key(option.label))):
        groups.setdefault(option.group, []).append((option.value, option.label))
    return [("", "Any"), *groups.pop("", []), *groups.items()]


class FacetFilter(Shared):
    """Keeps the items of one option; `narrow` says how. `like` names a filter that offers the same options."""

    field_class = FacetField

    def __init__(
        self, label: str, narrow: Callable[[ItemQuerySet, Option], ItemQuerySet], like: str = "", **kwargs: Any
    ) -> None:
        unknown = f"There is no {label.lower()} “%(value)s” here."
        super().__init__(label=label, error_messages={"invalid_choice": unknown}, **kwargs)
        self.narrow, self.like = narrow, like

    def filter(self, items: ItemQuerySet, option: Option | None) -> ItemQuerySet:
        return self.narrow(items, option) if option else items


class NewsForm(forms.Form):
    """The filters as a form: the days of a range in their order."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", "This day is before the one in “From”.")
        return cleaned


def suggested(name: str) -> forms.TextInput:
    """Return a text field that suggests a facet's options; the page prints them as the `datalist` named here."""
    return forms.TextInput(attrs={"list": f"{name}-options", "maxlength": LONGEST_VALUE})


@dataclass(frozen=True, slots=True)
class Active:
    """A filter in use: its name and value for people, and the query that takes it off."""

    label: str
    value: str
    url: str


class NewsFilter(FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Narrows the list of all items by a query as `typed_values` returns it."""

    words = WordsFilter(
        method=lambda items, _name, _words: items,
        label="Words",
        widget=forms.TextInput({"type": "search", "maxlength": MAX_LENGTH, "placeholder": "Search the news"}),
    )
    topic = FacetFilter("Topic", lambda items, topic: items.listed_by(ItemTopic, topic=topic.pk))
    also = FacetFilter(
        "Other topic",
        lambda items, topic: items.of_topic(topic.pk),
        like="topic",
    )
    vocabulary = FacetFilter("Vocabulary", lambda items, vocabulary: items.of_vocabulary(vocabulary.pk))
    kind = FacetFilter("Kind", lambda items, kind: items.filter(kind__in=_spellings("kind", kind.value)))
    format = FacetFilter("Format", lambda items, format_: items.filter(format__in=_spellings("format", format_.value)))
    offering = FacetFilter(
        "Offering",
        lambda items, offering: items.listed_by(ItemOffering, offering=offering.pk),
        widget=suggested("offering"),
    )
    publisher = FacetFilter(
        "Publisher", lambda items, publisher: items.filter(publisher=publisher.pk), widget=suggested("publisher")
    )
    author = FacetFilter(
        "Author", lambda items, author: items.listed_by(ItemAuthor, author=author.pk), widget=suggested("author")
    )
    tag = FacetFilter("Tag", lambda items, tag: items.filter(itemtag__tag=tag.pk), widget=suggested("tag"))
    since = DayFilter("From", "gte", time.min)
    until = DayFilter("To", "lte", time.max)

    class Meta:
        model = CuratedItem
        form = NewsForm
        fields: list[str] = []

    def __init__(self, typed: Mapping[str, str]) -> None:
        meant = self._meant(typed)
        values = {**typed, **{facet: option.value for facet, option in meant.items()}}
        super().__init__(data=values or None, queryset=CuratedItem.objects.published().newest_first())
        for name, filter_ in self.filters.items():
            if isinstance(filter_, FacetFilter):
                filter_.extra |= {"meant": meant.get(name), "offered": partial(self._offered_for, filter_.like or name)}

    @cached_property
    def offered(self) -> dict[str, list[Option]]:
        """What to choose from for each facet."""
        return kept("offered options", offered_options)

    def _offered_for(self, facet: str) -> list[Option]:
        return self.offered.get(facet, [])

    def _meant(self, typed: Mapping[str, str]) -> dict[str, Option]:
        """Return the options that are meant by what was typed, without what means none; in one query."""
        options = meant_options([pair for pair in typed.items() if isinstance(self.base_filters[pair[0]], FacetFilter)])
        return {option.facet: self._spelled(option) for option in options if option.pk != NO_ROW}

    def _spelled(self, option: Option) -> Option:
        """Return a word as it is offered, whatever its case was typed in."""
        if option.facet not in WORDS:
            return option
        same = (word for word in self._offered_for(option.facet) if name_key(word.value) == name_key(option.value))
        return next(same, option)

    @property
    def results(self) -> ItemQuerySet:
        """The items that are left: none where a value means nothing, the newest that a search finds where it has words.

        The search knows all filters, so that its limit counts for what is left by them.
        """
        if self.is_bound and not self.is_valid():
            return CuratedItem.objects.none()
        wanted = _wanted(self.form.cleaned_data) if self.is_bound else None
        if wanted and wanted.query.terms:
            return CuratedItem.objects.published_among(newest(wanted)).newest_first()
        items: ItemQuerySet = self.qs
        return items

    @property
    def names_nothing(self) -> bool:
        """Whether a filter names what readers know nothing of, and every other is right."""
        faults = self.form.errors if self.is_bound else {}
        return bool(faults) and all(isinstance(self.filters[name], FacetFilter) for name in faults)

    @property
    def active(self) -> list[Active]:
        return [Active(self.filters[name].label, self._in_words(name), self._without(name)) for name in self.data]

    def _in_words(self, name: str) -> str:
        value = self.form.cleaned_data.get(name, self.data[name])
        return date_format(value, "j F Y") if isinstance(value, date) else str(value)

    def _without(self, name: str) -> str:
        rest = {key: value for key, value in self.data.items() if key != name}
        return f"?{urlencode(rest)}" if rest else "."


def _wanted(cleaned: Mapping[str, Any]) -> Wanted:
    """Return the search that filters mean together."""
    since, until = cleaned["since"], cleaned["until"]
    return Wanted(
        parse(cleaned["words"]),
        # A second topic is a topic to the index.
        tuple(
            replace(option, facet=TOPIC.name) if option.facet == ALSO.name else option
            for option in cleaned.values()
            if isinstance(option, Option)
        ),
        since=datetime.combine(since, time.min, UTC) if since else None,
        until=datetime.combine(until, time.max, UTC) if until else None,
    )


def _spellings(column: str, word: str) -> list[str]:
    """Return how items write a word in a column of `WORDS`: no two databases fold case alike."""
    pairs = kept("every kind with every format", lambda: list(CuratedItem.objects.order_by().values(*WORDS).distinct()))
    return [written for written in {pair[column] for pair in pairs} if name_key(written) == name_key(word)]


def typed_values(query: Mapping[str, str]) -> dict[str, str]:
    """Return what a query string says of the filters: white space and control characters folded, blanks left out."""
    words = {name: query.get(name, "").replace("\0", " ").split() for name in NewsFilter.base_filters}
    return {name: " ".join(value)[:LONGEST_VALUE] for name, value in words.items() if value}
