"""Inserting and updating many rows without model instances, with the values that Django would write.

An item has about a dozen related rows. Making an instance of each, and passing each value through the SQL compiler as
`bulk_create()` does, would take half the time of an import.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BinaryField, DateTimeField, FileField, JSONField, Model

#: The values of a row by `attname` (`item_id`). All rows of a call have the same names.
Row = Mapping[str, Any]


class EncodedJson(str):
    """JSON that is encoded already."""

    __slots__ = ()


#: Fields whose Python values database drivers do not take.
CONVERTED_FIELDS = (BinaryField, DateTimeField, FileField, JSONField)


def insert(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows that have values of all columns except the primary key."""
    _write(model, list(rows), _insert_statement)


def update(model: type[Model], rows: Iterable[Row]) -> None:
    """Update rows that have values of the columns to change and, as the last one, of the primary key."""
    _write(model, list(rows), _update_statement)


def rows_of(objects: Iterable[Model], columns: Sequence[str]) -> Iterable[Row]:
    """Yield the values of these columns of each object."""
    return ({name: getattr(row, name) for name in columns} for row in objects)


def _insert_statement(table: str, columns: list[str]) -> str:
    placeholders = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({placeholders})"  # noqa: S608  # our names, quoted


def _update_statement(table: str, columns: list[str]) -> str:
    *changed, key = (f"{column} = %s" for column in columns)
    return f"UPDATE {table} SET {', '.join(changed)} WHERE {key}"  # noqa: S608  # our names, quoted


def _write(model: type[Model], rows: list[Row], statement: Callable[[str, list[str]], str]) -> None:
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in rows[0]]
    converters = [(field.attname, _converter(field, connection)) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(
            statement(quote(model._meta.db_table), [quote(field.column) for field in fields]),
            [[convert(row[name]) if convert else row[name] for name, convert in converters] for row in rows],
        )


def _converter(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Return the function that converts values of a field for the database; `None` for texts, numbers and the like."""
    if not isinstance(field, CONVERTED_FIELDS):
        return None
    convert = partial(field.get_db_prep_save, connection=connection)
    if isinstance(field, JSONField):
        return lambda value: value if type(value) is EncodedJson else convert(value)
    if isinstance(field, BinaryField):
        return convert
    # Relations repeat few values many times, such as the time of their item.
    return lru_cache(maxsize=1000)(convert)
