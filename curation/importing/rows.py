"""Many rows at once, as `bulk_create()` writes them, where nobody needs their objects or ids.

Of those there are a dozen an item. An object for each, and a look of the SQL compiler at each of its values, would be
half the work of an import.
"""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import connections, router
from django.db.models import Model


def insert(model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, each given as the values of all columns but the id, by name (`item_id`)."""
    rows = list(rows)
    if not rows:
        return
    connection = connections[router.db_for_write(model)]
    fields: list[Any] = [model._meta.get_field(name) for name in rows[0]]
    columns = [(field.attname, partial(field.get_db_prep_save, connection=connection)) for field in fields]
    quote = connection.ops.quote_name
    table, names = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({places})",  # noqa: S608  # names of ours, quoted
            [[prepared(row[name]) for name, prepared in columns] for row in rows],
        )
