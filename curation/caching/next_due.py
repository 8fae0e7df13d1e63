"""The time at which the next item is published or expires, per content version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from math import inf
from time import monotonic, time

from curation.models import CuratedItem

#: Time after which the database is asked again, although the content has not changed.
MAX_AGE_SECONDS = 60
#: Difference in seconds by which the clock must have been set, forwards or backwards, since the last question.
MIN_STEP_SECONDS = 1


@dataclass(frozen=True, slots=True)
class _Answer:
    """When an item is next due at a version, with the two clocks at the time of the question."""

    version: str
    due: datetime | None
    asked: float
    monotonic: float

    def holds(self, version: str) -> bool:
        passed = monotonic() - self.monotonic
        return (
            self.version == version
            and passed < MAX_AGE_SECONDS
            and abs(time() - self.asked - passed) < MIN_STEP_SECONDS
            and (self.due is None or time() < self.due.timestamp())
        )


#: Replaced as a whole, so threads may share it.
_last = _Answer("", None, 0, 0)


def next_due(version: str) -> float:
    """Return the Unix time at which the next item is published or expires; infinity where none is due.

    Costs one query for each version of the content, and one more whenever that time has come, a minute is over, or the
    clock was set.
    """
    global _last  # noqa: PLW0603  # one value for the whole process
    last = _last
    if not last.holds(version):
        asked, started = time(), monotonic()  # before the query, which may take long
        _last = last = _Answer(version, CuratedItem.objects.next_due(), asked, started)
    return last.due.timestamp() if last.due else inf
