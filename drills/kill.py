"""Kill imports (SIGKILL) at random moments: the next import completes each, as if it had not been killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from random import Random

from drills.baseline import Baseline
from drills.report import DrillFailed, print_progress
from drills.sandbox import Sandbox, SandboxSite, wait_for, wait_for_session

#: The part of its duration after which an import has certainly begun.
STARTED = 0.1
#: Maximum number of further attempts for imports that end before they are killed.
MAX_EXTRA_TRIES = 50
#: The numbers of imports of one site that are killed before one is completed; chosen at random.
KILLS_PER_SITE = (1, 1, 2)

#: Kill only the import, or all its processes as when power fails.
KILL_FUNCTIONS: tuple[Callable[[int, int], None], ...] = (os.kill, os.killpg)


def drill(sandbox: Sandbox, baseline: Baseline, kills: int, random: Random) -> str:
    """Kill a number of imports, each into a fresh site; some a second time during their completion."""
    done, sites = repeat_until(kills, "kill", sandbox, lambda site: _kill_and_complete(site, baseline, random))
    return f"{done} imports killed on {sites} sites; completed, each site equals an undisturbed one"


def repeat_until(wanted: int, name: str, sandbox: Sandbox, attempt: Callable[[SandboxSite], int]) -> tuple[int, int]:
    """Make attempts, each on a fresh site, until `wanted` imports were hit while they ran.

    Return the number of imports that were hit, and that of sites.
    """
    done = sites = 0
    while done < wanted:
        sites += 1
        if sites > wanted + MAX_EXTRA_TRIES:
            raise DrillFailed(f"imports end before the {name}; give them more files")
        with sandbox.site(f"{name}_{sites}") as site:
            done += attempt(site)
        print_progress(f"{done} of {wanted} {name}s")
    return done, sites


def _kill_and_complete(site: SandboxSite, baseline: Baseline, random: Random) -> int:
    """Kill an import once or twice and let another complete it; return the number of kills that hit it running."""
    moments, killed = [], 0
    for _ in range(random.choice(KILLS_PER_SITE)):
        kill, seconds = random.choice(KILL_FUNCTIONS), random.uniform(STARTED, 1) * baseline.seconds
        moments.append(f"{kill.__name__} at {seconds:.3f} s")
        killed += _kill_one(site, baseline, kill, seconds)
        runs = baseline.compare_part(site, ", ".join(moments), killed=True)
    site.complete(baseline.content)
    ended = ["interrupted" if run == "running" else run for run in runs]
    baseline.compare(site, f"completed after {', '.join(moments)}", [*ended, "finished"])
    return killed


def _kill_one(site: SandboxSite, baseline: Baseline, kill: Callable[[int, int], None], seconds: float) -> bool:
    """Start an import and kill it; return whether it was still running."""
    process = site.start("import_markdown", baseline.content)
    time.sleep(seconds)
    in_time = process.poll() is None
    if in_time:
        kill(process.pid, signal.SIGKILL)
    wait_for(process)
    wait_for_session(process.pid)
    return in_time
