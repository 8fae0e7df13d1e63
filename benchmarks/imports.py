"""How fast files come in: `manage.py import_markdown` as anyone runs it, on a fresh database."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.files import change_some, write_site

MANAGE = (sys.executable, "manage.py")
CHANGED_ONE_IN = 100


@dataclass(frozen=True, slots=True)
class Run:
    """One import: of how many files, in how many seconds, with how many megabytes at its peak."""

    name: str
    files: int
    seconds: float
    megabytes: float

    @property
    def files_a_second(self) -> float:
        return self.files / self.seconds


def measure(count: int, folder: Path, say: Callable[[str], None]) -> Iterator[Run]:
    """Yield the runs over `count` generated files: new ones, the same ones again, and with some of them changed."""
    say(f"Writing {count:,} files")
    content = write_site(folder, count)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'import.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
    }
    subprocess.run((*MANAGE, "migrate", "--verbosity=0"), env=environment, check=True)
    yield run("first", content, count, environment)
    yield run("unchanged", content, count, environment)
    changed = change_some(content, CHANGED_ONE_IN)
    yield run(f"{changed:,} changed", content, count, environment)


def run(name: str, content: Path, count: int, environment: dict[str, str]) -> Run:
    start = perf_counter()
    process = subprocess.Popen((*MANAGE, "import_markdown", content), env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"import_markdown failed with {os.waitstatus_to_exitcode(status)}")
    return Run(name, count, perf_counter() - start, usage.ru_maxrss / 1024)
