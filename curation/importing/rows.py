"""Many rows at once, as `bulk_create()` writes them, where nobody needs their objects or ids.

Of those there are a dozen an item. An object for each, and a look of the SQL compiler at each of its values, would be
half the work of an import.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from typing import Any

from django.db import connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import JSONField, Model


def insert(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, each given as the values of all columns but the id, by name (`item_id`)."""
    rows = list(rows)
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    fields: list[Any] = [model._meta.get_field(name) for name in rows[0]]
    columns = [(field.attname, _preparation(field, connection)) for field in fields]
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608  # names of ours, quoted
            [[prepared(row[name]) for name, prepared in columns] for row in rows],
        )


def _preparation(field: Any, connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """Return what makes a value ready for its column; of like values, and relations have many, the first alone."""
    prepare = partial(field.get_db_prep_save, connection=connection)
    return prepare if isinstance(field, JSONField) else lru_cache(maxsize=1000)(prepare)
