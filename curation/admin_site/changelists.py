"""Changelists that answer every address with a page: long searches, NUL characters, invalid filters, far pages."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, IGNORED_PARAMS, PAGE_VAR, ChangeList
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.core.paginator import Page, Paginator
from django.db import DataError, NotSupportedError
from django.db.models import Field, ForeignKey, ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.text import capfirst, smart_split

from curation.search.query import MAX_LENGTH, MAX_WORDS, normalise_text

from .change_forms import KeepingAdmin
from .link_input import LINK_FIELDS
from .moments import MOMENT_FIELDS

#: Maximum number of parameters that are tried one by one to find the invalid ones. With more, all are ignored.
MAX_TRIED_PARAMETERS = 20
#: Lookups that no address may use: a regular expression can keep a server busy for hours, and `range` splits a string
#: into its letters.
REFUSED_LOOKUPS = frozenset(["regex", "iregex", "range"])
#: Exceptions that invalid filter values raise: in Python, while the SQL is compiled, or from the database.
INVALID_VALUE_ERRORS = (ValueError, TypeError, IndexError, OverflowError, DataError, NotSupportedError)


def bounded_search(text: str) -> str:
    """Return the text of a search box, cut to the limits of readers' searches (`curation.search.query`).

    Each word is a condition of the SQL statement: SQLite refuses a thousand, PostgreSQL takes minutes for them.
    """
    return " ".join(list(smart_split(normalise_text(text)))[:MAX_WORDS])


class ClampedPaginator(Paginator[Any]):
    """A paginator that returns the last page for a number past the end, and the first for one below 1."""

    def page(self, number: int | str) -> Page[Any]:
        return super().page(min(max(int(number), 1), self.num_pages))


@dataclass(frozen=True, slots=True)
class FilterPanel:
    """A filter as lists show it. `clear` is the address of the list without it; `links` are choices to follow."""

    title: str
    chosen: str
    clear: str
    form: Any = None
    links: tuple[Any, ...] = ()


class BoundedChangeList(ChangeList):
    """A changelist that raises `IncorrectLookupParameters` for every invalid filter value; Django does so for some."""

    def panels(self) -> list[FilterPanel]:
        return [self.panel_of(spec) for spec in self.filter_specs]

    def panel_of(self, spec: Any) -> FilterPanel:
        """Return a filter with its choices as links."""
        links = tuple(spec.choices(self))
        chosen = next((str(link["display"]) for link in links[1:] if link["selected"]), "")
        return FilterPanel(str(spec.title), chosen, self.query_without(*spec.expected_parameters()), links=links)

    def query_without(self, *names: str) -> str:
        """Return the query string of the list without some parameters."""
        return self.get_query_string(dict.fromkeys(names))

    def get_filters(self, request: HttpRequest) -> Any:
        # PostgreSQL cannot store NUL in text.
        if any("\x00" in value for values in self.get_filters_params().values() for value in values):
            raise IncorrectLookupParameters
        try:
            return super().get_filters(request)
        except INVALID_VALUE_ERRORS as error:  # such as the year 99999
            raise IncorrectLookupParameters from error

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        try:
            queryset.query.sql_with_params()
        except EmptyResultSet:
            pass
        except INVALID_VALUE_ERRORS as error:
            raise IncorrectLookupParameters from error
        return queryset

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except INVALID_VALUE_ERRORS as error:
            raise IncorrectLookupParameters from error
        self.page_num = min(max(self.page_num, 1), self.paginator.num_pages)


class BoundedAdmin(KeepingAdmin):
    """A model admin with searches of bounded cost, whose changelist ignores an invalid filter and keeps the others."""

    paginator = ClampedPaginator
    formfield_overrides = {**MOMENT_FIELDS, **LINK_FIELDS}

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the page of an object itself, in place of the redirect to it that the admin site does not have."""
        if obj is None or not self.view_on_site or callable(self.view_on_site):
            return super().get_view_on_site_url(obj)
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[BoundedChangeList]:
        return BoundedChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, bounded_search(search_term))

    def get_action_choices(self, request: HttpRequest, *_args: Any) -> list[tuple[str, str]]:
        return super().get_action_choices(request, [("", "Choose one")])

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup.rpartition("__")[2] not in REFUSED_LOOKUPS and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Return the list, or, if a filter is invalid, a redirect to the list without that filter."""
        title = capfirst(str(self.opts.verbose_name_plural))
        response = super().changelist_view(request, {"title": title, **(extra_context or {})})
        refusal = f"{request.path}?{ERROR_FLAG}=1"
        if request.method != "GET" or getattr(response, "url", "") != refusal or ERROR_FLAG in request.GET:
            return response
        invalid = self._invalid_parameters(request)
        valid = request.GET.copy()
        for name in invalid:
            del valid[name]
        names = ", ".join(f"“{name[:MAX_LENGTH]}”" for name in invalid)
        message = f"{names}: this list has no such filter, or the filter has no such value; it was ignored."
        self.message_user(request, message, messages.WARNING)
        return HttpResponseRedirect(f"{request.path}?{valid.urlencode()}")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        response = super().history_view(request, object_id, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data:
            response.context_data["title"] = f"History of “{response.context_data['object']}”"
        return response

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return the initial values that an address gives a new object, converted to each field's type.

        Invalid values are left out. Django passes them to the form as they are, where they cause server errors.
        """
        initial: dict[str, Any] = {}
        for name, value in super().get_changeform_initial_data(request).items():
            with suppress(FieldDoesNotExist, ValidationError):
                initial[name] = _field_value(self.opts.get_field(name), value)
        return initial

    def _invalid_parameters(self, request: HttpRequest) -> list[str]:
        """Return the names of the invalid filters in an address; all filters if the invalid ones cannot be found."""
        names = [name for name in request.GET if name not in (*IGNORED_PARAMS, PAGE_VAR, ALL_VAR)]
        if len(names) > MAX_TRIED_PARAMETERS:
            return names
        dates = [name for name in names if self.date_hierarchy and name.startswith(f"{self.date_hierarchy}__")]
        groups = [dates, *([name] for name in names if name not in dates)]
        return [name for group in groups if not self._are_valid(request, group) for name in group] or names

    def _are_valid(self, request: HttpRequest, names: list[str]) -> bool:
        """Whether a changelist accepts these parameters of an address, without the others."""
        parameters = QueryDict(mutable=True)
        for name in names:
            parameters.setlist(name, request.GET.getlist(name))
        trial = copy(request)
        trial.GET = parameters  # type: ignore[assignment]  # as Django's own tests do
        try:
            self.get_changelist_instance(trial)
        except (IncorrectLookupParameters, SuspiciousOperation):
            return False
        return True


def _field_value(field: Any, value: str | list[str]) -> Any:
    """Return a value of an address as the field's Python type. Raises `ValidationError`."""
    if "\x00" in "".join(value) or not isinstance(field, Field):
        raise ValidationError("No field has this value.")
    if isinstance(field, ForeignKey):
        return field.target_field.clean(value, None)
    if isinstance(field, ManyToManyField):
        return [field.target_field.clean(key, None) for key in value]
    return field.to_python(value)
