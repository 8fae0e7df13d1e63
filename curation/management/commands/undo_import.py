"""`manage.py undo_import RUN`: take back what an import did."""

from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from curation.importing.discover import printable
from curation.importing.ledger import Busy
from curation.importing.undo import CannotUndo, Undone, undo
from curation.management.stopping import STOPPED, stoppable
from curation.models import ImportRun

LEFT, WRONG_USAGE, BUSY = 1, 2, 3


class Command(BaseCommand):
    help = (
        "Delete the items that an import made, and put back those that it changed. What anybody has changed since is "
        "left as it is, and listed. Exit status: 0; 1 where something was left; 2 where there is no such import, or "
        "nothing to take back; 3 where an import is under way; 130 when stopped by hand. The admin lists imports with "
        "their numbers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("run", type=int, metavar="RUN", help="the number of the import")
        parser.add_argument(
            "--dry-run", action=BooleanOptionalAction, default=False, help="say what would be done, and do nothing"
        )
        parser.add_argument(
            "--wait", action=BooleanOptionalAction, default=True, help="wait for an import to end, or leave"
        )

    def handle(self, *, run: int, dry_run: bool, wait: bool, **_options: Any) -> None:
        on_wait = (lambda who: self.stderr.write(f"Waiting: {who}.")) if wait else None
        try:
            with stoppable():
                undone = undo(ImportRun.objects.get(pk=run), dry_run=dry_run, on_wait=on_wait)
        except ImportRun.DoesNotExist:
            raise CommandError(f"There is no import {run}.", returncode=WRONG_USAGE) from None
        except CannotUndo as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped by hand: run it again for the rest.", returncode=STOPPED) from None
        except Busy as busy:
            raise CommandError(f"{busy}; try again later.", returncode=BUSY) from None
        self.print(undone, " (dry run: nothing was kept)" if dry_run else "")

    def print(self, undone: Undone, ending: str) -> None:
        for left in undone.left:
            self.stdout.write(self.style.WARNING(printable(f"left: {left.path}: {left.why}")))
        parts = [f"{undone.deleted:,} deleted", f"{undone.restored:,} put back", f"{len(undone.left):,} left"]
        if undone.earlier:
            parts.append(f"{undone.earlier:,} undone already")
        self.stdout.write(", ".join(parts) + ending)
        if undone.left:
            raise CommandError("Not all of it was taken back.", returncode=LEFT)
