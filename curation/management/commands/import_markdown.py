"""`manage.py import_markdown PATH …`: import Markdown files with front matter."""

import os
import re
import sys
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from curation.frontmatter.problems import Level
from curation.importing.failures import FAILURES, describe
from curation.importing.history import ledger
from curation.importing.options import Options
from curation.importing.pipeline import ImportJob, Interrupted, execute
from curation.importing.report import Report, write_report
from curation.importing.sources.discover import MARKDOWN_SUFFIXES, SourceFile, UsageError, discover
from curation.management.arguments import moment, positive
from curation.management.exit_status import BUSY, FAILED, PROBLEMS_FOUND, STOPPED, WRONG_USAGE
from curation.management.stopping import stoppable
from curation.markdown import FLAVOURS
from curation.models import ImportRun

#: The options that help against problems, by code.
HINTS = {
    "media": "--static-root DIR names the folder in which site paths are found",
    "deleted-here": "--restore-deleted brings back the deleted items of these files",
    "conflict": "--on-conflict keep, overwrite or fail decides about fields that both an editor and a file changed",
}
ATOMIC_HELP = "keep nothing if a file is rejected; it is one transaction, and editors cannot save until its end"


def absolute(path: Path) -> Path:
    """Return the absolute form of a path. Symbolic links are not resolved."""
    return Path(os.path.abspath(path))  # noqa: PTH100  # resolve() resolves links


