"""`manage.py empty_bin`: delete for ever the items that have been in the bin for long."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand

from curation.importing.sources.discover import printable
from curation.items.actors import Actor
from curation.items.bin import BIN_DAYS, binned_for, delete_for_ever, deleted_when
from curation.management.arguments import positive


class Command(BaseCommand):
    help = (
        "Delete for ever the items that have been in the bin for long, with their files that nothing else uses. "
        "`db_worker` does so every day. Their addresses go on answering 410, and imports leave their files out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=positive, default=BIN_DAYS, help="days in the bin (%(default)s)")
        parser.add_argument(
            "--dry-run", action=BooleanOptionalAction, default=False, help="print what would be deleted, and do nothing"
        )

    def handle(self, *, days: int, dry_run: bool, **_options: Any) -> None:
        items = binned_for(days).order_by("binned_at", "pk")
        lines = [f"{item.get_absolute_url()}: “{item}”, deleted {deleted_when(item)}" for item in items.iterator()]
        number = len(lines) if dry_run else delete_for_ever(items, Actor.command())
        for line in lines:
            self.stdout.write(printable(line))
        note = " (dry run: nothing was deleted)" if dry_run else ""
        self.stdout.write(f"{number:,} {'item' if number == 1 else 'items'} deleted for ever{note}.")
