"""Queries that Django writes once, and that run many times with other values.

To write the SQL of a query takes Django longer than a database needs to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import local
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")


class Given(Value):
    """Stands in a query for the value of a name; with a `place`, for the one there of a sequence, or nothing (NULL)
    where that is shorter. `field` says how the database takes it.
    """

    def __init__(self, name: str, field: Field[Any, Any], place: int | None = None) -> None:
        super().__init__(name, output_field=field)
        self.place = place

    @classmethod
    def many(cls, name: str, field: Field[Any, Any], number: int) -> list[Given]:
        """Return what stands for a sequence of at most so many values."""
        return [cls(name, field, place) for place in range(number)]

    def as_sql(self, *_anything: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # no value yet
        return "%s", [self]

    def among(self, values: Mapping[str, Any]) -> Any:
        """Return the value that was given, as the database takes it."""
        value = values[self.value]
        if self.place is not None:
            value = value[self.place] if self.place < len(value) else None
        return self.output_field.get_db_prep_value(value, connection)


@dataclass(frozen=True, slots=True)
class Written:
    """A query as a thread has written it."""

    sql: str
    parameters: Sequence[Any]
    compiler: SQLCompiler
    converters: dict[int, Any]

    def given(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the parameters for some values."""
        return [value.among(values) if isinstance(value, Given) else value for value in self.parameters]


class Prepared(Generic[Row]):
    """A query by `values_list()`, with a `Given` wherever its values differ from run to run.

    Each thread writes it for itself, and runs it on the connection that it has by then.
    """

    def __init__(self, build: Callable[[], QuerySet[Any, Row]]) -> None:
        self._build, self._thread = build, local()

    def __call__(self, part: slice = slice(None), **values: Any) -> list[Row]:
        """Return the rows, or some of them in a row, for some values by the names of what stands for these."""
        written = self._written()
        limits = connection.ops.limit_offset_sql(part.start, part.stop)
        with connection.cursor() as cursor:
            cursor.execute(f"{written.sql} {limits}", written.given(values))
            rows = cursor.fetchall()
        if written.converters:
            rows = [tuple(row) for row in written.compiler.apply_converters(rows, written.converters)]
        return rows  # type: ignore[no-any-return]  # of what the query selects

    def _written(self) -> Written:
        if not hasattr(self._thread, "written"):
            compiler = self._build().query.get_compiler(connection.alias)
            sql, parameters = compiler.as_sql()
            columns = [column for column, *_ in compiler.select]
            self._thread.written = Written(sql, parameters, compiler, compiler.get_converters(columns))
        written: Written = self._thread.written
        return written
