"""Options and failures that the commands about backups share."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError
from tqdm import tqdm

from curation.db.row_digests import UnknownMigrations
from curation.importing.failures import is_full
from curation.management.exit_status import BUSY, FAILED, PROBLEMS_FOUND, STOPPED, WRONG_USAGE
from curation.management.stopping import stoppable
from curation.operations.backups.errors import BackupBusy, BackupError, DamagedBackup, NotCopied, ToolFailed

EXIT_STATUS = (
    "Exit status: 0; 1 where a backup is damaged; 2 for wrong usage; 3 where another backup is running; 4 where the "
    "disk or the database failed; 130 when stopped by hand."
)


def add_key_option(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--key-file", type=Path, metavar="FILE", help="file with a key of age (default: the key in BACKUP_KEY, if any)"
    )


@contextmanager
def progress(unit: str = "B") -> Iterator[Callable[[int], object]]:
    """Show the number of bytes on a terminal."""
    with stoppable(), tqdm(unit=unit, unit_scale=True, unit_divisor=1024, disable=None, leave=False) as bar:
        yield bar.update


@contextmanager
def failures_in_words() -> Iterator[None]:
    """Turn failures into errors of the command, with their exit status."""
    try:
        yield
    except KeyboardInterrupt:
        raise CommandError("Stopped. Nothing was changed that looks whole.", returncode=STOPPED) from None
    except (DamagedBackup, NotCopied) as error:
        raise CommandError(str(error), returncode=PROBLEMS_FOUND) from error
    except BackupBusy as error:
        raise CommandError(str(error), returncode=BUSY) from error
    except ToolFailed as error:
        raise CommandError(str(error), returncode=FAILED) from error
    except (BackupError, UnknownMigrations) as error:
        raise CommandError(str(error), returncode=WRONG_USAGE) from error
    except (DatabaseError, InterfaceError, OSError) as error:
        full = "The disk is full; free some space, and try again. " if is_full(error) else ""
        raise CommandError(f"{full}{type(error).__name__}: {str(error).strip()}", returncode=FAILED) from error
