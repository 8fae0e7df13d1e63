"""`manage.py restore SOURCE`: put a backup in the place of the site, or check it."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from curation.management.backup_arguments import (
    EXIT_STATUS,
    add_key_option,
    failures_in_words,
    progress,
)
from curation.management.exit_status import WRONG_USAGE
from curation.operations.backups import databases
from curation.operations.backups.encryption import read_key
from curation.operations.backups.restore import Backup, restore, verify


class Command(BaseCommand):
    help = (
        "Restore the newest backup of a folder, or one generation. Stop the web servers and workers first. The old "
        f"database stays under another name; files of media that the backup lacks stay. {EXIT_STATUS}"
    )

    # The checks load every page of the site, and the database that they need may be gone.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE", help="folder of backups, or of one generation in it")
        parser.add_argument(
            "--verify",
            action="store_true",
            help="restore into a scratch database, compare all rows and files, and change nothing",
        )
        parser.add_argument("--force", action="store_true", help="replace a site that has content, without asking")
        add_key_option(parser)

    def handle(self, *, source: Path, force: bool, key_file: Path | None, **options: Any) -> None:
        with failures_in_words():
            backup = Backup.find(source)
            key = backup.check_key(read_key(key_file))
        if options["verify"]:
            with failures_in_words(), progress() as on_bytes:
                result = verify(backup.path, key, on_bytes)
            self.stdout.write(f"{backup.path} is whole: {result.rows:,} rows and {result.files:,} files.")
            return
        if not force:
            self._confirm(backup)
        with failures_in_words(), progress() as on_bytes:
            result = restore(backup.path, key, on_bytes)
        self.stdout.write(
            f"Restored {backup.path}: {result.rows:,} rows, and {result.files:,} files, {result.written:,} of which "
            "were missing. Run manage.py migrate, and start the site."
        )
        if result.old:
            self.stdout.write(f"The old database is now {result.old}. Delete it when the site is right.")

    def _confirm(self, backup: Backup) -> None:
        """Ask before a site with content is replaced. Raises `CommandError`."""
        if databases.is_empty(with_accounts=True):
            return
        if not sys.stdin.isatty():
            raise CommandError("This site has content. Give --force to replace it.", returncode=WRONG_USAGE)
        answer = input(f"This site has content. Replace it by the backup of {backup.manifest.created_at}? [yes/no] ")
        if answer.strip().lower() != "yes":
            raise CommandError("Nothing was changed.", returncode=WRONG_USAGE)
