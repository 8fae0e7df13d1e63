"""`manage.py import_markdown PATH …`: bulk load of Markdown files with front matter."""

from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from curation.frontmatter.records import Level
from curation.importing.discover import UsageError, discover
from curation.importing.report import Report
from curation.importing.run import Options, import_files

REJECTED, WRONG_USAGE = 1, 2


class Command(BaseCommand):
    help = (
        "Import Markdown files with YAML, TOML or JSON front matter. A second run over the same files writes nothing, "
        "and what an editor changed stays. Exit status: 0; 1 where a file was rejected; 2 for wrong usage."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder to read recursively"
        )
        parser.add_argument(
            "--static-root",
            action="append",
            type=Path,
            default=[],
            metavar="DIR",
            help="where site paths such as /img/x.jpg are found (repeatable; "
            "default: the static folder beside or above the content folder, then the file's own folder)",
        )
        parser.add_argument(
            "--dry-run", action=BooleanOptionalAction, default=False, help="do all the work, then roll it back"
        )

    def handle(self, *, paths: list[Path], static_root: list[Path], dry_run: bool, **_options: Any) -> None:
        for root in static_root:
            if not root.is_dir():
                raise CommandError(f"--static-root {root}: no such folder; check the path.", returncode=WRONG_USAGE)
        try:
            sources = discover(paths)
        except UsageError as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from error
        report = Report()
        with tqdm(total=len(sources), unit=" files", disable=None, leave=False) as bar:
            for files in import_files(sources, Options(tuple(static_root), dry_run)):
                report.add(files)
                bar.update(len(files))
        self.print(report, dry_run=dry_run)
        if rejected := report.counts["rejected"]:
            raise CommandError(f"{rejected:,} of {report.counts['seen']:,} files rejected.", returncode=REJECTED)

    def print(self, report: Report, *, dry_run: bool) -> None:
        """Print a line a problem, the worst last, then the summary."""
        styles: list[tuple[Level, Callable[[str], str]]] = [
            ("note", str),
            ("warning", self.style.WARNING),
            ("error", self.style.ERROR),
        ]
        for level, style in styles:
            for line in report.lines(level):
                self.stdout.write(style(f"{level}: {line}"))
        self.stdout.write(report.summary() + (" (dry run: nothing was kept)" if dry_run else ""))
