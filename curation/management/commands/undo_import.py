"""`manage.py undo_import RUN`: undo an import."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from curation.importing.history.ledger import Busy
from curation.importing.history.undo import CannotUndo, undo, undoable_records
from curation.importing.history.undo_records import UndoResult
from curation.importing.sources.discover import printable
from curation.management.exit_status import BUSY, PROBLEMS_FOUND, STOPPED, WRONG_USAGE
from curation.management.stopping import stoppable
from curation.models import ImportRun

#: Seconds after which the progress is shown.
PROGRESS_DELAY = 2


class Command(BaseCommand):
    help = (
        "Move the items that an import created to the bin, and restore those that it changed. Items that somebody has "
        "changed since stay as they are, and are listed. Exit status: 0; 1 where something was left; 2 where there is "
        "no such import, or nothing to undo; 3 where an import is under way; 130 when stopped by hand. The admin lists "
        "imports with their numbers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the import")
        parser.add_argument(
            "--dry-run", action=BooleanOptionalAction, default=False, help="print what would be done, and do nothing"
        )
        parser.add_argument(
            "--wait",
            action=BooleanOptionalAction,
            default=True,
            help="wait for another import to end (with --no-wait: exit with status 3)",
        )

    def handle(self, *, run: int, dry_run: bool, wait: bool, **_options: Any) -> None:
        try:
            with stoppable():
                undone = self.undo(ImportRun.objects.get(pk=run), dry_run=dry_run, wait=wait)
        except ImportRun.DoesNotExist:
            raise CommandError(f"There is no import {run}.", returncode=WRONG_USAGE) from None
        except CannotUndo as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped by hand: run it again for the rest.", returncode=STOPPED) from None
        except Busy as busy:
            raise CommandError(f"{busy}; try again later.", returncode=BUSY) from None
        self.print_result(undone, " (dry run: nothing was kept)" if dry_run else "")

    def undo(self, run: ImportRun, *, dry_run: bool, wait: bool) -> UndoResult:
        on_wait = (lambda who: self.stderr.write(f"Waiting: {who}.")) if wait else None
        total = undoable_records(run).count()
        with tqdm(total=total, unit=" files", disable=None, leave=False, delay=PROGRESS_DELAY) as bar:
            return undo(run, dry_run=dry_run, on_wait=on_wait, on_progress=bar.update)

    def print_result(self, undone: UndoResult, note: str) -> None:
        for skipped in undone.skipped:
            self.stdout.write(self.style.WARNING(printable(f"left: {skipped.path}: {skipped.reason}")))
        parts = [
            f"{undone.binned:,} moved to the bin",
            f"{undone.restored:,} put back",
            f"{len(undone.skipped):,} left",
        ]
        if undone.undone_before:
            parts.append(f"{undone.undone_before:,} undone already")
        self.stdout.write(", ".join(parts) + note)
        if undone.skipped:
            raise CommandError("The import was not undone completely.", returncode=PROBLEMS_FOUND)
