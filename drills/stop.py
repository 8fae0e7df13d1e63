"""Ctrl-C and SIGTERM at random moments: an import ends with a summary, and the next one completes it. And parser
processes killed under an import, as by a machine out of memory: it goes on.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from random import Random

from benchmarks.imports import session_of
from drills.baseline import Baseline
from drills.kill import STARTED, WAYS, until
from drills.report import DrillFailed, say_again
from drills.sandbox import Sandbox, Site, await_end_of_session, end_of

STOPPED = 130
SUMMARY = "(stopped by hand: the next run completes it)"


def drill(sandbox: Sandbox, baseline: Baseline, stops: int, random: Random) -> str:
    """Stop so many imports, each into a fresh site."""
    done, _sites = until(stops, "stop", sandbox, lambda site: _stop_and_complete(site, baseline, random))
    return f"{done} imports stopped by Ctrl-C or SIGTERM; each said so, and was completed by the next"


def _stop_and_complete(site: Site, baseline: Baseline, random: Random) -> bool:
    """Stop an import and let another complete it; return whether it was stopped, neither too early nor too late."""
    number, send = random.choice((signal.SIGINT, signal.SIGTERM)), random.choice(WAYS)
    seconds = random.uniform(STARTED, 1) * baseline.seconds
    how = f"{number.name} by {send.__name__} at {seconds:.3f} s"
    process = site.start("import_markdown", baseline.content)
    time.sleep(seconds)
    if process.poll() is None:
        send(process.pid, number)
    ended = end_of(process)
    await_end_of_session(process.pid)
    runs = baseline.compare_part(site, how)
    if not runs or ended.code in (0, 1):
        return False
    if ended.code != STOPPED or SUMMARY not in ended.output or "Traceback" in ended.errors:
        raise DrillFailed(f"{how}: no summary, but {ended.said}")
    site.complete(baseline.content)
    baseline.compare(site, f"completed after {how}", [*runs, "finished"])
    return True


def drill_parsers(sandbox: Sandbox, baseline: Baseline, kills: int, random: Random) -> str:
    """Kill a parser process, or the one that they are forked from, under each of so many imports."""
    killed = 0
    for number in range(kills):
        with sandbox.site(f"parser_{number}") as site:
            process = site.start("import_markdown", baseline.content)
            time.sleep(random.uniform(STARTED, 1) * baseline.seconds)
            what = _kill_one_of(process.pid, random)
            end_of(process).check_complete()
            await_end_of_session(process.pid)
            baseline.compare(site, f"{what} killed", ["finished"])
            killed += what != ""
        say_again(f"{number + 1} of {kills} parsers")
    return f"{killed} parser processes killed; every import went on to its end"


def _kill_one_of(session: int, random: Random) -> str:
    """Kill a process that an import started; return what it was, nothing if there was none."""
    found = [process for process in Path("/proc").glob("[0-9]*") if session_of(process) == session]
    others = [process for process in found if int(process.name) != session]
    if not others:
        return ""
    process = random.choice(others)
    os.kill(int(process.name), signal.SIGKILL)
    return f"process {process.name} of {sorted(int(other.name) for other in others)}"
