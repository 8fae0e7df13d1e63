"""`manage.py prune`: delete rows that nobody needs any more."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand

from curation.admin_site import upload_slots
from curation.operations.pruning import prune


class Command(BaseCommand):
    help = (
        "Delete rows that nobody needs any more: records of old imports, results of tasks, sessions, log-ins. "
        "`db_worker` does so every day; settings say for how many days rows are kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--dry-run", action=BooleanOptionalAction, default=False, help="print the numbers, and delete nothing"
        )

    def handle(self, *, dry_run: bool, **_options: Any) -> None:
        for title, number in prune(dry_run=dry_run):
            self.stdout.write(f"{title}: {number:,}{' would be' if dry_run else ''} deleted")
        if not dry_run:
            upload_slots.discard_expired()
