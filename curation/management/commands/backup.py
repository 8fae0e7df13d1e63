"""`manage.py backup DEST`: the database and the media, as a further generation in a folder of backups."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from curation.management.arguments import positive
from curation.management.backup_arguments import EXIT_STATUS, add_key_option, failures_in_words, progress
from curation.operations.backups.create import create
from curation.operations.backups.encryption import read_key

#: Maximum number of names in a warning.
MAX_NAMES = 5


class Command(BaseCommand):
    help = (
        "Back up the database and the media into a folder, while the site runs. Files that the folder has already are "
        f"not copied again. With a key, all parts are encrypted. {EXIT_STATUS}"
    )

    # The checks load every page of the site, which a backup does not need.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("destination", type=Path, metavar="DEST", help="folder of backups; need not exist")
        parser.add_argument(
            "--keep", type=positive, default=7, metavar="N", help="number of generations to keep (%(default)s)"
        )
        parser.add_argument(
            "--read-all", action="store_true", help="read all media, also those unchanged by name, size and time"
        )
        add_key_option(parser)

    def handle(self, *, destination: Path, keep: int, read_all: bool, key_file: Path | None, **_options: Any) -> None:
        with failures_in_words(), progress() as on_bytes:
            result = create(destination, read_key(key_file), keep, read_all=read_all, on_bytes=on_bytes)
        manifest = result.manifest
        rows = sum(table.rows for table in manifest.tables.values())
        encrypted = ", encrypted" if manifest.key else ""
        self.stdout.write(
            f"{result.generation}: {rows:,} rows and {len(manifest.media):,} files, "
            f"{result.copied:,} of them new{encrypted}. {len(result.discarded):,} old generations deleted."
        )
        if result.missing:
            some = ", ".join(result.missing[:MAX_NAMES]) + (", …" if len(result.missing) > MAX_NAMES else "")
            self.stderr.write(f"The media lack {len(result.missing):,} files that rows of the database name: {some}")
