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

from curation.importing.parse import Loaded, Parsed, Refused, parsed, understand
from curation.rendering import Flavour
from drills import digest, site, state
from drills.inject import KINDS, When, failing, never
from drills.report import DrillFailed, say, say_again

FILES, PICTURES = 20, 3
#: One file in so many is new.
NEW = 3
#: Small batches, so that what a batch needs of those before it is there.
BATCH_SIZE = 7


class ParsersHere:
    """Parses in this process: no pool has to start for each of hundreds of imports."""

    def __init__(self, _jobs: int, flavour: Flavour | None = None) -> None:
        self.flavour = flavour

    def __enter__(self) -> ParsersHere:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def prepare(self) -> None: ...

    def submit(self, files: Sequence[Loaded]) -> Callable[[], list[Parsed | Refused]]:
        return lambda: [parsed(file, understand(*file.work, self.flavour)) for file in files]


@dataclass(frozen=True, slots=True)
class Mode:
    """Which calls fail, for a number N; one N in `step` is tried."""

    words: str
    when: Callable[[int], When]
    step: int = 1


MODES = (
    Mode("every call {} fails", lambda n: lambda number: number % n == 0),
    Mode("call {} alone fails", lambda n: lambda number: number == n, 3),
    Mode("all calls from {} on fail", lambda n: lambda number: number >= n, 3),
)


def import_(content: Path) -> str:
    """Run the command; return what it printed. Anything but a report and an error in words is a failure."""
    output = StringIO()
    try:
        call_command("import_markdown", content, jobs=1, batch_size=BATCH_SIZE, stdout=output, stderr=StringIO())
    except CommandError as error:
        output.write(f"{error}\n")
    return output.getvalue()


class Drill:
    """An import of files some of which are new, some changed, some neither, and what it leaves when nothing fails."""

    def __init__(self, folder: Path, count: int = FILES) -> None:
        self.site = folder / "site"
        self.content = site.write(self.site, count, PICTURES)
        new = sorted(self.content.iterdir())[::NEW]
        for path in new:
            path.rename(path.with_suffix(".later"))
        import_(self.content)
        for path in new:
            path.with_suffix(".later").rename(path)
        site.change(self.content)
        self.start = state.keep(folder / "media-before")
        self.before = digest.inspect()
        import_(self.content)
        self.done = digest.inspect()
        if self.done["complaints"]:
            raise DrillFailed(f"undisturbed: {self.done['complaints']}")

    def calls(self, kind: str) -> int:
        """Return how many calls of a kind the import makes."""
        state.put_back(self.start)
        with failing(kind, never, self.site) as calls:
            import_(self.content)
        return calls.count

    def disturb(self, kind: str, mode: Mode, number: int) -> None:
        """Let an import fail, and another complete it. Raises `DrillFailed`."""
        what = f"{kind}: {mode.words.format(number)}"
        state.put_back(self.start)
        self._fail(what, kind, mode.when(number))
        self._check_part(what)
        import_(self.content)
        self._check_done(what)

    def _fail(self, what: str, kind: str, when: When) -> None:
        try:
            with failing(kind, when, self.site):
                said = import_(self.content)
        except Exception as error:
            raise DrillFailed(f"{what}: {type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if not (" created, " in said or "cannot be read" in said):  # the folder itself: there is nothing to report
            raise DrillFailed(f"{what}: no report, but: {said}")

    def _check_part(self, what: str) -> None:
        """Find each item as it was before, or as it shall be."""
        whole = (self.before["items"], self.done["items"])
        found = digest.inspect()["items"]
        half = [slug for slug, value in found.items() if value not in [items.get(slug) for items in whole]]
        if half:
            raise DrillFailed(f"{what}: half an item: {half}")

    def _check_done(self, what: str) -> None:
        found = digest.inspect()
        wrong = [name for name in found["tables"] if found["tables"][name] != self.done["tables"][name]]
        wrong += found["complaints"]
        *earlier, last = found["runs"]
        if wrong or last != "finished" or "running" in earlier:
            raise DrillFailed(f"{what}: after the next import: {wrong}, runs {found['runs']}")

    def trials(self) -> Iterator[tuple[str, Mode, int]]:
        """Yield every kind and mode, with each N to try."""
        calls = {kind: self.calls(kind) for kind in KINDS}
        for kind, mode in product(KINDS, MODES):
            for number in range(1, calls[kind] + 1, mode.step):
                say_again(f"{kind}: {mode.words.format(number)} of {calls[kind]}")
                yield kind, mode, number


def main(arguments: Sequence[str]) -> None:
    """Try all calls, and report all that is wrong, not the first thing alone."""
    tried, failures = 0, list[str]()
    with mock.patch("curation.importing.run.Parsers", ParsersHere):
        drill = Drill(Path(arguments[0]))
        for trial in drill.trials():
            tried += 1
            try:
                drill.disturb(*trial)
            except DrillFailed as failure:
                failures.append(str(failure))
    if failures:
        sys.exit("\n".join([f"{len(failures)} of {tried} imports with failing calls:", *failures]))
    say(f"{tried} imports with failing calls; each ended in words, left no half item, and was completed by the next")
