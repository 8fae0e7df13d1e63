"""Time imports by `manage.py import_markdown` into a fresh database, and Hugo for comparison."""

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
FLOOR, STAGES = ((sys.executable, "-m", f"benchmarks.{name}") for name in ("floor", "stages"))
#: Number of files of the import whose stages are timed.
STAGE_FILES = 2_000
CHANGED_ONE_IN = 100
SAMPLE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Run:
    """One command on a number of files: its seconds, and the CPU seconds and peak megabytes of all its processes."""

    name: str
    files: int
    seconds: float
    cpu: float
    megabytes: float

    @property
    def files_per_second(self) -> float:
        return self.files / self.seconds


def measure(count: int, folder: Path, log: Callable[[str], None]) -> Iterator[Run]:
    """Yield the runs on `count` generated files: Hugo, the floor, a first import, a second one, some files changed."""
    log(f"Writing {count:,} files")
    content = write_site(folder, count)
    environment = environment_of(folder / "import.sqlite3", folder)
    migrate(environment)
    if build := hugo.command(folder / "hugo", content):
        yield run("hugo", build, count, environment)
    yield run("floor", (*FLOOR, str(content), str(folder / "floor.sqlite3")), count, environment)
    command = (*MANAGE, "import_markdown", str(content))
    yield run("first", command, count, environment)
    yield run("unchanged", command, count, environment)
    change_some(content, CHANGED_ONE_IN)
    yield run("1% changed", command, count, environment)


def print_stages(folder: Path) -> None:
    """Print the time of each stage of a first import."""
    environment = environment_of(folder / "stages.sqlite3", folder)
    migrate(environment)
    subprocess.run((*STAGES, str(write_site(folder / "stages", STAGE_FILES))), env=environment, check=True)


def environment_of(database: Path, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "MEDIA_ROOT": str(folder / "media"),
    }


def migrate(environment: dict[str, str]) -> None:
    subprocess.run((*MANAGE, "migrate", "--verbosity=0"), env=environment, check=True)


def run(name: str, command: Sequence[str], count: int, environment: dict[str, str]) -> Run:
    start, peak = perf_counter(), 0.0
    cpu: dict[Path, float] = {}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None:
        members = [member for member in Path("/proc").glob("[0-9]*") if session_of(member) == process.pid]
        cpu |= {member: max(cpu_of(member), cpu.get(member, 0)) for member in members}
        peak = max(peak, sum(map(memory_of, members)))
        sleep(SAMPLE_SECONDS)
    if process.returncode:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Run(name, count, perf_counter() - start, sum(cpu.values()), peak)


def session_of(process: Path) -> int:
    """Return the session of a process, given as its folder in /proc (Linux); 0 once it has ended."""
    return int(_stat(process)[3])


def cpu_of(process: Path) -> float:
    """Return the CPU time of a process in seconds."""
    return (int(_stat(process)[11]) + int(_stat(process)[12])) / os.sysconf("SC_CLK_TCK")


def _stat(process: Path) -> list[str]:
    """Return the fields of /proc/PID/stat (proc(5)) from the state on."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return ["0"] * 13


def memory_of(process: Path) -> float:
    """Return the proportional set size of a process in megabytes, which counts shared pages once."""
    try:
        rollup = (process / "smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:")), 0)
