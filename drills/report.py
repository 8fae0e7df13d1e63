"""The output of drills, and their exceptions."""

import sys
import time

#: Seconds between two lines of progress without a terminal.
PROGRESS_SECONDS = 20
_last = [time.monotonic()]


class DrillFailed(Exception):
    """A drill has found an error, which the message describes."""


class DrillSkipped(Exception):
    """This machine does not allow a drill. The message gives the reason."""


def print_line(line: str) -> None:
    print(f"\r\033[K{line}" if sys.stdout.isatty() else line, flush=True)


def print_progress(line: str) -> None:
    """Show the progress of a drill: in one line of a terminal, or as a line every `PROGRESS_SECONDS`."""
    if sys.stderr.isatty():
        print(f"\r\033[K  {line}", end="", file=sys.stderr, flush=True)
    elif time.monotonic() - _last[0] > PROGRESS_SECONDS:
        _last[0] = time.monotonic()
        print(f"  {line}", file=sys.stderr, flush=True)
