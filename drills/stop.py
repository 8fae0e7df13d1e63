"""Stop imports by Ctrl-C and SIGTERM at random moments, and kill their parser processes.

A stopped import ends with a summary, and the next one completes it. An import whose parser process is killed, as for
lack of memory, goes on.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random

from benchmarks.imports import session_of
from drills.baseline import Baseline
from drills.kill import KILL_FUNCTIONS, STARTED, repeat_until
from drills.report import DrillFailed, print_progress
from drills.sandbox import Sandbox, SandboxSite, wait_for, wait_for_session

STOPPED = 130
SUMMARY = "(stopped by hand: the next run completes it)"


def drill(sandbox: Sandbox, baseline: Baseline, stops: int, random: Random) -> str:
    """Stop a number of imports, each into a fresh site."""
    done, _sites = repeat_until(stops, "stop", sandbox, lambda site: _stop_and_complete(site, baseline, random))
    return f"{done} imports stopped by Ctrl-C or SIGTERM; each reported it, and was completed by the next"


def _stop_and_complete(site: SandboxSite, baseline: Baseline, random: Random) -> bool:
    """Stop an import and let another complete it; return whether it was running when it was stopped."""
    number, send = random.choice((signal.SIGINT, signal.SIGTERM)), random.choice(KILL_FUNCTIONS)
    seconds = random.uniform(STARTED, 1) * baseline.seconds
    how = f"{number.name} by {send.__name__} at {seconds:.3f} s"
    process = site.start("import_markdown", baseline.content)
    time.sleep(seconds)
    if process.poll() is None:
        send(process.pid, number)
    ended = wait_for(process)
    wait_for_session(process.pid)
    runs = baseline.compare_part(site, how)
    if not runs or ended.code in (0, 1):
        return False
    if ended.code != STOPPED or SUMMARY not in ended.output or "Traceback" in ended.errors:
        raise DrillFailed(f"{how}: no summary, but {ended.summary}")
    site.complete(baseline.content)
    baseline.compare(site, f"completed after {how}", [*runs, "finished"])
    return True


def drill_parsers(sandbox: Sandbox, baseline: Baseline, kills: int, random: Random) -> str:
    """Kill a parser process, or the fork server, of each of a number of imports."""
    killed = 0
    for number in range(kills):
        with sandbox.site(f"parser_{number}") as site:
            process = site.start("import_markdown", baseline.content)
            time.sleep(random.uniform(STARTED, 1) * baseline.seconds)
            killed_process = _kill_one_of(process.pid, random)
            wait_for(process).check_complete()
            wait_for_session(process.pid)
            baseline.compare(site, f"{killed_process} killed", ["finished"])
            killed += killed_process != ""
        print_progress(f"{number + 1} of {kills} parsers")
    return f"{killed} parser processes killed; every import was completed"


def _kill_one_of(session: int, random: Random) -> str:
    """Kill a parser process or the fork server of an import; return its description, "" if there is none."""
    found = [process for process in Path("/proc").glob("[0-9]*") if session_of(process) == session]
    others = [process for process in found if int(process.name) != session and not _is_tracker(process)]
    if not others:
        return ""
    process = random.choice(others)
    os.kill(int(process.name), signal.SIGKILL)
    return f"process {process.name} of {sorted(int(other.name) for other in others)}"


def _is_tracker(process: Path) -> bool:
    """Whether a process is Python's resource tracker, which frees the semaphores that others leave.

    An import goes on without it, but Python starts another one, and that prints a traceback for each semaphore that it
    does not know.
    """
    try:
        return b"resource_tracker" in (process / "cmdline").read_bytes()
    except OSError:  # it has ended
        return True
