"""Print the DATABASE_URL of a PostgreSQL server to test on: the environment's, or that of a server on this machine.

Nothing is printed where there is none, and standard error says so; where CI is set, that is a failure. The database in
the URL need not exist: tests make their own beside it.
"""

import os
import sys

import psycopg

#: A server on this machine, as packages and containers set it up: its socket, then TCP.
LOCAL = ("postgres:///medigy", "postgres://127.0.0.1/medigy", "postgres://postgres@127.0.0.1/medigy")


def answers(url: str) -> bool:
    """Tell whether a server answers at `url` and lets its user make databases."""
    try:
        with psycopg.connect(url, dbname="postgres", connect_timeout=3) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
            return bool((row.fetchone() or [False])[0])
    except psycopg.OperationalError:
        return False


def find() -> str:
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith(("postgres:", "postgresql:")):
        return url
    return next((url for url in LOCAL if answers(url)), "")


def main() -> None:
    if url := find():
        print(url)
        return
    print("PostgreSQL is not tested: no server answers here. Set DATABASE_URL to name one.", file=sys.stderr)
    sys.exit(1 if os.environ.get("CI") else 0)


if __name__ == "__main__":
    main()
