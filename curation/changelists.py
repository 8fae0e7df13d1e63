"""Lists of the admin that stand any address: long searches, NUL, unknown filters, pages past the end."""

from __future__ import annotations

from contextlib import suppress
from copy import copy
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, IGNORED_PARAMS, PAGE_VAR, ChangeList
from django.core.exceptions import EmptyResultSet, FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.core.paginator import Page, Paginator
from django.db import DataError, NotSupportedError
from django.db.models import Field, ForeignKey, ManyToManyField, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.text import smart_split

from curation.search.query import MAX_LENGTH, MAX_WORDS, tidied

#: Parameters that are tried one by one to find the wrong ones. Where there are more, all filters are left out.
MAX_TRIED = 20
#: Lookups that no address may ask for: regular expressions can keep a server busy for hours, and `range` takes a
#: text for the list of its letters.
REFUSED_LOOKUPS = frozenset(["regex", "iregex", "range"])
#: What the values of filters raise: in Python, while the statement is made, or from the database.
WRONG_VALUES = (ValueError, TypeError, IndexError, OverflowError, DataError, NotSupportedError)


def bounded_search(text: str) -> str:
    """Return what was typed into a search box of the admin, within the limits that hold for readers' searches.

    Each word is a condition of the statement: SQLite refuses a thousand, PostgreSQL takes minutes for them.
    """
    return " ".join(list(smart_split(tidied(text)))[:MAX_WORDS])


class LastPagePaginator(Paginator[Any]):
    """Gives the last page for a number past the end, and the first for one below 1."""

    def page(self, number: int | str) -> Page[Any]:
        return super().page(min(max(int(number), 1), self.num_pages))


class BoundedList(ChangeList):
    """Raises `IncorrectLookupParameters` for whatever is wrong with the values of filters, as Django does for some."""

    def get_filters(self, request: HttpRequest) -> Any:
        if any("\x00" in value for values in self.get_filters_params().values() for value in values):
            raise IncorrectLookupParameters  # PostgreSQL has no such text
        try:
            return super().get_filters(request)
        except WRONG_VALUES as error:  # such as the year 99999
            raise IncorrectLookupParameters from error

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        try:
            queryset.query.sql_with_params()
        except EmptyResultSet:
            pass
        except WRONG_VALUES as error:
            raise IncorrectLookupParameters from error
        return queryset

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except WRONG_VALUES as error:
            raise IncorrectLookupParameters from error
        self.page_num = min(max(self.page_num, 1), self.paginator.num_pages)


class BoundedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Searches of bounded cost, in lists and autocompletes; lists that leave out a wrong filter and keep the others."""

    paginator = LastPagePaginator

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[BoundedList]:
        return BoundedList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, bounded_search(search_term))

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup.rpartition("__")[2] not in REFUSED_LOOKUPS and super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Answer the list, or, where a filter is wrong, lead to the list without that one."""
        response = super().changelist_view(request, extra_context)
        refusal = f"{request.path}?{ERROR_FLAG}=1"
        if request.method != "GET" or getattr(response, "url", "") != refusal or ERROR_FLAG in request.GET:
            return response
        wrong = self._wrong_parameters(request)
        kept = request.GET.copy()
        for name in wrong:
            del kept[name]
        names = ", ".join(f"“{name[:MAX_LENGTH]}”" for name in wrong)
        message = f"{names} is no filter of this list, or has no such value; it was left out."
        self.message_user(request, message, messages.WARNING)
        return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Return what an address says of a new object, each value as its field has it, without what none can be.

        Django hands them on as they are, and any that is wrong is an error of the server.
        """
        initial: dict[str, Any] = {}
        for name, value in super().get_changeform_initial_data(request).items():
            with suppress(FieldDoesNotExist, ValidationError):
                initial[name] = _as_field(self.opts.get_field(name), value)
        return initial

    def _wrong_parameters(self, request: HttpRequest) -> list[str]:
        """Return the names of the filters in an address that no list can be made of, all where that cannot be told."""
        names = [name for name in request.GET if name not in (*IGNORED_PARAMS, PAGE_VAR, ALL_VAR)]
        if len(names) > MAX_TRIED:
            return names
        dates = [name for name in names if self.date_hierarchy and name.startswith(f"{self.date_hierarchy}__")]
        groups = [dates, *([name] for name in names if name not in dates)]
        return [name for group in groups if not self._makes_list(request, group) for name in group] or names

    def _makes_list(self, request: HttpRequest, names: list[str]) -> bool:
        """Whether a list can be made with some filters of an address alone."""
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


def _as_field(field: Any, value: str | list[str]) -> Any:
    """Return a value of an address as a field has it; raise `ValidationError` where it cannot be one."""
    if "\x00" in "".join(value) or not isinstance(field, Field):
        raise ValidationError("No field has this value.")
    if isinstance(field, ForeignKey):
        return field.target_field.clean(value, None)
    if isinstance(field, ManyToManyField):
        return [field.target_field.clean(key, None) for key in value]
    return field.to_python(value)
