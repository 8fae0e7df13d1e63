"""The result of an undisturbed import, and the comparison of other imports with it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drills.report import DrillFailed
from drills.sandbox import Sandbox, SandboxSite

#: The end of the message of a problem that the next import repairs.
REPAIRED = "has no row"


@dataclass(frozen=True, slots=True)
class Baseline:
    """The state of a site after an undisturbed import of some files, with its duration and the bytes that it wrote."""

    content: Path
    seconds: float
    bytes: int
    state: Mapping[str, Any]

    def compare(self, site: SandboxSite, after: str, runs: Sequence[str]) -> None:
        """Raise `DrillFailed` unless a site equals the baseline and its runs have these outcomes.

        `after` describes the failure that was provoked before.
        """
        found = site.inspect()
        wrong = differences(self.state, found)
        if found["runs"] != list(runs):
            wrong.append(f"the ledger has {', '.join(found['runs'])}, not {', '.join(runs)}")
        if wrong:
            raise DrillFailed(f"{after}: {'; '.join(wrong[:10])}")

    def compare_part(self, site: SandboxSite, after: str, *, killed: bool = False) -> list[str]:
        """Raise `DrillFailed` if a site has an incomplete item after a failed import; return the outcomes of its runs.

        An import that was killed may leave a media file without a row, which the next one overwrites.
        """
        found = site.inspect()
        half = [slug for slug, digest in found["items"].items() if self.state["items"].get(slug) != digest]
        wrong = [problem for problem in found["problems"] if not (killed and problem.endswith(REPAIRED))]
        if half or wrong:
            raise DrillFailed(f"{after}: half an item: {half[:5]}; {'; '.join(wrong[:5])}")
        runs: list[str] = found["runs"]
        return runs


def take(sandbox: Sandbox, content: Path) -> Baseline:
    """Import files undisturbed."""
    with sandbox.site("baseline") as site:
        before = site.bytes()
        start = time.monotonic()
        site.complete(content)
        seconds = time.monotonic() - start
        written = site.bytes() - before
        found = site.inspect()
    if found["problems"]:
        raise DrillFailed(f"an undisturbed import: {'; '.join(found['problems'][:10])}")
    return Baseline(content, seconds, written, found)


def differences(expected: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return the tables and items in which a site differs from another one, and its problems.

    Both are results of `SandboxSite.inspect()`.
    """
    return [
        *(f"{name} differs" for name, digest in expected["tables"].items() if found["tables"][name] != digest),
        *(f"/news/{slug}/ differs" for slug, digest in expected["items"].items() if found["items"].get(slug) != digest),
        *found["problems"],
    ]


def compare_sites(expected: SandboxSite, site: SandboxSite, *without: str) -> None:
    """Raise `DrillFailed` unless a site equals another one, apart from some columns of items."""
    if wrong := differences(expected.inspect(*without), site.inspect(*without)):
        raise DrillFailed(f"the site is not as one without users: {'; '.join(wrong[:10])}")
