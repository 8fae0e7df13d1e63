"""Rows from one database to another, by the values of their columns: no signal is sent, and no time is renewed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from django.core.management.color import no_style
from django.db import connections
from django.db.models import Model

from .row_digests import CHUNK


def copy_rows(model: type[Model], source: str, target: str, on_rows: Callable[[int], object]) -> None:
    """Copy all rows of a table, with their keys. `on_rows(number)` is called for each batch."""
    fields = model._meta.concrete_fields
    connection: Any = connections[target]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608  # our names
    found = model._base_manager.using(source).order_by().values_list(*(field.attname for field in fields))
    rows = iter(found.iterator(CHUNK))
    with connection.cursor() as cursor:
        while batch := [
            [field.get_db_prep_save(value, connection) for field, value in zip(fields, row, strict=True)]
            for row in islice(rows, CHUNK)
        ]:
            cursor.executemany(statement, batch)
            on_rows(len(batch))


def reset_sequences(models: Iterable[type[Model]], alias: str) -> None:
    """Let new rows of these tables have the keys after those that were copied."""
    with connections[alias].cursor() as cursor:
        for statement in connections[alias].ops.sequence_reset_sql(no_style(), list(models)):
            cursor.execute(statement)
