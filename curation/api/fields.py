"""The fields of answers: their types and descriptions, and the columns to load for them. Programs choose among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import ConfigDict, create_model
from pydantic import Field as Documented

from .problems import ErrorDetail, ProblemError

Rows = TypeVar("Rows", bound=QuerySet[Any])
#: Returns the absolute URL of a path.
AbsoluteUrl = Callable[[str], str]
Fields = Mapping[str, "Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an answer: its type and description, and how to get its value from a row.

    `columns` of the row and of its `joins` are loaded with it, each of `relations` by a query of its own. A field that
    `is_long` is in lists only where a program asks for it.
    """

    type: Any
    description: str
    value: Callable[[Any, AbsoluteUrl], Any]
    columns: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    is_long: bool = False


def column(type_: Any, name: str, description: str, *, is_long: bool = False) -> Field:
    """Return the field of a column that JSON can hold as it is."""
    return Field(type_, description, lambda row, _absolute: getattr(row, name), (name,), is_long=is_long)


def text(name: str, description: str, *, is_long: bool = False) -> Field:
    """Return the field of a column of text."""
    return column(str, name, description, is_long=is_long)


class StrictSchema(Schema):
    """Part of an answer: it has the documented fields and no other."""

    model_config = ConfigDict(extra="forbid")


def schema_of(name: str, fields: Fields) -> type[Schema]:
    """Return the schema of answers with any of the fields."""
    documented: dict[str, Any] = {
        # A default, so that the schema does not call the field required.
        name: (field.type, Documented(default_factory=lambda: None, description=field.description))
        for name, field in fields.items()
    }
    return create_model(name, __base__=StrictSchema, **documented)


def select_fields(fields: Fields, names: str, *, long_ones: bool) -> Fields:
    """Return the fields of comma-separated names; for "" all of them, without the long ones unless `long_ones`.

    Raises `ProblemError` for an unknown name.
    """
    if not names:
        return {name: field for name, field in fields.items() if long_ones or not field.is_long}
    unknown = [name for name in names.split(",") if name not in fields]
    if unknown:
        hint = f"Choose among {', '.join(fields)}, with commas between."
        error = ErrorDetail(detail=f"There is no field “{unknown[0]}”.", parameter="fields", hint=hint)
        raise ProblemError(HTTPStatus.BAD_REQUEST, error)
    return {name: fields[name] for name in dict.fromkeys(names.split(","))}


def with_columns(rows: Rows, fields: Fields, *others: str) -> Rows:
    """Let rows load the columns of fields, and `others`, and no more."""
    joins = {join for field in fields.values() for join in field.joins}
    columns = {column for field in fields.values() for column in field.columns}
    return (rows.select_related(*joins) if joins else rows).only("pk", *others, *columns)


def relations_of(fields: Fields) -> list[str]:
    return [relation for field in fields.values() for relation in field.relations]


def serialize(row: Model, fields: Fields, absolute: AbsoluteUrl) -> dict[str, Any]:
    """Return the values of a row's fields, as JSON can hold them."""
    return {name: field.value(row, absolute) for name, field in fields.items()}
