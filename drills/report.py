"""What a drill says while it runs, and how it fails."""

import sys
import time

#: Seconds between two lines of progress where no terminal is.
SELDOM = 20
_last = [time.monotonic()]


class DrillFailed(Exception):
    """What must not happen did; the message says what."""


class DrillSkipped(Exception):
    """This machine does not allow a drill; the message says why."""


def say(line: str) -> None:
    print(f"\r\033[K{line}" if sys.stdout.isatty() else line, flush=True)


def say_again(line: str) -> None:
    """Show how far a drill is, in one line of a terminal, or now and then a line on standard error."""
    if sys.stderr.isatty():
        print(f"\r\033[K  {line}", end="", file=sys.stderr, flush=True)
    elif time.monotonic() - _last[0] > SELDOM:
        _last[0] = time.monotonic()
        print(f"  {line}", file=sys.stderr, flush=True)
