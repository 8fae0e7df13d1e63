"""Print the URL of a PostgreSQL server to test on: DATABASE_URL, or that of a server on this machine.

Without a server, print a message to standard error instead, and fail where CI is set. The database in the URL need not
exist, because tests create their own.
"""

import os
import sys

import psycopg

#: Where a server on this machine usually listens: its socket, then TCP.
LOCAL = ("postgres:///medigy", "postgres://127.0.0.1/medigy", "postgres://postgres@127.0.0.1/medigy")


def can_create_databases(url: str) -> bool:
    """Whether a server answers at `url`, and its user may create databases."""
    try:
        with psycopg.connect(url, dbname="postgres", connect_timeout=3) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool((row.fetchone() or [False])[0])
    except psycopg.OperationalError:
        return False


def find() -> str:
    """Return the URL of a server, or ""."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres:", "postgresql:")):
        return url
    return next((url for url in LOCAL if can_create_databases(url)), "")


def main() -> None:
    if url := find():
        print(url)
        return
    print("PostgreSQL is not tested: no server was found. Set DATABASE_URL to one.", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 0)


if __name__ == "__main__":
    main()
