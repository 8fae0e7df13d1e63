"""Changes of any number of items: their batch size and result, the declared bulk actions, and their undo."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

#: Ids that one statement names; databases limit its parameters.
BATCH = 10_000


class Refused(Exception):
    """A change that cannot be executed. The message gives the reason."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """The ids of the items that were changed, and the reason for each item that was skipped, by its id.

    A reason completes “1 skipped: …”. `scheduled` counts the changed items whose publication time is in the future.
    """

    changed: list[int]
    skipped: Mapping[int, str] = field(default_factory=dict)
    scheduled: int = 0


def id_batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids in lists of at most `BATCH`."""
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
