"""What may be asked of the API."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django_filters import DateFilter
from ninja import Query, Schema
from pydantic import Field as Documented
from pydantic import create_model

from curation.filters import NewsFilter

from .fields import Fields
from .problems import Fault, Refused

View = TypeVar("View", bound=Callable[..., HttpResponse])
LIMIT = 20
LARGEST_LIMIT = 100


class OneQuery(Schema):
    """What may be asked of one row."""

    fields: str = ""


class ListQuery(OneQuery):
    """What may be asked of a list."""

    limit: int = Documented(LIMIT, ge=1, le=LARGEST_LIMIT, description="How many at most.")
    after: str = ""


def query_for(fields: Fields, base: type[OneQuery], cursor: str = "", **filters: Any) -> type[Any]:
    """Return the parameters of an address whose answers have some fields; `cursor` is the pattern of `after`."""
    names = "|".join(fields)
    says = f"The fields wanted, with commas between: {', '.join(fields)}. What is left out costs nothing."
    own = {"fields": text(says, pattern=f"^(({names})(,({names}))*)?$")}
    if cursor:
        own["after"] = text("The place to go on from, as “next” of the page before has it.", pattern=f"^({cursor})?$")
    return create_model(base.__name__, __base__=base, **{**filters, **own})


def asked_with(query: type[OneQuery]) -> Callable[[View], View]:
    """Let a view take the parameters of `query`; its signature names a base of it, for type checkers."""

    parameters: Any = Query

    def decorate(view: View) -> View:
        view.__annotations__["query"] = parameters[query]
        return view

    return decorate


#: A day, or nothing said.
DAY = {"anyOf": [{"format": "date"}, {"maxLength": 0}]}


def text(says: str, **schema: Any) -> Any:
    """Return a parameter that may be left out; `schema` is what its documentation says of its form."""
    return (str, Documented("", description=says, json_schema_extra=dict(schema)))


def news_filters() -> dict[str, Any]:
    """Return the filters of the news list as parameters."""
    return {
        name: text(filter_.label, **(DAY if isinstance(filter_, DateFilter) else {}))
        for name, filter_ in NewsFilter.base_filters.items()
    }


def refuse_unknown(request: HttpRequest, query: type[Schema]) -> None:
    """Raise `Refused` for a parameter that there is not: it is a slip, and ignored it would change the answer."""
    names = query.model_fields
    faults = [
        Fault(name, f"There is no parameter “{name}”.", f"Choose among {', '.join(names)}.")
        for name in request.GET
        if name not in names
    ]
    if faults:
        raise Refused(HTTPStatus.BAD_REQUEST, *faults)
