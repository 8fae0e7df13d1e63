"""Digests of all rows of a database, equal on SQLite and PostgreSQL, with which copies are compared.

Models are those of the migrations that the database has, so that a backup from before an upgrade is read rightly.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.apps import apps as current_apps
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model

#: Number of rows that are read at a time.
CHUNK = 2_000


class UnknownMigrations(Exception):
    """A database has migrations that this code lacks: a newer release made it."""


class TableDigest(NamedTuple):
    """The number of rows of a table, and a digest of them in any order, in hexadecimal."""

    rows: int
    sha256: str


def applied_migrations(alias: str) -> list[str]:
    """Return the migrations of a database, as `app.name`, sorted."""
    return sorted(".".join(key) for key in MigrationLoader(connections[alias]).applied_migrations)


def models_of(alias: str) -> list[type[Model]]:
    """Return a model for each table of a database, as its migrations left them. Raises `UnknownMigrations`."""
    loader = MigrationLoader(connections[alias])
    applied = {key for key in loader.applied_migrations if key[0] in loader.migrated_apps}
    if unknown := applied - loader.disk_migrations.keys():
        raise UnknownMigrations(f"This code lacks the migration {'.'.join(min(unknown))}: a newer release is needed.")
    nodes = [key for key in loader.graph.nodes if key in applied]
    is_current = len(nodes) == len(loader.graph.nodes)
    apps = current_apps if is_current else loader.project_state(nodes).apps
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.managed and not model._meta.proxy]


def digest_tables(alias: str) -> dict[str, TableDigest]:
    """Return the digest of each table of a database, by its name. Read it in one transaction, or from a snapshot."""
    return {model._meta.db_table: digest_rows(model, alias) for model in models_of(alias)}


def digest_rows(model: type[Model], alias: str) -> TableDigest:
    """Return the digest of the rows of a table: the sum of the SHA-256 of each, so that their order does not matter."""
    columns = sorted(field.attname for field in model._meta.concrete_fields)  # migrations add them in another order
    found = model._base_manager.using(alias).order_by().values_list(*columns)
    number = total = 0
    for values in found.iterator(CHUNK):
        text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=_plain)
        total += int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest(), "big")
        number += 1
    return TableDigest(number, f"{total % 2**256:064x}")


def _plain(value: Any) -> Any:
    """Return a value of a column in one form for both databases."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"A column has a {type(value).__name__}, which has no digest.")
