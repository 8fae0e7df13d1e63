"""Deleting rows that nobody needs any more, in short transactions. The worker does so every day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from curation.db.timed_batches import TimedBatches
from curation.db.wal import truncate_wal
from curation.importing.sources import uploads
from curation.items import presence
from curation.items.bulk.changes import KEEP_PREPARED
from curation.models import BulkChange, ImportRecord, ImportRun, ImportUndo, Presence, SavedForm

from .login_attempts import old_attempts

#: Maximum number of rows of a transaction.
MAX_ROWS = 5_000
#: Time in which a form of a new object can be sent again without effect.
SAVED_FORM_AGE = timedelta(days=7)
#: The outcomes of runs that have ended. Those of others can be undone or completed.
ENDED = (ImportRun.Outcome.FINISHED, ImportRun.Outcome.FAILED, ImportRun.Outcome.INTERRUPTED, ImportRun.Outcome.UNDONE)


@dataclass(frozen=True, slots=True)
class Pruning:
    """Rows that are deleted once they are old: `find(now)` returns them."""

    title: str
    find: Callable[[datetime], QuerySet[Any]]


def _import_records(now: datetime) -> QuerySet[Any]:
    """Return the records of old imports; not those of the latest one, or of one whose undo has not ended.

    The runs themselves stay: the history of items names them.
    """
    runs = ImportRun.objects.filter(outcome__in=ENDED, started_at__lt=now - timedelta(days=settings.IMPORT_RECORD_DAYS))
    latest = ImportRun.objects.order_by("-pk").values("pk")[:1]
    undos = ImportUndo.objects.filter(state__in=(ImportUndo.State.PLANNING, ImportUndo.State.UNDOING)).values("run")
    return (
        ImportRecord.objects.filter(run__in=runs)
        .exclude(run__in=list(latest.values_list("pk", flat=True)))
        .exclude(run__in=undos)
    )


def _task_results(now: datetime) -> QuerySet[Any]:
    ended = (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)
    return DBTaskResult.objects.filter(
        status__in=ended, finished_at__lt=now - timedelta(days=settings.TASK_RESULT_DAYS)
    )


def _ended_sessions(now: datetime) -> QuerySet[Any]:
    sessions = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gte=now)
    found: QuerySet[Any] = UserSession.objects.filter(~Exists(sessions))
    return found


PRUNINGS = (
    Pruning("records of imports", _import_records),
    Pruning("results of background tasks", _task_results),
    Pruning("expired sessions", lambda now: Session.objects.filter(expire_date__lt=now)),
    Pruning("addresses and browsers of ended sessions", _ended_sessions),
    Pruning("wrong log-ins", old_attempts),
    Pruning("editors who left a form", lambda now: Presence.objects.filter(seen_at__lte=now - presence.MAX_AGE)),
    Pruning("forms that were saved", lambda now: SavedForm.objects.filter(saved_at__lt=now - SAVED_FORM_AGE)),
    Pruning(
        "actions that nobody confirmed",
        lambda now: BulkChange.objects.filter(outcome=BulkChange.Outcome.PREPARED, created_at__lt=now - KEEP_PREPARED),
    ),
)


def prune(*, dry_run: bool = False) -> Iterator[tuple[str, int]]:
    """Delete all that is old; yield the title and number of rows of each kind. A dry run only counts.

    At the end, files of old uploads are deleted, and the write-ahead log of SQLite is emptied.
    """
    now = timezone.now()
    for pruning in PRUNINGS:
        found = pruning.find(now)
        yield pruning.title, found.count() if dry_run else _delete(found)
    if not dry_run:
        uploads.discard_old()
        truncate_wal()


def _delete(found: QuerySet[Any]) -> int:
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    rows = found.model._base_manager

    def delete(some: Sequence[Any]) -> int:
        rows.filter(pk__in=some).delete()
        return len(some)

    TimedBatches(MAX_ROWS).write(keys, delete)
    return len(keys)
