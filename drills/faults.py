"""Every Nth call to the database or to a file fails: the import ends with a report, and the next one completes it.

Runs in a process of its own, `python -m drills.inside faults FOLDER`, on the site of the environment.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import product
from pathlib import Path
from unittest import mock

from django.core.management import CommandError, call_command
from django.db import connection

from curation.importing.parse import LoadedFile, ParsedFile, RefusedFile, parse_content, with_result
from curation.lib import images
from curation.lib.image_subprocess import ImageCleaner
from curation.lib.images import CleanImage
from curation.markdown import Flavour
from drills import digest, site, state
from drills.inject import KINDS, When, failing, never
from drills.report import DrillFailed, print_line, print_progress

FILES, PICTURES = 20, 3
#: One in this many files is new.
NEW_ONE_IN = 3
#: Small batches, so that batches depend on earlier ones.
BATCH_SIZE = 7


class InProcessParsers:
    """Parses files in this process, so that no pool has to start for each of hundreds of imports."""

    def __init__(self, _jobs: int, flavour: Flavour | None = None) -> None:
        self.flavour = flavour

    def __enter__(self) -> InProcessParsers:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def prepare(self) -> None: ...

    def submit(self, files: Sequence[LoadedFile]) -> Callable[[], list[ParsedFile | RefusedFile]]:
        return lambda: [with_result(file, parse_content(*file.parse_arguments, self.flavour)) for file in files]


class InProcessCleaner(ImageCleaner):
    """Cleans pictures in this process."""

    def clean(self, data: bytes) -> CleanImage:
        return images.clean(data)


@dataclass(frozen=True, slots=True)
class Mode:
    """Which calls fail for a number N. Every `step`th N is tried."""

    description: str
    when: Callable[[int], When]
    step: int = 1


MODES = (
    Mode("every call {} fails", lambda n: lambda number: number % n == 0),
    Mode("only call {} fails", lambda n: lambda number: number == n, 3),
    Mode("all calls from {} on fail", lambda n: lambda number: number >= n, 3),
)


def import_(content: Path) -> str:
    """Run the command and return its output. Exceptions other than `CommandError` are raised."""
    output = StringIO()
    try:
        call_command("import_markdown", content, jobs=1, batch_size=BATCH_SIZE, stdout=output, stderr=StringIO())
    except CommandError as error:
        output.write(f"{error}\n")
    return output.getvalue()


class FaultDrill:
    """An import of new, changed and unchanged files, with the state before it and after it if nothing fails."""

    def __init__(self, folder: Path, count: int = FILES) -> None:
        self.site = folder / "site"
        self.content = site.write(self.site, count, PICTURES)
        new = sorted(self.content.iterdir())[::NEW_ONE_IN]
        for path in new:
            path.rename(path.with_suffix(".later"))
        import_(self.content)
        for path in new:
            path.with_suffix(".later").rename(path)
        site.change(self.content)
        self.start = state.save_state(folder / "media-before")
        self.before = digest.inspect()
        import_(self.content)
        self.done = digest.inspect()
        if self.done["problems"]:
            raise DrillFailed(f"undisturbed: {self.done['problems']}")

    def calls(self, kind: str) -> int:
        """Return how many calls of a kind the import makes."""
        state.restore(self.start)
        with failing(kind, never, self.site) as calls:
            import_(self.content)
        return calls.count

    def disturb(self, kind: str, mode: Mode, number: int) -> None:
        """Let an import fail, and another complete it. Raises `DrillFailed`."""
        description = f"{kind}: {mode.description.format(number)}"
        state.restore(self.start)
        self._fail(description, kind, mode.when(number))
        self._check_part(description)
        import_(self.content)
        self._check_done(description)

    def _fail(self, description: str, kind: str, when: When) -> None:
        try:
            with failing(kind, when, self.site):
                output = import_(self.content)
        except Exception as error:
            raise DrillFailed(f"{description}: {type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if not (" created, " in output or "cannot be read" in output):  # the folder itself: there is nothing to report
            raise DrillFailed(f"{description}: no report, but: {output}")

    def _check_part(self, description: str) -> None:
        """Raise `DrillFailed` for items that are neither as before the import nor as after it."""
        whole = (self.before["items"], self.done["items"])
        found = digest.inspect()["items"]
        half = [slug for slug, value in found.items() if value not in [items.get(slug) for items in whole]]
        if half:
            raise DrillFailed(f"{description}: half an item: {half}")

    def _check_done(self, description: str) -> None:
        found = digest.inspect()
        wrong = [name for name in found["tables"] if found["tables"][name] != self.done["tables"][name]]
        wrong += found["problems"]
        *earlier, last = found["runs"]
        if wrong or last != "finished" or "running" in earlier:
            raise DrillFailed(f"{description}: after the next import: {wrong}, runs {found['runs']}")

    def trials(self) -> Iterator[tuple[str, Mode, int]]:
        """Yield every kind and mode, with each N to try."""
        calls = {kind: self.calls(kind) for kind in KINDS}
        for kind, mode in product(KINDS, MODES):
            for number in range(1, calls[kind] + 1, mode.step):
                print_progress(f"{kind}: {mode.description.format(number)} of {calls[kind]}")
                yield kind, mode, number


def main(arguments: Sequence[str]) -> None:
    """Try all calls, and report all failures instead of only the first."""
    tried, failures = 0, list[str]()
    with (
        mock.patch("curation.importing.reader.Parsers", InProcessParsers),
        mock.patch("curation.importing.media_files.store.ImageCleaner", InProcessCleaner),
    ):
        drill = FaultDrill(Path(arguments[0]))
        for trial in drill.trials():
            tried += 1
            try:
                drill.disturb(*trial)
            except DrillFailed as failure:
                failures.append(str(failure))
    if failures:
        sys.exit("\n".join([f"{len(failures)} of {tried} imports with failing calls:", *failures]))
    result = "each ended with a message, left no half item, and was completed by the next"
    print_line(f"{tried} imports with failing calls; {result}")
