"""Backups of a site at work: killed, on a full disk, damaged; and the sites that are restored of them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from drills import disk
from drills import site as files
from drills.baseline import REPAIRED, differences
from drills.report import DrillFailed, DrillSkipped, print_progress
from drills.sandbox import MANAGE, ROOT, CommandResult, Sandbox, SandboxSite, wait_for, wait_for_session
from drills.traffic import EDIT_PAGE, EDITED, ITEM_LIST, Traffic, User, editor, log_in, server, working

#: Exit statuses of the commands.
DAMAGED, FAILED = 1, 4
#: Minimum numbers of items saved and imports completed while backups are made.
MIN_SAVED, MIN_IMPORTS = 3, 1
WORK_SECONDS = 120
#: Seconds between the saves of an editor, and between imports.
EDITOR_PAUSES, IMPORT_PAUSE = (0.0, 0.0), 0.0
#: Runs a command with a small tmpfs in place of a folder, and prints what it left that looks like a part of a backup.
SMALL_DISK = 'mount -t tmpfs -o size="$1" none "$2" || exit 99; "${@:3}"; status=$?; find "$2" -type f; exit $status'


def drill(sandbox: Sandbox, content: Path, kills: int, damages: int, random: Random) -> str:
    """Back up a site at work, damage backups, and restore. Raises `DrillFailed`."""
    folder = sandbox.folder / "backups"
    with sandbox.site("backup", content=content) as site:
        with at_work(site, content, sandbox.folder / "backup.log") as traffic:
            seconds = back_up(site, folder)
            verify(site, folder, "a backup of a site at work")
            for number in range(kills):
                kill(site, folder, random.uniform(0.1, 1) * seconds)
                print_progress(f"{number + 1} of {kills} backups killed")
            full = fill_disk(site, folder, random)
            await_traffic(traffic)
            back_up(site, folder)
        if traffic.errors:
            raise DrillFailed(f"while backups were made: {'; '.join(traffic.errors[:5])}")
        check_remains(folder)
        compare_restored(sandbox, folder, "at_work")
        back_up(site, folder)
        compare_restored(sandbox, folder, "quiet", site)
        names = damage(site, folder, damages, random)
    return (
        f"backups beside {traffic.counts['items saved']} saves and {traffic.counts['imports']} imports; {kills} killed,"
        f" {full}; damage found: {', '.join(names)}; restored sites are equal"
    )


@contextmanager
def at_work(site: SandboxSite, content: Path, log: Path) -> Iterator[Traffic]:
    """Let two editors save, and imports follow each other, during the `with` block."""
    traffic = Traffic()

    def import_again() -> None:
        while not traffic.stop.wait(IMPORT_PAUSE):
            files.change(content)
            try:
                site.complete(content)
            except DrillFailed as error:
                traffic.errors.append(str(error))
            traffic.counts["imports"] += 1

    with server(site, log) as address:
        browsers = [log_in(address) for _ in EDITED]
        pages = sorted(set(EDIT_PAGE.findall(browsers[0].get(ITEM_LIST).text)))
        users: list[User] = [import_again]
        for browser, name in zip(browsers, EDITED, strict=True):
            users.append(editor(browser, name, pages, traffic, Random(name), EDITOR_PAUSES))
        with working(users, traffic):
            yield traffic


def await_traffic(traffic: Traffic) -> None:
    """Wait until editors and imports have done enough to prove something."""
    deadline = time.monotonic() + WORK_SECONDS
    while traffic.counts["items saved"] < MIN_SAVED or traffic.counts["imports"] < MIN_IMPORTS:
        if time.monotonic() > deadline:
            raise DrillFailed(f"too little traffic: {dict(traffic.counts)}, {'; '.join(traffic.errors[:3])}")
        time.sleep(0.1)


def back_up(site: SandboxSite, folder: Path) -> float:
    """Make a backup; return the seconds that it took."""
    start = time.monotonic()
    ended = site.run("backup", folder)
    if ended.code or ended.errors:
        raise DrillFailed(f"a backup: {ended.summary}")
    return time.monotonic() - start


def verify(site: SandboxSite, folder: Path, after: str) -> None:
    ended = site.run("restore", folder, "--verify")
    if ended.code or "is whole" not in ended.output:
        raise DrillFailed(f"after {after}: {ended.summary}")


def kill(site: SandboxSite, folder: Path, moment: float) -> None:
    """Kill a backup after `moment` seconds. The newest generation must be whole."""
    process = site.start("backup", folder)
    time.sleep(moment)
    os.killpg(process.pid, signal.SIGKILL)
    wait_for(process)
    wait_for_session(process.pid)
    verify(site, folder, f"a kill at {moment:.2f} s")


def fill_disk(site: SandboxSite, folder: Path, random: Random) -> str:
    """Back up to a disk with too little space; return the result in words."""
    try:
        prefix = disk.unshare()
    except DrillSkipped as reason:
        return str(reason)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    room = int(random.uniform(0.1, 0.4) * size)
    small = folder.with_name("small-disk")
    small.mkdir()
    command = ("bash", "-c", SMALL_DISK, "bash", str(room), str(small), *MANAGE, "backup", str(small))
    done = subprocess.run(
        (*prefix, *command), cwd=ROOT, env=site.environment, text=True, capture_output=True, check=False
    )
    result = CommandResult(done.returncode, done.stdout, done.stderr)
    if result.code != FAILED or "The disk is full" not in result.errors or "Traceback" in result.errors:
        raise DrillFailed(f"a disk of {room / 1e6:.1f} MB: {result.summary}")
    left = [line for line in result.output.splitlines() if "/objects/" not in line or "/.partial-" in line]
    if [line for line in left if not line.endswith("/.lock")]:
        raise DrillFailed(f"a disk of {room / 1e6:.1f} MB: left {left}")
    return "a full disk was reported"


def check_remains(folder: Path) -> None:
    """Raise `DrillFailed` for remains of killed backups, which each backup removes."""
    if left := [str(path) for path in folder.rglob(".partial-*")]:
        raise DrillFailed(f"remains of killed backups: {', '.join(left)}")


def compare_restored(sandbox: Sandbox, folder: Path, name: str, origin: SandboxSite | None = None) -> None:
    """Restore into a fresh site, which must have no problems, and be equal to `origin`."""
    with sandbox.site(f"restored_{name}") as restored:
        ended = restored.run("restore", folder)
        if ended.code or "Traceback" in ended.errors:
            raise DrillFailed(f"restore: {ended.summary}")
        found = restored.inspect()
        if origin:
            wrong = differences(origin.inspect(), found)
        else:
            wrong = [problem for problem in found["problems"] if not problem.endswith(REPAIRED)]
    if wrong:
        raise DrillFailed(f"the restored site: {'; '.join(wrong[:10])}")


# Damage


def damage(site: SandboxSite, folder: Path, number: int, random: Random) -> list[str]:
    """Damage some parts of copies of a backup, which must be found; return their names."""
    ways: dict[str, Callable[[Path], None]] = {
        "truncated": lambda path: os.truncate(path, random.randrange(path.stat().st_size)),
        "a flipped byte": lambda path: flip(path, random),
        "missing": Path.unlink,
    }
    kinds = ("*Z/database.*", "objects/*/*", "*Z/manifest.json")
    cases = [(kind, way) for kind in kinds for way in ways]
    names = []
    for kind, way in random.sample(cases, number):
        copy = folder.with_name("damaged")
        shutil.copytree(folder, copy)
        newest = max(copy.glob("*Z"))
        part = random.choice(sorted(copy.glob(kind.replace("*Z", newest.name))))
        name = f"{part.relative_to(copy).parts[0] if 'objects' in kind else part.name} {way}"
        ways[way](part)
        ended = site.run("restore", copy, "--verify")
        shutil.rmtree(copy)
        if ended.code != DAMAGED or "Traceback" in ended.errors or part.name not in ended.errors:
            raise DrillFailed(f"{name}: {ended.summary}")
        names.append(name)
    return names


def flip(path: Path, random: Random) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)