class Command(BaseCommand):
    help = (
        "Import Markdown files with YAML, TOML or JSON front matter. A second run over the same files writes nothing, "
        "and an editor's changes stay. Exit status: 0; 1 where a file was rejected; 2 for wrong usage; 3 where "
        "another import is under way; 4 where the disk or the database failed; 130 when stopped by hand."
    )

    # The checks load every page of the site, which takes longer than checking thousands of unchanged files.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        flag = BooleanOptionalAction
        parser.add_argument(
            "paths",
            nargs="+",
            metavar="PATH",
            help="a file, a folder to read recursively, a .zip or .tar.gz to read as a folder, or - for paths on stdin",
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
        parser.add_argument("--dry-run", action=flag, default=False, help="do all the work, then roll it back")
        parser.add_argument("--atomic", action=flag, default=False, help=ATOMIC_HELP)
        parser.add_argument(
            "--prune", action=flag, default=False, help="archive items whose files are gone from the given folders"
        )
        parser.add_argument("--force", action=flag, default=False, help="read files again that have not changed")
        parser.add_argument(
            "--restore-deleted", action=flag, default=False, help="bring back the deleted items of these files"
        )
        parser.add_argument(
            "--wait", action=flag, default=True, help="wait for another import (with --no-wait: exit 3)"
        )
        parser.add_argument(
            "--on-conflict",
            choices=("keep", "overwrite", "fail"),
            default="keep",
            help="what to do with a field that both an editor and the file changed (default: keep the editor's value)",
        )
        parser.add_argument("--status", choices=("draft", "published"), help="give new items this status")
        parser.add_argument(
            "--flavour",
            choices=FLAVOURS,
            help="the Markdown that bodies are written in (default: that of the file's dialect); with --force also "
            "for files that have not changed",
        )
        parser.add_argument("--since", type=moment, metavar="DATE", help="skip files last written before this")
        parser.add_argument("--jobs", type=positive, default=Options().jobs, help="parser processes (%(default)s)")
        parser.add_argument(
            "--batch-size", type=positive, default=Options().batch_size, help="most files a transaction"
        )
        parser.add_argument("--report", type=Path, metavar="FILE", help="write a report: FILE.json or FILE.csv")

    def handle(self, *, paths: list[str], report: Path | None, wait: bool, **given: Any) -> None:
        options = self.read_options(given)
        check_report(report)
        if "" in paths:
            # It would be the current directory, but usually comes from a variable of a script that is not set.
            raise CommandError("A PATH is empty; name a file or a folder.", returncode=WRONG_USAGE)
        done = Report(keep_all=report is not None)
        with stoppable():
            outcome, failure = self.attempt(paths, options, done, wait=wait)
            self.print_report(done, outcome, with_names=given["verbosity"] > 1)
            if report:
                self.write_report(done, report)
        if failure:
            raise failure
        if rejected := done.counts["rejected"]:
            raise CommandError(f"{rejected:,} of {done.counts['seen']:,} files rejected.", returncode=PROBLEMS_FOUND)

    def attempt(
        self, paths: list[str], options: Options, report: Report, *, wait: bool
    ) -> tuple[str, CommandError | None]:
        """Import files; return a note for the summary, and the error for the exit status if there is one."""
        try:
            names = [Path(name) for name in expand(paths)]
            sources, folders = self.find(names, options)
            run = self.begin(names, options, wait=wait)
            self.import_files(ImportJob(sources, options, run, folders), report)
        except (Interrupted, KeyboardInterrupt):
            return "stopped by hand: the next run completes it", CommandError("Stopped.", returncode=STOPPED)
        except FAILURES as error:
            reason = describe(error, migrate="run manage.py migrate")
            failure = CommandError(f"The import failed: {reason}.", returncode=FAILED)
            return "failed: the next run completes it", failure
        return describe_outcome(report, options), None

    def read_options(self, given: dict[str, Any]) -> Options:
        for root in given["static_root"]:
            if not root.is_dir():
                raise CommandError(f"--static-root {root}: no such folder; check the path.", returncode=WRONG_USAGE)
        names = Options.__slots__
        chosen = {name: value for name, value in given.items() if name in names}
        return Options(**chosen, static_roots=tuple(map(absolute, given["static_root"])))

    def find(self, names: list[Path], options: Options) -> tuple[list[SourceFile], list[Path]]:
        try:
            sources = discover(names)
        except UsageError as error:
            raise CommandError(str(error), returncode=WRONG_USAGE) from error
        if not sources:
            self.stderr.write(f"No Markdown file ({', '.join(MARKDOWN_SUFFIXES)}) in the given paths.")
        folders = [absolute(name) for name in names if name.is_dir()]
        if options.prune and not sources:
            raise CommandError(
                "--prune: there is no Markdown file in the given folders, and archiving everything is hardly meant; "
                "check the paths.",
                returncode=WRONG_USAGE,
            )
        return sources, folders

    def begin(self, names: list[Path], options: Options, *, wait: bool) -> ImportRun | None:
        """Open a row in the ledger; a dry run has none."""
        on_wait = (lambda who: self.stderr.write(f"Waiting: {who}.")) if wait else None
        try:
            # Rows can only hold Unicode: other bytes are escaped.
            paths = [os.fsencode(absolute(name)).decode("utf-8", "backslashreplace") for name in names]
            return None if options.dry_run else ledger.begin(paths, options, on_wait=on_wait)
        except ledger.Busy as busy:
            raise CommandError(f"{busy}; try again later.", returncode=BUSY) from None

    def import_files(self, job: ImportJob, report: Report) -> None:
        with tqdm(total=len(job.sources), unit=" files", disable=None, leave=False) as bar:
            execute(job, report, bar.update)

    def print_report(self, report: Report, outcome: str, *, with_names: bool = False) -> None:
        """Print a line a problem, errors last, then the summary. `with_names`: name the files of each content check."""
        styles: list[tuple[Level, Callable[[str], str]]] = [
            ("note", str),
            ("warning", self.style.WARNING),
            ("error", self.style.ERROR),
        ]
        try:
            for level, style in styles:
                for line in report.lines(level):
                    self.stdout.write(style(line))
            hints = [hint for code, hint in HINTS.items() if any(found == code for _level, found in report.kinds)]
            checked = report.check_lines(with_names=with_names)
            for note in (*hints, *report.notes, *checked, report.unmapped_line()):
                if note:
                    self.stdout.write(note)
            self.stdout.write(report.summary() + (f" ({outcome})" if outcome else ""))
            self.stdout.flush()
        except BrokenPipeError:  # by `| head`: output has no reader, and Python's last flush must not fail either
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def write_report(self, report: Report, path: Path) -> None:
        try:
            write_report(report, path)
        except OSError as error:
            raise CommandError(f"--report {path}: cannot be written ({error.strerror}).", returncode=FAILED) from error


def check_report(path: Path | None) -> None:
    """Raise `CommandError` for a report that cannot be written, before the import instead of after it."""
    if path and path.suffix not in (".json", ".csv"):
        raise CommandError(f"--report {path}: name a file that ends in .json or .csv.", returncode=WRONG_USAGE)
    if path and not path.parent.is_dir():
        raise CommandError(f"--report {path}: no such folder; check the path.", returncode=WRONG_USAGE)


def expand(paths: list[str]) -> Iterator[str]:
    r"""Yield the given paths, and for `-` those on standard input, a line each.

    A line may end in \r\n as on Windows; any other \r is part of the path.
    """
    for path in paths:
        if path == "-":
            yield from filter(None, (os.fsdecode(re.sub(rb"\r?\n$", b"", line)) for line in sys.stdin.buffer))
        else:
            yield path


def describe_outcome(report: Report, options: Options) -> str:
    """Return why nothing was kept, "" if the import was kept."""
    if options.dry_run:
        return "dry run: nothing was kept"
    return "--atomic: nothing was kept" if options.atomic and report.counts["rejected"] else ""
