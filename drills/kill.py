"""kill -9 at random moments of an import: whatever it was at, the next one completes it, as if nothing had happened."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from random import Random

from drills.baseline import Baseline
from drills.report import DrillFailed, say_again
from drills.sandbox import Sandbox, Site, await_end_of_session, end_of

#: Before this part of its time an import has not begun.
STARTED = 0.1
#: A run that ended before it could be killed is tried again at another moment, so often.
MOST_TRIES = 50
#: How many imports of one site are killed, one after the other, before one may come to its end.
IN_A_ROW = (1, 1, 2)

#: The import alone, or with every process that it started, as when power fails.
WAYS: tuple[Callable[[int, int], None], ...] = (os.kill, os.killpg)


def drill(sandbox: Sandbox, baseline: Baseline, kills: int, random: Random) -> str:
    """Kill so many imports, each into a fresh site; some a second time, when they are to be completed."""
    done, sites = until(kills, "kill", sandbox, lambda site: _kill_and_complete(site, baseline, random))
    return f"{done} imports killed on {sites} sites; completed, each site was as if nothing had happened"


def until(wanted: int, what: str, sandbox: Sandbox, attempt: Callable[[Site], int]) -> tuple[int, int]:
    """Make attempts, each on a fresh site, until so many imports were met while they ran; return how many were, and the
    number of sites.
    """
    done = sites = 0
    while done < wanted:
        sites += 1
        if sites > wanted + MOST_TRIES:
            raise DrillFailed(f"imports end sooner than a {what} can meet them; give them more files")
        with sandbox.site(f"{what}_{sites}") as site:
            done += attempt(site)
        say_again(f"{done} of {wanted} {what}s")
    return done, sites


def _kill_and_complete(site: Site, baseline: Baseline, random: Random) -> int:
    """Kill an import once or twice, let another complete it, and return how often it was killed in time."""
    moments, killed = [], 0
    for _ in range(random.choice(IN_A_ROW)):
        kill, seconds = random.choice(WAYS), random.uniform(STARTED, 1) * baseline.seconds
        moments.append(f"{kill.__name__} at {seconds:.3f} s")
        killed += _kill_one(site, baseline, kill, seconds)
        runs = baseline.compare_part(site, ", ".join(moments), killed=True)
    site.complete(baseline.content)
    ended = ["interrupted" if run == "running" else run for run in runs]
    baseline.compare(site, f"completed after {', '.join(moments)}", [*ended, "finished"])
    return killed


def _kill_one(site: Site, baseline: Baseline, kill: Callable[[int, int], None], seconds: float) -> bool:
    """Start an import and kill it; return whether it was still there."""
    process = site.start("import_markdown", baseline.content)
    time.sleep(seconds)
    in_time = process.poll() is None
    if in_time:
        kill(process.pid, signal.SIGKILL)
    end_of(process)
    await_end_of_session(process.pid)
    return in_time
