"""What an import that nothing goes wrong with leaves, and the comparison of others with it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from drills.report import DrillFailed
from drills.sandbox import Sandbox, Site

#: The end of a complaint of the digest that the next import sees to.
HEALED = "is nobody's"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Some files, and a site as an uninterrupted import of them leaves it: its `seconds`, and the `bytes` it wrote."""

    content: Path
    seconds: float
    bytes: int
    tables: dict[str, str]
    items: dict[str, str]

    def compare(self, site: Site, after: str, runs: Sequence[str]) -> None:
        """Raise `DrillFailed` unless a site, its import done, holds what it shall, and its ledger these outcomes.

        `after` says what went wrong before.
        """
        found = site.inspect()
        wrong = [f"{name} differs" for name, digest in self.tables.items() if found["tables"][name] != digest]
        wrong += found["complaints"]
        if found["runs"] != list(runs):
            wrong.append(f"the ledger says {', '.join(found['runs'])}, not {', '.join(runs)}")
        if wrong:
            raise DrillFailed(f"{after}: {'; '.join(wrong[:10])}")

    def compare_part(self, site: Site, after: str, *, killed: bool = False) -> list[str]:
        """Raise `DrillFailed` if a site, its import broken off, holds an item that is not whole; return its runs.

        One that was killed may leave a file that is nobody's, for the next one to write over.
        """
        found = site.inspect()
        half = [slug for slug, digest in found["items"].items() if self.items.get(slug) != digest]
        wrong = [complaint for complaint in found["complaints"] if not (killed and complaint.endswith(HEALED))]
        if half or wrong:
            raise DrillFailed(f"{after}: half an item: {half[:5]}; {'; '.join(wrong[:5])}")
        runs: list[str] = found["runs"]
        return runs


def take(sandbox: Sandbox, content: Path) -> Baseline:
    """Import files as if nothing ever went wrong."""
    with sandbox.site("baseline") as site:
        before = site.bytes()
        start = time.monotonic()
        site.complete(content)
        seconds = time.monotonic() - start
        written = site.bytes() - before
        found = site.inspect()
    if found["complaints"]:
        raise DrillFailed(f"an import that nothing interrupted: {'; '.join(found['complaints'][:10])}")
    return Baseline(content, seconds, written, found["tables"], found["items"])
