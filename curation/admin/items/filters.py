"""Filters of the item list: each a form in a `<details>` above the list, which works without script.

A filter narrows a queryset, and, where the search index can answer it, a request to the index.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.text import get_text_list

from curation.admin.links import UNDONE_RUN_PARAMETER
from curation.items.bin import UNDONE_RUN
from curation.items.checks import BY_CODE, IN_DATABASE
from curation.models import CuratedItem, ItemTopic, Revision, Vocabulary
from curation.models.gaps import GAPS
from curation.models.items import expired
from curation.search.desk import DeskRequest, State
from curation.search.facet_tokens import gap_token, made_by_token, token

Items = QuerySet[CuratedItem]
Result = TypeVar("Result")
Choices = list[tuple[str, str]]

MAX_VOCABULARIES, MAX_USERS = 30, 100
#: Maximum number of decimal digits of an ID: every such number fits in its column.
MAX_ID_DIGITS = 18
#: The value of `missing_match` and the like for items with all the chosen values.
ALL = "all"
#: The value of `who` for the editor who asks.
ME = "me"


class DeskFilter(admin.ListFilter, ABC):
    """A filter that is a form: `make_fields()` gives its parameters, the other methods take their cleaned values."""

    def __init__(
        self, request: HttpRequest, params: dict[str, list[str]], model: type[Model], model_admin: Any
    ) -> None:
        super().__init__(request, params, model, model_admin)
        self.request = request
        fields = self.make_fields(model_admin)
        data = QueryDict(mutable=True)
        for name in fields:
            data.setlist(name, [value for value in params.pop(name, []) if value])
        self.used_parameters = {name: values for name, values in data.lists() if values}
        self.form = type("FilterForm", (forms.Form,), {**fields})(data, auto_id="filter_%s")

    @abstractmethod
    def make_fields(self, model_admin: Any) -> dict[str, forms.Field]:
        """Return the fields of the form by parameter name."""

    @abstractmethod
    def narrow(self, queryset: Items, **values: Any) -> Items:
        """Return the items with these values."""

    def ask(self, request: DeskRequest, **_values: Any) -> DeskRequest | None:
        """Return a request to the index narrowed by these values; `None` where the database alone can answer."""
        return None if self.used_parameters else request

    def describe(self, **values: Any) -> str:
        """Return the chosen values in words."""
        return get_text_list([_choice_label(self.form.fields[name], values[name]) for name in self.used_parameters])

    @property
    def values(self) -> dict[str, Any]:
        """The cleaned values. Raises `IncorrectLookupParameters`."""
        if not self.form.is_valid():
            raise IncorrectLookupParameters
        return dict(self.form.cleaned_data)

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        return self.narrow(queryset, **self.values)

    def narrow_request(self, request: DeskRequest) -> DeskRequest | None:
        return self.ask(request, **self.values)

    @property
    def chosen(self) -> str:
        """What is chosen, in words; "" if nothing is."""
        return self.describe(**self.values) if self.used_parameters else ""

    def show_chosen(self) -> None:
        """Have the fields show what is chosen."""

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str | None]:
        return list(self.form.fields)

    def choices(self, _changelist: ChangeList) -> Iterator[Any]:
        return iter(())


def _choice_label(field: forms.Field, value: Any) -> str:
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    values = value if isinstance(value, (list, tuple, set)) else [value]
    return ", ".join(labels.get(str(one), str(one)) for one in values)


def _boxes(choices: Choices | Callable[[], Choices]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(choices=choices, label="", required=False, widget=forms.CheckboxSelectMultiple)


def any_or_all() -> forms.ChoiceField:
    """Return the field that chooses whether items have any of some values, or all of them."""
    return forms.ChoiceField(
        choices=[("", "Any of them"), (ALL, "All of them")], label="", required=False, widget=forms.RadioSelect
    )


def once(request: HttpRequest, name: str, read: Callable[[], Result]) -> Result:
    """Return what `read()` returns, which is read once in a request: the list and its views make the same filters."""
    known: dict[str, Any] = request.__dict__.setdefault("_desk_rows", {})
    if name not in known:
        known[name] = read()
    return known[name]  # type: ignore[no-any-return]  # of this name


def any_of(conditions: Iterator[Q]) -> Q:
    found = Q()
    for condition in conditions:
        found |= condition
    return found


class StateFilter(DeskFilter):
    """Filter by any of several states, as readers see them: published is live or scheduled until it expires."""

    title = "state"
    CHOICES = (
        *((State.LIVE.value, "Live"), (State.SCHEDULED.value, "Scheduled"), (State.DRAFT.value, "Draft")),
        *((State.REVIEW.value, "In review"), (State.ARCHIVED.value, "Archived"), ("expired", "Expired")),
    )

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        return {"state": _boxes(list(self.CHOICES))}

    def narrow(self, queryset: Items, **values: Any) -> Items:
        now = timezone.now()
        published, has_expired = Q(status=CuratedItem.Status.PUBLISHED), Q(pk__in=expired(now))
        conditions = {
            "live": published & Q(published_at__lte=now) & ~has_expired,
            "scheduled": published & Q(published_at__gt=now) & ~has_expired,
            "expired": has_expired,
        }
        chosen = values["state"]
        return queryset.filter(any_of(conditions.get(state, Q(status=state)) for state in chosen))

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        if "expired" in values["state"]:
            return None
        return replace(request, states=frozenset(map(State, values["state"])))


class GapsFilter(DeskFilter):
    """Filter by gaps. `CODES` gives the code of a gap or a check for each choice, with its label."""

    name: ClassVar[str]
    CODES: ClassVar[Mapping[str, tuple[str, str]]]

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        return {self.name: _boxes([(value, label) for value, (_code, label) in self.CODES.items()])}

    def _groups(self, values: Mapping[str, Any]) -> list[list[str]]:
        """Return groups of codes, of each of which an item must have one."""
        chosen = [self.CODES[value][0] for value in values[self.name]]
        return [chosen] if chosen else []

    def narrow(self, queryset: Items, **values: Any) -> Items:
        for codes in self._groups(values):
            queryset = queryset.filter(any_of(_condition(code) for code in codes))
        return queryset

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        groups = self._groups(values)
        if not all(code in GAPS for codes in groups for code in codes):
            return None
        return with_tokens(request, *(map(gap_token, codes) for codes in groups))


def _condition(code: str) -> Q:
    if code in GAPS:
        return GAPS[code]()
    condition = BY_CODE[code].condition
    assert condition is not None  # noqa: S101  # for the types: the filter offers those of the database alone
    return condition()


def with_tokens(request: DeskRequest, *groups: Iterable[str]) -> DeskRequest:
    return replace(request, token_groups=(*request.token_groups, *map(tuple, groups)))


class MissingFilter(GapsFilter):
    """Filter by fields that are empty: any of those that are chosen, or all."""

    title = "missing"
    name = "missing"
    CODES: ClassVar[Mapping[str, tuple[str, str]]] = {
        "image": ("no-image", "Picture"),
        "alt": ("alt-missing", "Alternative text"),
        "topic": ("no-topic", "Topic"),
        "summary": ("summary-missing", "Own summary"),
        "source": ("no-source", "Source link"),
    }

    def make_fields(self, model_admin: Any) -> dict[str, forms.Field]:
        return {**super().make_fields(model_admin), "missing_match": any_or_all()}

    def _groups(self, values: Mapping[str, Any]) -> list[list[str]]:
        groups = super()._groups(values)
        if values["missing_match"] == ALL:
            return [[code] for codes in groups for code in codes]
        return groups

    def describe(self, **values: Any) -> str:
        labels = [self.CODES[value][1].lower() for value in values[self.name]]
        return get_text_list(labels, "and" if values["missing_match"] == ALL else "or")


class CheckFilter(GapsFilter):
    """Filter by content checks that items fail, of those that the database can answer."""

    title = "check"
    name = "check"
    CODES: ClassVar[Mapping[str, tuple[str, str]]] = {
        check.code: (check.code, check.noun.capitalize()) for check in IN_DATABASE
    }


class VocabularyFilter(DeskFilter):
    title = "vocabulary"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        return {"vocabulary": _boxes(lambda: [(slug, name) for slug, name, _pk in self._rows()])}

    def _rows(self) -> list[tuple[str, str, int]]:
        rows = Vocabulary.objects.values_list("slug", "name", "pk")
        return once(self.request, "vocabularies", lambda: list(rows[:MAX_VOCABULARIES]))

    def _keys(self, values: Mapping[str, Any]) -> list[int]:
        chosen = values["vocabulary"]
        return [pk for slug, _name, pk in self._rows() if slug in chosen] if chosen else []

    def narrow(self, queryset: Items, **values: Any) -> Items:
        keys = self._keys(values)
        if not keys:
            return queryset
        return queryset.filter(pk__in=ItemTopic.objects.filter(topic__vocabulary__in=keys).values("item"))

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        keys = self._keys(values)
        return with_tokens(request, (token("vocabulary", pk) for pk in keys)) if keys else request


class WhoFilter(DeskFilter):
    """Filter by the editor who made an item: `ME`, or the ID of a user."""

    title = "made by"

    def make_fields(self, _model_admin: Any) -> dict[str, forms.Field]:
        # A function: forms copy their fields, and with a bound method the request.
        return {"who": forms.ChoiceField(choices=lambda: self._choices(), label="Made by", required=False)}  # noqa: PLW0108

    def _choices(self) -> list[tuple[str, str]]:
        users = User.objects.filter(is_staff=True, is_active=True).exclude(pk=self.request.user.pk or 0)
        rows = users.order_by("username").values_list("pk", "username")
        names = once(self.request, "staff", lambda: list(rows[:MAX_USERS]))
        return [("", "Anybody"), (ME, "Me"), *((str(pk), name) for pk, name in names)]

    def _user_id(self, values: Mapping[str, Any]) -> int | None:
        who = values["who"]
        return self.request.user.pk if who == ME else int(who) if who else None

    def narrow(self, queryset: Items, **values: Any) -> Items:
        user = self._user_id(values)
        return queryset.filter(created_by=user) if user else queryset

    def ask(self, request: DeskRequest, **values: Any) -> DeskRequest | None:
        user = self._user_id(values)
        return with_tokens(request, iter([made_by_token(user)])) if user else request


class BulkChangeFilter(admin.SimpleListFilter):
    """Filter by an action that changed the items. Shown only while it is used: a message links to it."""

    title = "action"
    parameter_name = "bulk"

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        number = request.GET.get(self.parameter_name)
        return [(number, f"Changed by action {number}")] if number else []

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        number = chosen_id(self)
        if number is None:
            return queryset
        return queryset.filter(pk__in=Revision.objects.filter(bulk_change=number).values("item"))


class UndoneRunFilter(admin.SimpleListFilter):
    """Filter the bin by the import whose undo moved the items there. Shown only while it is used, as by a link."""

    title = "undo"
    parameter_name = UNDONE_RUN_PARAMETER

    def lookups(self, request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        number = request.GET.get(self.parameter_name)
        return [(number, f"Moved here by the undo of import {number}")] if number else []

    def queryset(self, _request: HttpRequest, queryset: Items) -> Items:
        number = chosen_id(self)
        return queryset if number is None else queryset.annotate(undone_run=UNDONE_RUN).filter(undone_run=number)


def chosen_id(list_filter: admin.SimpleListFilter) -> int | None:
    """Return the ID that a filter is given, `None` for none. Raises `IncorrectLookupParameters`."""
    number = list_filter.value()
    if not number:
        return None
    if not number.isdecimal() or len(number) > MAX_ID_DIGITS:
        raise IncorrectLookupParameters
    return int(number)
