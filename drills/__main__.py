"""`make drill`: provoke failures of imports, and check the state afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from random import Random, SystemRandom
from tempfile import TemporaryDirectory

from drills import (
    backup,
    baseline,
    cache,
    database,
    disk,
    kill,
    login,
    proxy,
    served_disk,
    site,
    soak,
    stop,
    traffic,
    uploads,
    workers,
)
from drills.report import DrillFailed, DrillSkipped, print_line
from drills.sandbox import ROOT, Sandbox

MAX_SEED = 10**9
STOPS, PARSERS, DISKS = 6, 4, 5
#: Number of files of an import that fills a disk, of a site whose database, cache or backups fail, and of one that is
#: attacked.
DISK_FILES, SITE_FILES, SMALL_FILES = 200, 60, 40
#: Numbers of backups to kill, and of parts to damage.
BACKUP_KILLS, DAMAGES = 10, 9
#: The variable that is set in the process that may mount disks.
MAY_MOUNT = "DRILL_MAY_MOUNT"


def options() -> Namespace:
    parser = ArgumentParser(prog="python -m drills", description=__doc__)
    parser.add_argument("drills", nargs="*", help=f"which: {', '.join(DRILLS)} (default: all)")
    parser.add_argument("--kills", type=int, default=30, help="how many imports to kill (%(default)s)")
    parser.add_argument("--files", type=int, default=2_000, help="how many files each imports (%(default)s)")
    parser.add_argument("--minutes", type=float, default=10, help="how long the soak takes (%(default)s)")
    parser.add_argument("--attempts", type=int, default=10_000, help="how many wrong log-ins (%(default)s)")
    parser.add_argument("--seed", type=int, default=SystemRandom().randrange(MAX_SEED), help="of the random moments")
    chosen = parser.parse_args()
    if unknown := set(chosen.drills) - DRILLS.keys():
        parser.error(f"no such drill: {', '.join(sorted(unknown))}")
    return chosen


def drill_kill(sandbox: Sandbox, chosen: Namespace, random: Random) -> str:
    base = baseline.take(sandbox, site.write(sandbox.folder / "kill", chosen.files))
    print_line(f"kill: an import of {chosen.files:,} files takes {base.seconds:.1f} s here")
    return kill.drill(sandbox, base, chosen.kills, random)


def drill_stop(sandbox: Sandbox, chosen: Namespace, random: Random) -> str:
    base = baseline.take(sandbox, site.write(sandbox.folder / "stop", chosen.files))
    stopped = stop.drill(sandbox, base, STOPS, random)
    return f"{stopped}; {stop.drill_parsers(sandbox, base, PARSERS, random)}"


def drill_faults(sandbox: Sandbox, _chosen: Namespace, _random: Random) -> str:
    with sandbox.site("faults") as fresh:
        return fresh.inside("faults", sandbox.folder / "faults").strip()


def drill_disk(sandbox: Sandbox, chosen: Namespace, random: Random) -> str:
    if MAY_MOUNT not in os.environ:
        return run_disk_drill(chosen)
    base = baseline.take(sandbox, site.write(sandbox.folder / "full", DISK_FILES))
    filled = disk.drill(sandbox, base, DISKS, random)
    with disk.small_disk(sandbox.folder / "served") as folder:
        return f"{filled}; {served_disk.drill(sandbox, base.content, folder)}"


def run_disk_drill(chosen: Namespace) -> str:
    """Run the drill in a process that may mount disks."""
    command = (*disk.unshare(), sys.executable, "-m", "drills", "disk", "--seed", str(chosen.seed))
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, MAY_MOUNT: "1"}, check=False)
    if done.returncode:
        raise DrillFailed("see above")
    return "see above"


def drill_traffic(sandbox: Sandbox, chosen: Namespace, random: Random) -> str:
    return traffic.drill(sandbox, site.write(sandbox.folder / "traffic", chosen.files), random)


def drill_proxy(sandbox: Sandbox, _chosen: Namespace, _random: Random) -> str:
    return proxy.drill(sandbox, site.write(sandbox.folder / "proxy", SMALL_FILES))


def drill_database(sandbox: Sandbox, _chosen: Namespace, _random: Random) -> str:
    return database.drill(sandbox, site.write(sandbox.folder / "database", SITE_FILES))


def drill_cache(sandbox: Sandbox, _chosen: Namespace, _random: Random) -> str:
    return cache.drill(sandbox, site.write(sandbox.folder / "cache", SITE_FILES))


def drill_backup(sandbox: Sandbox, _chosen: Namespace, random: Random) -> str:
    content = site.write(sandbox.folder / "backup", SITE_FILES)
    return backup.drill(sandbox, content, BACKUP_KILLS, DAMAGES, random)


def drill_login(sandbox: Sandbox, chosen: Namespace, _random: Random) -> str:
    return login.drill(sandbox, site.write(sandbox.folder / "login", SMALL_FILES), chosen.attempts)


def drill_uploads(sandbox: Sandbox, _chosen: Namespace, _random: Random) -> str:
    return uploads.drill(sandbox, site.write(sandbox.folder / "uploads", SMALL_FILES))


def drill_workers(sandbox: Sandbox, chosen: Namespace, _random: Random) -> str:
    return workers.drill(sandbox, chosen.files)


def drill_soak(sandbox: Sandbox, chosen: Namespace, random: Random) -> str:
    return soak.drill(sandbox, site.write(sandbox.folder / "soak", chosen.files), chosen.minutes, random)


Drill = Callable[[Sandbox, Namespace, Random], str]
DRILLS: dict[str, Drill] = {
    "kill": drill_kill,
    "stop": drill_stop,
    "faults": drill_faults,
    "disk": drill_disk,
    "traffic": drill_traffic,
    "proxy": drill_proxy,
    "database": drill_database,
    "cache": drill_cache,
    "backup": drill_backup,
    "login": drill_login,
    "uploads": drill_uploads,
    "workers": drill_workers,
    "soak": drill_soak,
}


def run(name: str, sandbox: Sandbox, chosen: Namespace) -> bool:
    """Run one drill and print its result; return whether it failed."""
    start = time.monotonic()
    try:
        verdict = f"ok, {DRILLS[name](sandbox, chosen, Random(f'{name} {chosen.seed}'))}"
    except DrillSkipped as reason:
        verdict = f"skipped, {reason}"
    except DrillFailed as failure:
        verdict = f"FAILED, {failure}"
    print_line(f"{name}: {verdict} [{time.monotonic() - start:.0f} s]")
    return "FAILED" in verdict


def main() -> None:
    chosen = options()
    with TemporaryDirectory(prefix="medigy-drill-") as folder, closing(Sandbox(Path(folder))) as sandbox:
        print_line(f"Drills on {'PostgreSQL' if sandbox.on_postgres else 'SQLite'}, seed {chosen.seed}")
        failed = [name for name in chosen.drills or DRILLS if run(name, sandbox, chosen)]
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}. Repeat: python -m drills {' '.join(failed)} --seed {chosen.seed}")
    print_line("Passed.")


if __name__ == "__main__":
    main()
