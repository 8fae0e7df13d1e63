"""The write-ahead log of SQLite, a file beside the database that keeps the largest size it ever had."""

from typing import Any

from django.db import OperationalError, connections

from .temporary_connections import temporary_connection

#: Time that the truncation waits for readers. Then the log keeps its size until the next time.
TIMEOUT_SECONDS = 1


def truncate_wal(source: str = "default") -> bool:
    """Write the log of SQLite into the database and empty its file; return whether that was possible.

    Nothing waits for a reader longer than `TIMEOUT_SECONDS`, and no reader waits. Call it outside of transactions.
    """
    connection: Any = connections[source]
    if connection.vendor != "sqlite" or connection.is_in_memory_db() or connection.in_atomic_block:
        return False
    options = {**connection.settings_dict["OPTIONS"], "timeout": TIMEOUT_SECONDS}
    try:
        with temporary_connection("wal", like=source, OPTIONS=options) as alias, connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, _pages, _written = cursor.fetchone()
    except OperationalError:  # the disk is full, or a writer holds the lock: the next time
        return False
    return not is_busy
