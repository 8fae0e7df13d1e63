"""Ctrl-C and SIGTERM, by which a command is stopped and ends with a summary."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: The exit status of a command that was stopped by hand.
STOPPED = 130

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stoppable() -> Iterator[None]:
    """Have SIGTERM stop a command as Ctrl-C does. Once is enough: what brings it to its end is not stopped again."""
    if threading.current_thread() is not threading.main_thread():  # which alone hears signals
        yield
        return
    before = {number: signal.signal(number, _stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_signal: int, _frame: object) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
