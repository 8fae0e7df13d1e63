"""A site moves to another database: every row with its key, then every row compared."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from environ import Env

from curation.db.row_copies import copy_rows, reset_sequences
from curation.db.row_digests import applied_migrations, digest_rows, models_of
from curation.db.snapshots import snapshot
from curation.db.temporary_connections import temporary_connection
from curation.models import ContentVersion, triggers

from .backups.databases import is_empty
from .backups.errors import BackupError, NotCopied

TARGET = "target"


def copy_database(url: str, on_rows: Callable[[int], object]) -> int:
    """Copy all rows to the empty database of a URL, which is migrated first, and compare them; return their number.

    All rows are copied in one transaction: after an error, the target has none of them. Writes after the start are not
    copied. Raises `BackupError`, `DatabaseError`.
    """
    try:
        values = Env.db_url_config(url) if "://" in url else {}
    except ValueError:  # such as a port that is no number
        values = {}
    if not values.get("ENGINE"):
        raise BackupError("--to has no address of a database. Write postgres://user@host/name.")
    with temporary_connection(TARGET, **{"OPTIONS": {}, **values}):
        _check_target()
        _migrate(url)
        with snapshot() as view:
            if set(applied_migrations(TARGET)) - set(applied_migrations(view.alias)):
                raise BackupError("The database of this site lacks migrations. Run manage.py migrate first.")
            return _copy(view.alias, on_rows)


def _check_target() -> None:
    target, source = connections[TARGET], connections["default"]
    target.ensure_connection()
    if (target.vendor, target.settings_dict["NAME"]) == (source.vendor, source.settings_dict["NAME"]):
        raise BackupError("This is the database of the site itself. Name another one.")
    if not is_empty(TARGET):
        raise BackupError(f"The database {target.settings_dict['NAME']} is not empty. Name an empty one.")


def _migrate(url: str) -> None:
    """Migrate the target in a process of its own, whose default database it is: migrations use that one."""
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--verbosity=0"]
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "medigy.settings"}
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NotCopied(f"The target cannot be migrated: {''.join(done.stderr.splitlines()[-1:])}")


def _copy(source: str, on_rows: Callable[[int], object]) -> int:
    models = [model for model in models_of(source) if model is not ContentVersion]
    triggers.remove_triggers(TARGET, plan=[TARGET])  # they would run for each row
    with transaction.atomic(using=TARGET):
        for model in models:  # what `migrate` has written
            model._base_manager.using(TARGET).all()._raw_delete(TARGET)
        for model in models:
            _copy_table(model, source, on_rows)
        reset_sequences(models, TARGET)
        total = sum(_compare(model, source) for model in models)
    triggers.add_triggers(TARGET)
    with connections[TARGET].cursor() as cursor:
        cursor.execute("ANALYZE")
    return total


def _copy_table(model: Any, source: str, on_rows: Callable[[int], object]) -> None:
    try:
        copy_rows(model, source, TARGET, on_rows)
    except DatabaseError as error:
        reason = str(error).strip()
        raise NotCopied(f"The target refuses a row of {model._meta.db_table}: {reason}. Nothing was copied.") from error


def _compare(model: Any, source: str) -> int:
    """Compare a table with its copy; return the number of its rows. Raises `BackupError`."""
    expected, found = digest_rows(model, source), digest_rows(model, TARGET)
    if found != expected:
        table = model._meta.db_table
        raise NotCopied(f"The rows of {table} differ after copying ({found.rows:,} of {expected.rows:,} rows).")
    return found.rows
