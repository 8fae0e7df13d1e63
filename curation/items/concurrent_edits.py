"""Merge what an editor typed into an item that others have changed since the editor opened it.

A three-way merge by field: `base` is the state that the editor's form showed, `live` the item's state now. A field that
the editor left as it was keeps its live value, one that nobody else changed gets the editor's. A field that both
changed, to different values, is a clash, which the editor decides. Lists are merged by their entries and never clash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.utils import timezone

from curation.models import CuratedItem, Revision

from .merge import merge_lists
from .record import with_record_relations
from .revisions import last_id, state_at
from .state import LABELS, State, changes_between, state_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version:
    """The version of an item that a form was made from: its last revision, and the time of its last change.

    `read_at` is the time when the form was made: the form has the names that tags had then.
    """

    revision_id: int
    updated_at: str
    read_at: datetime = field(default_factory=timezone.now, compare=False)

    @classmethod
    def of(cls, item: CuratedItem) -> Version:
        return cls(last_id(item), item.updated_at.isoformat())

    @classmethod
    def read(cls, text: str) -> Version | None:
        """Return a version as `str()` writes it; `None` for any other text."""
        number, _, times = text.partition("@")
        updated_at, _, read_at = times.partition("@")
        if not (number.isascii() and number.isdecimal() and len(number) < 19 and updated_at):
            return None
        try:
            return cls(int(number), updated_at, datetime.fromisoformat(read_at).astimezone(UTC))
        except (ValueError, OverflowError):
            return None

    def __str__(self) -> str:
        return f"{self.revision_id}@{self.updated_at}@{self.read_at.isoformat()}"


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that both sides changed: its values as JSON, and who changed it and when, if a revision says so.

    `before` is `None` if the former value is unknown. `token` names the live value that the editor was shown. A change
    `is_own` if the editor made it, in another window; one that `is_import` is nobody's own.
    """

    field: str
    before: Any
    theirs: Any
    mine: Any
    changed_by: str
    changed_at: datetime | None
    is_own: bool = False
    is_import: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.field]

    @property
    def token(self) -> str:
        return token_of(self.theirs)


def token_of(value: Any) -> str:
    """Return a digest of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class ConcurrentEdit:
    """An item that is being saved: its state when the form was made, its live state, and the revisions in between.

    `is_base_known` is false if the form has no version that can be read, or if the item was changed without a revision,
    by hand in the database for example. Every field then counts as changed by others.
    """

    base: State
    live: State
    revisions: Sequence[Revision] = ()
    is_base_known: bool = True
    user_id: int | None = None
    #: The ID of the last revision of the live item.
    live_id: int = 0
    #: Values that the editor gave up for the live ones, with the live value first, by field: not lost, but a revision.
    not_taken: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, item: CuratedItem, version: Version | None, user_id: int | None = None) -> ConcurrentEdit:
        """Return the edit of an item, which the caller has locked, by a form of a version; `None` is an unknown one."""
        live = state_of(with_record_relations(CuratedItem.objects.filter(pk=item.pk)).get())
        now = Version.of(item)
        if version == now:
            return cls(live, live, live_id=now.revision_id)
        if version is None or version.revision_id == now.revision_id:
            return cls(live, live, is_base_known=False, live_id=now.revision_id)
        later = item.revisions.filter(is_applied=True, pk__gt=version.revision_id).order_by("-id")
        base = state_at(item, version.revision_id, live)
        return cls(base, live, list(later), user_id=user_id, live_id=now.revision_id)

    @property
    def changed_by_others(self) -> set[str]:
        """The fields that others changed."""
        return set(changes_between(self.base, self.live)) if self.is_base_known else set(LABELS)

    def clash(self, name: str, mine: Any) -> Clash:
        """Return the clash of a field, to which the editor gives the value `mine`, as JSON."""
        revision = next((row for row in self.revisions if name in row.changes), None)
        return Clash(
            name,
            self.base.get(name) if self.is_base_known else None,
            self.live.get(name),
            mine,
            revision.done_by(None) if revision else "",
            revision.created_at if revision else None,
            is_own=revision is not None and revision.is_by(self.user_id),
            is_import=revision is not None and revision.is_import,
        )

    def merged(self, name: str, mine: Sequence[T], key: Callable[[Any], Hashable]) -> tuple[Hashable, ...]:
        """Return the keys of a list of the editor's, merged with what others added to it and removed from it.

        `key` takes entries of the editor's and of states.
        """
        live, wanted = ([key(entry) for entry in entries] for entries in (self.live[name], mine))
        # Without a base, nothing counts as removed.
        base = map(key, self.base[name]) if self.is_base_known else (entry for entry in live if entry in wanted)
        return merge_lists(list(base), live, wanted, _same)


def _same(key: Hashable) -> Hashable:
    return key
