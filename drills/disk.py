"""A disk that fills up during an import: the import ends with a message, and the next one completes it.

The disk is a small tmpfs in a mount namespace of this process, which `python -m drills disk` creates.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from drills.baseline import Baseline
from drills.report import DrillFailed, DrillSkipped, print_progress
from drills.sandbox import Sandbox, SandboxSite

#: The commands that create a mount namespace, as root or as another user.
UNSHARE_COMMANDS = (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user"))
#: Minimum size of the disk, as a part of the bytes that an import writes: with less, it cannot begin.
MIN_PART = 0.1
FAILED = 4
WORDS = "the disk is full; free some space, then import again"
MAX_EXTRA_TRIES = 10


def unshare() -> tuple[str, ...]:
    """Return the command that runs another one with a mount namespace. Raises `DrillSkipped` if this is not allowed."""
    for command in UNSHARE_COMMANDS:
        if shutil.which(command[0]) and _succeeds(*command, "mount", "-t", "tmpfs", "none", "/tmp"):
            return command
    raise DrillSkipped("no small disk can be made: this user may not mount one")


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def drill(sandbox: Sandbox, baseline: Baseline, disks: int, random: Random) -> str:
    """Fill a number of disks of different sizes."""
    folder = sandbox.folder / "disk"
    full = tries = 0
    while full < disks:
        tries += 1
        if tries > disks + MAX_EXTRA_TRIES:
            raise DrillFailed("disks do not fill up; make them smaller")
        with small_disk(folder), sandbox.site(f"disk_{tries}", folder) as site:
            full += _fill_and_complete(site, folder, baseline, random.uniform(MIN_PART, 1))
        print_progress(f"{full} of {disks} disks")
    return f"{full} disks filled up during an import; each import reported it, and was completed by the next"


def _fill_and_complete(site: SandboxSite, folder: Path, baseline: Baseline, part: float) -> bool:
    """Import to a disk with too little space, then with enough; return whether the disk was full."""
    room = int(part * baseline.bytes)
    resize(folder, site.bytes() + room)
    how = f"a disk with {room / 1e6:.2f} MB left"
    ended = site.run("import_markdown", baseline.content)
    resize(folder, 0)
    runs = baseline.compare_part(site, how)
    if ended.code in (0, 1):
        return False
    if ended.code != FAILED or WORDS not in ended.errors or "Traceback" in ended.errors:
        raise DrillFailed(f"{how}: no message, but {ended.summary}")
    site.complete(baseline.content)
    shown = ["interrupted" if run == "running" else run for run in runs]
    baseline.compare(site, f"completed after {how}", [*shown, "finished"])
    return True


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk on a folder during the `with` block."""
    folder.mkdir(exist_ok=True)
    subprocess.run(("mount", "-t", "tmpfs", "none", folder), check=True)
    try:
        yield folder
    finally:
        subprocess.run(("umount", folder), check=True)


def resize(folder: Path, size: int) -> None:
    """Set the size of a disk in bytes; 0 for no limit."""
    subprocess.run(("mount", "-o", f"remount,size={size}", folder), check=True)
