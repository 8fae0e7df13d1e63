"""The fields of an answer: what each says, and what has to be loaded for it. Programs choose among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import ConfigDict, create_model
from pydantic import Field as Documented

from .problems import Fault, Refused

Rows = TypeVar("Rows", bound=QuerySet[Any])
#: Makes a whole address of a path.
Whole = Callable[[str], str]
Fields = Mapping[str, "Field"]


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its type and meaning for the documentation, its value of a row, and what that needs.

    `columns` are those of the row and of rows joined to it, `relations` are loaded by a query each. A field that
    `is_long` comes in lists only where it is asked for.
    """

    type: Any
    says: str
    value: Callable[[Any, Whole], Any]
    columns: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    is_long: bool = False


class Strict(Schema):
    """Part of an answer: it has the fields that are documented, and no other."""

    model_config = ConfigDict(extra="forbid")


def schema_of(name: str, fields: Fields) -> type[Schema]:
    """Return the documentation of answers that have any of some fields."""
    documented: dict[str, Any] = {
        name: (field.type, Documented(default_factory=lambda: None, description=field.says))  # not always there
        for name, field in fields.items()
    }
    return create_model(name, __base__=Strict, **documented)


def chosen(fields: Fields, names: str, *, long_ones: bool) -> Fields:
    """Return the fields that `names` asks for, separated by commas; where it is blank, all but perhaps the long ones.

    Raise `Refused` for a name that is none.
    """
    if not names:
        return {name: field for name, field in fields.items() if long_ones or not field.is_long}
    unknown = [name for name in names.split(",") if name not in fields]
    if unknown:
        mend = f"Choose among {', '.join(fields)}, with commas between."
        raise Refused(HTTPStatus.BAD_REQUEST, Fault("fields", f"There is no field “{unknown[0]}”.", mend))
    return {name: fields[name] for name in dict.fromkeys(names.split(","))}


def narrowed(rows: Rows, fields: Fields, *always: str) -> Rows:
    """Let rows load the columns that fields need and those that are `always` needed, and no other."""
    joins = {join for field in fields.values() for join in field.joins}
    columns = {column for field in fields.values() for column in field.columns}
    return (rows.select_related(*joins) if joins else rows).only("pk", *always, *columns)


def relations_of(fields: Fields) -> list[str]:
    return [relation for field in fields.values() for relation in field.relations]


def said_of(row: Model, fields: Fields, whole: Whole) -> dict[str, Any]:
    return {name: field.value(row, whole) for name, field in fields.items()}
