"""A disk that fills up under an import: it ends in words, and the next one, with space again, completes it.

The disk is a small tmpfs in a mount namespace of this process, gone when it ends: `python -m drills disk` sees to that.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from random import Random

from drills.baseline import Baseline
from drills.report import DrillFailed, DrillSkipped, say_again
from drills.sandbox import Sandbox, Site

#: How to get a mount namespace: as root, or as a user who may have one.
WAYS = (("unshare", "--mount"), ("unshare", "--mount", "--map-root-user"))
#: Of what an import writes, the disk holds from this part on; before, there is no room to begin.
LEAST = 0.1
BROKEN_OFF = 4
WORDS = "the disk is full; free some space, then import again"
MOST_TRIES = 10


def unshare() -> tuple[str, ...]:
    """Return the command that runs another where it may mount disks. Raises `DrillSkipped` where none may."""
    for way in WAYS:
        if shutil.which(way[0]) and _succeeds(*way, "mount", "-t", "tmpfs", "none", "/tmp"):
            return way
    raise DrillSkipped("no small disk can be made: this user may not mount one")


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def drill(sandbox: Sandbox, baseline: Baseline, disks: int, random: Random) -> str:
    """Fill so many disks of different sizes."""
    folder = sandbox.folder / "disk"
    folder.mkdir()
    full = tries = 0
    while full < disks:
        tries += 1
        if tries > disks + MOST_TRIES:
            raise DrillFailed("disks do not fill up; make them smaller")
        subprocess.run(("mount", "-t", "tmpfs", "none", folder), check=True)
        try:
            with sandbox.site(f"disk_{tries}", folder) as site:
                full += _fill_and_complete(site, folder, baseline, random.uniform(LEAST, 1))
        finally:
            subprocess.run(("umount", folder), check=True)
        say_again(f"{full} of {disks} disks")
    return f"{full} disks filled up under an import; each said so, and was completed by the next"


def _fill_and_complete(site: Site, folder: Path, baseline: Baseline, part: float) -> bool:
    """Import to a disk with room for a part of what that takes, then with enough; return whether it was full."""
    room = int(part * baseline.bytes)
    resize(folder, site.bytes() + room)
    how = f"a disk with {room / 1e6:.2f} MB left"
    ended = site.run("import_markdown", baseline.content)
    resize(folder, 0)
    runs = baseline.compare_part(site, how)
    if ended.code in (0, 1):
        return False
    if ended.code != BROKEN_OFF or WORDS not in ended.errors or "Traceback" in ended.errors:
        raise DrillFailed(f"{how}: not said in words, but {ended.said}")
    site.complete(baseline.content)
    shown = ["interrupted" if run == "running" else run for run in runs]
    baseline.compare(site, f"completed after {how}", [*shown, "finished"])
    return True


def resize(folder: Path, size: int) -> None:
    """Give a disk so many bytes; 0 for as many as there are."""
    subprocess.run(("mount", "-o", f"remount,size={size}", folder), check=True)
