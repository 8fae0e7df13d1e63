"""Queries that Django compiles once, and that run many times with other values.

Django takes longer to compile a query than a database takes to answer it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import local
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet, Value
from django.db.models.query import get_related_populators
from django.db.models.sql.compiler import SQLCompiler

Row = TypeVar("Row")
Build = Callable[..., QuerySet[Any, Any]]


class Param(Value):
    """A named placeholder. With `index`, that element of a sequence, or NULL past its end.

    `field` converts the value for the database.
    """

    def __init__(self, name: str, field: Field[Any, Any], index: int | None = None) -> None:
        super().__init__(name, output_field=field)
        self.index = index

    def as_sql(self, *_compiler: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # it has no value yet
        return "%s", [self]

    def bind(self, values: Mapping[str, Any]) -> Any:
        """Return the value of a run, as the database takes it."""
        value = values[self.value]
        if self.index is not None:
            value = value[self.index] if self.index < len(value) else None
        return self.output_field.get_db_prep_value(value, connection)


@dataclass(frozen=True, slots=True)
class ParamList:
    """The declaration of a parameter that takes a sequence of at most `length` values."""

    field: Field[Any, Any]
    length: int


@dataclass(frozen=True, slots=True)
class CompiledSQL:
    """The SQL of a query, and how its rows become Python values; each thread compiles its own."""

    sql: str
    parameters: Sequence[Any]
    compiler: SQLCompiler
    converters: dict[int, Any]
    make_row: Callable[[Sequence[Any]], Any]

    def bind(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the parameters of a run."""
        return [value.bind(values) if isinstance(value, Param) else value for value in self.parameters]


class CompiledQuery(Generic[Row]):
    """A query that `build` returns for its parameters, with rows of one type.

    That type is a model, or a `NamedTuple` whose fields are the names in the query's `values_list()`; running the query
    raises `TypeError` where they differ. `params` declares the arguments of `build` by the fields that convert them.
    """

    def __init__(self, build: Build, row: type[Row], params: Mapping[str, Field[Any, Any] | ParamList]) -> None:
        self.build, self.row, self.params = build, row, params
        self._thread = local()

    def __call__(self, part: slice = slice(None), **values: Any) -> list[Row]:
        """Return the rows for a value of each parameter, or a slice of them (by numbers, without a step)."""
        compiled = self.compiled()
        limits = connection.ops.limit_offset_sql(part.start, part.stop)
        # The connection may be another than the one the query was compiled on: a thread closes and opens them.
        with connection.cursor() as cursor:
            cursor.execute(f"{compiled.sql} {limits}", compiled.bind(values))
            rows = cursor.fetchall()
        if compiled.converters:
            rows = compiled.compiler.apply_converters(rows, compiled.converters)
        return list(map(compiled.make_row, rows))

    def compiled(self) -> CompiledSQL:
        """Return the SQL of this thread."""
        if not hasattr(self._thread, "compiled"):
            self._thread.compiled = self._compile()
        compiled: CompiledSQL = self._thread.compiled
        return compiled

    def _compile(self) -> CompiledSQL:
        query = self.build(**{name: _placeholder(name, param) for name, param in self.params.items()}).query
        compiler = query.get_compiler(connection.alias)
        sql, parameters = compiler.as_sql()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        if issubclass(self.row, Model):
            return CompiledSQL(sql, parameters, compiler, converters, _model_row(compiler))
        expected, selected = getattr(self.row, "_fields", ()), tuple(query.selected or ())
        if expected != selected:
            raise TypeError(f"{self.row.__name__} has the fields {expected}, and its query the columns {selected}.")
        return CompiledSQL(sql, parameters, compiler, converters, self.row._make)  # type: ignore[attr-defined]


def _placeholder(name: str, param: Field[Any, Any] | ParamList) -> Param | list[Param]:
    if isinstance(param, ParamList):
        return [Param(name, param.field, index) for index in range(param.length)]
    return Param(name, param)


def _model_row(compiler: SQLCompiler) -> Callable[[Sequence[Any]], Model]:
    """Return a function that makes an instance of a row, with related ones, as `ModelIterable` of Django does."""
    info: Any = compiler.klass_info
    columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
    names = [column.target.attname for column, *_ in compiler.select[columns]]
    populators = get_related_populators(info, compiler.select, connection.alias)  # type: ignore[call-arg]  # of Django 6.1

    def make_row(row: Sequence[Any]) -> Model:
        instance: Model = info["model"].from_db(connection.alias, names, row[columns])
        for populator in populators:
            populator.populate(row, instance)
        return instance

    return make_row


#: Every compiled query of the site, by the module and name of its declaration.
REGISTRY: dict[str, CompiledQuery[Any]] = {}


def compiled_query(row: type[Row], /, **params: Field[Any, Any] | ParamList) -> Callable[[Build], CompiledQuery[Row]]:
    """Declare a query by the function that builds it, and enter it into `REGISTRY`.

    A query that depends on the time takes it as a parameter: `published()` without one would go on comparing with the
    moment of compiling.
    """

    def declare(build: Build) -> CompiledQuery[Row]:
        query = REGISTRY[f"{build.__module__}.{build.__qualname__}"] = CompiledQuery(build, row, params)
        return query

    return declare
