"""`manage.py check_media`: compare the stored files with the rows that refer to them, and repair them."""

from argparse import BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from curation.management.exit_status import PROBLEMS_FOUND, WRONG_USAGE
from curation.operations.media_check import MediaReport, check, delete_orphans, repair
from curation.tasks import queue_missing_renditions


class Command(BaseCommand):
    help = (
        "Compare stored pictures, renditions and PDFs with the rows that refer to them, both ways, by existence and "
        "size. Exit status: 0; 1 where something is missing, damaged or without a row at the end; 2 for wrong usage."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        flag = BooleanOptionalAction
        parser.add_argument("--digests", action=flag, default=False, help="read all files and compare their SHA-256")
        parser.add_argument(
            "--repair",
            nargs="?",
            const="",
            metavar="FROM_FOLDER",
            help="store missing and damaged files again from a folder, such as the content folder or a copy of the "
            "media, found by their digests; have missing renditions made again",
        )
        parser.add_argument("--delete-orphans", action=flag, default=False, help="delete files that no row refers to")
        parser.add_argument("--input", action=flag, default=True, help="ask before files are deleted")
        parser.add_argument("--dry-run", action=flag, default=False, help="change nothing: say what would be changed")

    def handle(self, **options: Any) -> None:
        given: str | None = options["repair"]
        folder = Path(given) if given else None
        if folder and not folder.is_dir():
            raise CommandError(f"--repair {folder}: no such folder; check the path.", returncode=WRONG_USAGE)
        report = check(digests=options["digests"])
        self.print_report(report)
        if given is not None and report.bad and not options["dry_run"]:
            self.repair(report, folder)
            report = check(digests=options["digests"])
        if options["delete_orphans"] and report.orphans:
            self.delete_orphans(report, ask=options["input"], is_dry_run=options["dry_run"])
        self.stdout.write(self.summary(report))
        if not report.is_good:
            raise CommandError("The media differ from their rows.", returncode=PROBLEMS_FOUND)

    def print_report(self, report: MediaReport) -> None:
        for file in report.missing:
            self.stdout.write(self.style.ERROR(f"{file.name} is missing"))
        for file, reason in report.damaged:
            self.stdout.write(self.style.ERROR(f"{file.name} {reason}"))
        for name in report.orphans:
            self.stdout.write(self.style.WARNING(f"{name} has no row"))

    def repair(self, report: MediaReport, folder: Path | None) -> None:
        left = repair(report.bad, folder)
        for file in left:
            self.stdout.write(self.style.ERROR(f"{file.name}: not found{f' in {folder}' if folder else ''}"))
        queued = queue_missing_renditions()
        repaired = sum(not file.is_rendition for file in report.bad) - len(left)
        self.stdout.write(f"{repaired:,} repaired; renditions of {queued:,} queued.")

    def delete_orphans(self, report: MediaReport, *, ask: bool, is_dry_run: bool) -> None:
        count = files_without_row(len(report.orphans))
        if is_dry_run:
            self.stdout.write(f"{count} would be deleted.")
            return
        if ask and input(f"Delete {count}? Type yes: ").strip() != "yes":
            self.stdout.write("Nothing was deleted.")
            return
        deleted = len(delete_orphans(report.orphans))
        kept = f"; {len(report.orphans) - deleted:,} got a row meanwhile" if deleted < len(report.orphans) else ""
        report.orphans.clear()
        self.stdout.write(f"{files_without_row(deleted)} deleted{kept}.")

    def summary(self, report: MediaReport) -> str:
        return (
            f"{report.files:,} files: {len(report.missing):,} missing, {len(report.damaged):,} damaged; "
            f"{len(report.orphans):,} without a row."
        )


def files_without_row(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'} without a row"
