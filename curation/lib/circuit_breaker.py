"""A circuit breaker: a service that failed is left alone for a while, so that not every caller waits for it."""

from __future__ import annotations

from threading import Lock
from time import monotonic


class CircuitBreaker:
    """Whether a service may be called. Threads may share it.

    A failure opens it. While it is open, it allows one call every `pause_seconds`, which tests the service; a success
    closes it.
    """

    def __init__(self, pause_seconds: float) -> None:
        self.pause_seconds = pause_seconds
        self._lock = Lock()
        self._next_call: float | None = None  # by the monotonic clock; `None` while the breaker is closed

    @property
    def is_open(self) -> bool:
        return self._next_call is not None

    def allows_call(self) -> bool:
        """Whether the caller may call the service now. If so, it must record the result."""
        if self._next_call is None:
            return True
        with self._lock:
            if self._next_call is not None and monotonic() < self._next_call:
                return False
            if self._next_call is not None:
                self._next_call = monotonic() + self.pause_seconds  # others wait for the result of this call
            return True

    def record_failure(self) -> None:
        with self._lock:
            self._next_call = monotonic() + self.pause_seconds

    def record_success(self) -> None:
        if self._next_call is not None:
            with self._lock:
                self._next_call = None
