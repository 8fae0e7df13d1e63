"""How fast files come in: `manage.py import_markdown` as anyone runs it, on a fresh database, and Hugo beside it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep

from benchmarks import hugo
from benchmarks.files import change_some, write_site

MANAGE = (sys.executable, "manage.py")
CHANGED_ONE_IN = 100
SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One command over so many files: its seconds, and the megabytes of all its processes at the peak."""

    name: str
    files: int
    seconds: float
    megabytes: float

    @property
    def files_a_second(self) -> float:
        return self.files / self.seconds


def measure(count: int, folder: Path, say: Callable[[str], None]) -> Iterator[Run]:
    """Yield the runs over `count` generated files: Hugo's, of new ones, of the same again, of some that changed."""
    say(f"Writing {count:,} files")
    content = write_site(folder, count)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"sqlite:///{folder / 'import.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
    }
    subprocess.run((*MANAGE, "migrate", "--verbosity=0"), env=environment, check=True)
    if build := hugo.command(folder / "hugo", content):
        yield run("hugo", build, count, environment)
    command = (*MANAGE, "import_markdown", str(content))
    yield run("first", command, count, environment)
    yield run("unchanged", command, count, environment)
    change_some(content, CHANGED_ONE_IN)
    yield run("1% changed", command, count, environment)


def run(name: str, command: Sequence[str], count: int, environment: dict[str, str]) -> Run:
    start = perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory_of_session(process.pid))
        sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Run(name, count, perf_counter() - start, peak)


def memory_of_session(session: int) -> float:
    """Return the megabytes that a session's processes hold together, shared pages counted once; 0 but on Linux."""
    return sum(memory_of(process) for process in Path("/proc").glob("[0-9]*") if session_of(process) == session)


def session_of(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:  # it has ended
        return 0


def memory_of(process: Path) -> float:
    """Return a process's proportional set size in megabytes."""
    try:
        rollup = (process / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
