"""Failures of the machine, as opposed to errors in files: a full disk, a database that does not answer."""

import sqlite3
from errno import EACCES, EDQUOT, EIO, ENOSPC, EPERM, EROFS

from django.db import DatabaseError, InterfaceError, OperationalError

from curation.importing.sources.discover import printable
from curation.lib.fork_server import ChildKilled
from curation.lib.images import ImageUnreadNow

#: The errors of the database, the content folders, the media folder and the child processes.
FAILURES = (DatabaseError, InterfaceError, OSError, ChildKilled)

#: Those that may have passed at the next attempt.
PASSING_FAILURES = (OperationalError, InterfaceError, OSError, MemoryError, EOFError, ChildKilled, ImageUnreadNow)

#: PostgreSQL's codes for a full disk, a transaction that may not write, and a table or column that does not exist
#: (https://www.postgresql.org/docs/current/errcodes-appendix.html).
DISK_FULL, READ_ONLY, UNDEFINED = "53100", "25006", ("42P01", "42703")
#: SQLite's codes for a file that cannot be written: read-only, not to be opened, failing (https://sqlite.org/rescode.html).
UNWRITABLE = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR}
#: Parts of the messages of SQLite for the latter; the last one follows the name of the table.
MISSING = ("no such table", "no such column", "has no column named")


def is_full(error: BaseException) -> bool:
    """Whether the disk of the files or of the database is full."""
    cause = error.__cause__
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == DISK_FULL:
        return True
    return isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT)


def is_read_only(error: BaseException) -> bool:
    """Whether the files or the database cannot be written: read-only, without permission, on a failing disk."""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest tells the kind of the primary error
    if code in UNWRITABLE or getattr(cause, "sqlstate", None) == READ_ONLY:
        return True
    return isinstance(error, OSError) and error.errno in (EACCES, EIO, EPERM, EROFS)


def is_unmigrated(error: BaseException) -> bool:
    """Whether a table or column is missing."""
    if getattr(error.__cause__, "sqlstate", None) in UNDEFINED:
        return True
    return isinstance(error, OperationalError) and any(text in str(error) for text in MISSING)


def describe(error: BaseException, *, migrate: str = "let whoever runs the server migrate it") -> str:
    """Return the failure and, after a semicolon, what to do. `migrate` tells the reader how to have that done.

    The error's own text is left out: it has SQL and values of rows in it.
    """
    if is_full(error):
        return "the disk is full; free some space, then import again"
    if is_unmigrated(error):
        return f"the database is not that of this version; {migrate}, then import again"
    if isinstance(error, ChildKilled):
        return f"{error}; free some memory, then import again"
    if isinstance(error, OSError):
        reason = ": ".join(str(part) for part in (error.strerror, error.filename) if part) or type(error).__name__
        return f"a file cannot be read or stored ({printable(reason)}); check the disk and its permissions"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database does not answer ({type(error).__name__}); see that it runs, then import again"
    return f"the database refused it ({type(error).__name__}); import it again, and report this if it stays so"
