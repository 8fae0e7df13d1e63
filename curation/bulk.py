"""Many rows at once, as `bulk_create()` and `bulk_update()` write them, where nobody needs their objects or ids.

Of those there are a dozen an item. An object for each, and a look of the SQL compiler at each of its values, would be
half the work of an import.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, FileField, JSONField, Model

#: A row's values by the names of their columns (`item_id`), all rows the same.
Row = Mapping[str, Any]


class JsonText(str):
    """JSON that is text already, for a column that takes it as it is."""

    __slots__ = ()


#: Columns that a database's driver takes no Python value of.
PREPARED = (DateTimeField, FileField, JSONField)


def insert(model: type[Model], rows: Iterable[Row]) -> None:
    """Insert rows, given all their columns but the id."""
    _write(model, list(rows), _insertion)


def update(model: type[Model], rows: Iterable[Row]) -> None:
    """Change rows, given the columns to change and, last of them, the id."""
    _write(model, list(rows), _change)


def _insertion(table: str, columns: list[str]) -> str:
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608  # names of ours, quoted


def _change(table: str, columns: list[str]) -> str:
    *changed, key = (f"{column} = %s" for column in columns)
    return f"UPDATE {table} SET {', '.join(changed)} WHERE {key}"  # noqa: S608  # names of ours, quoted


def _write(model: type[Model], rows: list[Row], statement: Callable[[str, list[str]], str]) -> None:
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    quote = connection.ops.quote_name
    fields: list[Any] = [model._meta.get_field(name) for name in rows[0]]
    ready = [(field.attname, _preparation(field, connection)) for field in fields]
    with connection.cursor() as cursor:
        cursor.executemany(
            statement(quote(model._meta.db_table), [quote(field.column) for field in fields]),
            [[prepare(row[name]) if prepare else row[name] for name, prepare in ready] for row in rows],
        )


def _preparation(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any] | None:
    """Return what makes a value ready for its column; of like values, and relations have many, the first alone.

    Texts and numbers are ready as they are.
    """
    if not isinstance(field, PREPARED):
        return None
    prepare = partial(field.get_db_prep_save, connection=connection)
    if isinstance(field, JSONField):
        return lambda value: value if type(value) is JsonText else prepare(value)
    return lru_cache(maxsize=1000)(prepare)
