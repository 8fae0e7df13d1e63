"""What the machine refuses, told from what is wrong with a file: a full disk, a database that does not answer."""

import sqlite3
from errno import EDQUOT, ENOSPC

from django.db import DatabaseError, InterfaceError, OperationalError

from curation.importing.discover import printable

#: What the database, the content folders and the media folder raise.
BREAKDOWNS = (DatabaseError, InterfaceError, OSError)

#: PostgreSQL's codes of a full disk, and of a table or column that is not there
#: (https://www.postgresql.org/docs/current/errcodes-appendix.html).
DISK_FULL, NOT_THERE = "53100", ("42P01", "42703")


def is_full(error: BaseException) -> bool:
    """Whether there is no space left, for files or for rows."""
    cause = error.__cause__
    if getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL or getattr(cause, "sqlstate", None) == DISK_FULL:
        return True
    return isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT)


def is_unmigrated(error: BaseException) -> bool:
    """Whether a table or column is missing."""
    if getattr(error.__cause__, "sqlstate", None) in NOT_THERE:
        return True
    return isinstance(error, OperationalError) and str(error).startswith(("no such table", "no such column"))


def in_words(error: BaseException) -> str:
    """Return what broke down and, after a semicolon, what to do. No SQL and no values of rows, which its text has."""
    if is_full(error):
        return "the disk is full; free some space, then import again"
    if is_unmigrated(error):
        return "the database is not that of this version; run manage.py migrate, then import again"
    if isinstance(error, OSError):
        what = ": ".join(str(part) for part in (error.strerror, error.filename) if part) or type(error).__name__
        return f"a file cannot be read or stored ({printable(what)}); check the disk and its permissions"
    if isinstance(error, OperationalError | InterfaceError):
        return f"the database does not answer ({type(error).__name__}); see that it runs, then import again"
    return f"the database refused it ({type(error).__name__}); import it again, and report this if it stays so"
