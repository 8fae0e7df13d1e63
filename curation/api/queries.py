"""The query parameters of the API."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from ninja import Query, Schema
from pydantic import Field as Documented
from pydantic import create_model

from curation.listing.query import DAYS, OTHER_NAMES, PARAMETERS

from .fields import Fields
from .problems import ErrorDetail, ProblemError

View = TypeVar("View", bound=Callable[..., HttpResponse])
DEFAULT_LIMIT = 20
MAX_LIMIT = 100


class RowQuery(Schema):
    """The parameters of one row."""

    fields: str = ""


class ListQuery(RowQuery):
    """The parameters of a list."""

    limit: int = Documented(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Maximum number of rows.")
    after: str = ""


def query_schema(fields: Fields, base: type[RowQuery], cursor: str = "", **filters: Any) -> type[Any]:
    """Return the schema of the parameters of an address, given the fields of its answers and the pattern of `after`."""
    names = "|".join(fields)
    description = f"The fields to answer, with commas between: {', '.join(fields)}. Other fields are not loaded."
    own = {"fields": text(description, pattern=f"^(({names})(,({names}))*)?$")}
    if cursor:
        own["after"] = text("The cursor of the page, from “next” of the page before.", pattern=f"^({cursor})?$")
    return create_model(base.__name__, __base__=base, **{**filters, **own})


def takes_query(query: type[RowQuery]) -> Callable[[View], View]:
    """Let a view take the parameters of `query`; for type checkers, its signature names a base class of that."""

    parameters: Any = Query

    def decorate(view: View) -> View:
        view.__annotations__["query"] = parameters[query]
        return view

    return decorate


#: A date, or a blank.
DAY = {"anyOf": [{"format": "date"}, {"maxLength": 0}]}


def text(description: str, **schema: Any) -> Any:
    """Return an optional parameter; `schema` is added to its JSON schema."""
    return (str, Documented("", description=description, json_schema_extra=dict(schema)))


def item_parameters() -> dict[str, Any]:
    """Return the parameters of an `ItemQuery`."""
    parameters = {name: text(label, **(DAY if name in DAYS else {})) for name, label in PARAMETERS.items()}
    others = {
        name: text(f"Another spelling of “{parameter}”.", deprecated=True) for name, parameter in OTHER_NAMES.items()
    }
    return parameters | others


def reject_unknown(request: HttpRequest, query: type[Schema]) -> None:
    """Raise `ProblemError` for an unknown parameter: if a misspelt one were ignored, the answer would be wrong."""
    names = query.model_fields
    hint = f"Choose among {', '.join(names)}." if names else "This address takes none."
    errors = [
        ErrorDetail(detail=f"There is no parameter “{name}”.", parameter=name, hint=hint)
        for name in request.GET
        if name not in names
    ]
    if errors:
        raise ProblemError(HTTPStatus.BAD_REQUEST, *errors)
