"""Kill -9 of a worker in the middle of a task, and of the processes that parse for an import that a worker runs."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from drills import site as files
from drills.baseline import differences
from drills.report import DrillFailed, print_line
from drills.sandbox import Sandbox
from drills.server import WORKER, running

#: A few pictures: their renditions are made by the same workers, and take seconds each.
PICTURES = 2


def drill(sandbox: Sandbox, count: int, killed: Collection[str] = ("worker", "children")) -> str:
    """Let two workers import `count` files, as the admin does, and kill one, or the processes that it has started."""
    content = files.write(sandbox.folder / "workers", count, PICTURES)
    expected = import_by_worker(sandbox, content, "undisturbed")[1]
    results = []
    for name in killed:
        result, found = import_by_worker(sandbox, content, name)
        compare(result, expected, found)
        print_line(f"  {result}")
        results.append(result)
    return "; ".join(results)


def import_by_worker(sandbox: Sandbox, content: Path, name: str) -> tuple[str, dict[str, Any]]:
    """Queue an import for two workers, and kill something; return a line, and the state of the site at the end."""
    with sandbox.site(name) as site:
        site.run("create_demo_editor", "--force")
        logs = [sandbox.folder / f"{name}-{number}.log" for number in range(2)]
        with running(WORKER, logs[0], site.environment), running(WORKER, logs[1], site.environment):
            result = site.inside("queued_import", name, content).strip()
        found = site.inspect()
        found["problems"] += [line for log in logs for line in re.findall(r"Traceback.*", log.read_text())]
    return result, found


def compare(result: str, expected: dict[str, Any], found: dict[str, Any]) -> None:
    """Raise `DrillFailed` unless the import was in effect once, in one run, and without a traceback."""
    wrong = differences(expected, found)
    if found["runs"] != ["finished"]:
        wrong.append(f"the ledger has {', '.join(found['runs'])}")
    if wrong:
        raise DrillFailed(f"{result}: {'; '.join(wrong[:10])}")
