"""`manage.py copy_database --to URL`: all rows to an empty database, such as from SQLite to PostgreSQL."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from curation.management.backup_arguments import failures_in_words, progress
from curation.operations.database_copies import copy_database


class Command(BaseCommand):
    help = (
        "Copy all rows of the site to an empty database, and compare every row. Stop the web servers and workers "
        "first: what is written meanwhile is not copied. Exit status: 0; 1 if a row cannot be copied; 2 for wrong "
        "usage; 4 where a database failed; 130 when stopped by hand."
    )

    # The checks load every page of the site, which copying does not need.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--to",
            required=True,
            metavar="URL",
            help="the empty database, like DATABASE_URL: postgres://user@host/name; "
            "a password may come from ~/.pgpass or PGPASSWORD",
        )

    def handle(self, *, to: str, **_options: Any) -> None:
        with failures_in_words(), progress(" rows") as on_rows:
            number = copy_database(to, on_rows)
        self.stdout.write(
            f"{number:,} rows copied and compared. Set DATABASE_URL to the new database, and start the site."
        )
