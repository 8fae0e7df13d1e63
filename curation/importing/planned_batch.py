"""The plans of a batch, made before its transaction, and whether the database is still as they found it.

Planning takes longer than writing, and on SQLite no other writer gets a turn during a transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from curation.items.synonyms import wait_for_names
from curation.models import ContentVersion, CuratedItem
from curation.models.content_version import CONTENT_LENGTH

from .history.revisions import BatchRevisions
from .lookup import OpenConflicts, conflicts_of
from .plan import FileOutcome


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The database as plans depend on it: the version of the content, and the conflicts of the items they are about.

    `items` are the IDs of these items. `version` is `None` where nothing is known (`content_version()`).
    """

    version: str | None
    items: frozenset[int] = frozenset()
    conflicts: OpenConflicts = frozenset()

    def lock_unchanged(self) -> bool:
        """Lock the items in the caller's transaction, and return whether the database is still the same.

        An editor's change that is under way is waited for; one that begins later waits for the transaction.
        """
        wait_for_names()
        items = CuratedItem.objects.filter(pk__in=self.items).order_by("pk").select_for_update()
        list(items.values_list("pk"))
        is_same = self.version is not None and content_version() == self.version
        return is_same and conflicts_of(self.items) == self.conflicts


def content_version() -> str | None:
    """Return the version of the content without the renditions of pictures, which no plan reads."""
    token = ContentVersion.committed()
    return token and token[:CONTENT_LENGTH]


@dataclass(frozen=True, slots=True)
class PlannedBatch:
    """The outcomes of the files of a batch, their revisions, and the state of the database that they follow from."""

    outcomes: Sequence[FileOutcome]
    revisions: BatchRevisions
    state: DatabaseState
