"""Undo of import runs: the plan, its confirmation, the progress and the result."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_tasks.base import Task

from curation import tasks
from curation.admin.links import bin_url, edit_url
from curation.admin.read_only import ReadOnlyAdmin
from curation.importing import undo_jobs
from curation.importing.history import ledger
from curation.importing.history.undo import CannotUndo, check
from curation.items import workflow
from curation.items.actors import Actor
from curation.items.bin import BIN_DAYS, day_text, items_of_undone, restorable_until
from curation.models import ImportRecord, ImportRun, ImportUndo
from curation.operations import stale_tasks

State = ImportUndo.State

logger = logging.getLogger(__name__)

#: Words for the numbers of a result and of a plan: for one item, and for several.
RESULT_WORDS = {
    "binned": ("item moved to the bin", "items moved to the bin"),
    "restored": ("put back as it was", "put back as they were"),
    "partial": ("put back but for fields edited since",) * 2,
    "kept": ("left alone",) * 2,
}
PLAN_WORDS = {
    "binned": ("to move to the bin",) * 2,
    "restored": ("to put back",) * 2,
    "partial": ("to put back in part",) * 2,
    "kept": ("to leave alone",) * 2,
}


@dataclass(frozen=True, slots=True)
class UndoneFile:
    """A file of a plan or a result, with the title and page of its item if that exists, and the reason if skipped."""

    record: int
    path: str
    title: str
    url: str
    reason: str = ""


class UndoViews(ReadOnlyAdmin):
    """The views of undos, a part of the admin of import runs. No GET plans or changes anything."""

    def get_urls(self) -> list[URLPattern]:
        undo_view = require_http_methods(["GET", "POST"])(self.undo_view)
        return [
            self.guarded_path("<int:pk>/undo/", undo_view, "undo", self.may_undo),
            self.guarded_path("<int:pk>/undo/plan/", require_POST(self.plan_undo_view), "plan_undo", self.may_undo),
            self.guarded_path(
                "<int:pk>/undo/progress/",
                require_GET(self.undo_progress_view),
                "undo_progress",
                self.has_view_permission,
            ),
            *super().get_urls(),
        ]

    def may_undo(self, request: HttpRequest) -> bool:
        return workflow.may_undo(Actor.of(request.user))

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the page of an undo that has not begun: its plan, or a button that makes one. POST begins it."""
        run = get_object_or_404(ImportRun, pk=pk)
        try:
            check(run)
            if request.method == "POST":
                return self._begin_undo(request, run)
        except CannotUndo as error:
            return self._redirect_with_message(request, run, str(error))
        row = ImportUndo.objects.filter(run=run).first()
        if row and row.state in (State.UNDOING, State.DONE):
            return redirect("admin:curation_importrun_change", pk)
        context = self.page_context(request, f"Undo {run}", run=run, undo=row, **(_plan_context(row) if row else {}))
        return TemplateResponse(request, "admin/curation/importrun/undo.html", context)

    def plan_undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Plan an undo, or queue that for the worker."""
        run = get_object_or_404(ImportRun, pk=pk)
        try:
            self._claim_and_work(request, run, undo_jobs.request_plan, tasks.plan_undo, undo_jobs.make_plan)
        except CannotUndo as error:
            return self._redirect_with_message(request, run, str(error))
        return redirect("admin:curation_importrun_undo", pk)

    def _begin_undo(self, request: HttpRequest, run: ImportRun) -> HttpResponse:
        """Undo a run, or queue that for the worker; at once refused while an import runs. Raises `CannotUndo`."""
        ledger.reap_dead_runs()
        if busy := ledger.describe_running():
            message = f"{run} is not undone: {busy}; try again when that is over."
            return self._redirect_with_message(request, run, message)
        self._claim_and_work(request, run, undo_jobs.request_undo, tasks.undo_import, undo_jobs.execute)
        row = ImportUndo.objects.get(run=run)
        if row.state == State.DONE:
            level = messages.WARNING if _has_skipped(row) else messages.SUCCESS
            self.message_user(request, undo_jobs.summarise(row), level)
        return redirect("admin:curation_importrun_change", run.pk)

    def _claim_and_work(
        self,
        request: HttpRequest,
        run: ImportRun,
        claim: Callable[[ImportRun, Actor], ImportUndo | None],
        task: Task[[int], None],
        work: Callable[[ImportUndo], None],
    ) -> None:
        """Mark an undo by `claim`, then do small work now, and queue large work as a task in the same transaction."""
        with transaction.atomic():
            row = claim(run, Actor.of(request.user))
            if row and not undo_jobs.is_small(row):
                task.enqueue(row.pk)
                return
        if row is None:
            return
        try:
            work(row)
        except ledger.Busy:
            task.enqueue(row.pk)
        except Exception:
            logger.exception("%s failed", row)  # the page shows the failure

    def _redirect_with_message(self, request: HttpRequest, run: ImportRun, message: str) -> HttpResponse:
        self.message_user(request, message, messages.ERROR)
        return redirect("admin:curation_importrun_change", run.pk)

    def undo_progress_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return the progress of a plan or of an undo as JSON; `progress.js` polls it."""
        reap_dead_runs()
        row = get_object_or_404(ImportUndo, run=pk)
        is_over = row.state not in (State.PLANNING, State.UNDOING)
        return JsonResponse({"done": row.done, "files": row.files, "is_over": is_over})


def reap_dead_runs() -> None:
    """Mark runs whose process died as interrupted, and enqueue again the tasks of dead workers."""
    ledger.reap_dead_runs()
    stale_tasks.requeue()


def undo_context(run: ImportRun) -> dict[str, Any]:
    """Return the template context of a run's page: its undo that is under way, has failed or is done, if any."""
    row = ImportUndo.objects.filter(run=run).first()
    if row is None or row.state in (State.PLANNING, State.PLANNED):
        return {}
    has_stopped = undo_jobs.is_stalled(row) or (row.state == State.FAILED and row.result is not None)
    context: dict[str, Any] = {"undo": row, "undo_has_stopped": has_stopped}
    if row.state == State.DONE and row.result:
        context["undone"] = _described(row.result)
        if in_bin := items_of_undone(run).count():
            until = day_text(restorable_until(row.heartbeat_at))
            context |= {"in_bin": in_bin, "bin_url": bin_url(undone_run=run), "restorable_until": until}
        context["undone_parts"] = _parts(row.result, RESULT_WORDS)
        if row.plan and _parts(row.plan, PLAN_WORDS) != _parts(row.result, PLAN_WORDS):
            context |= {"plan_differs": True, "plan_parts": _parts(row.plan, PLAN_WORDS)}
    return context


def _plan_context(row: ImportUndo) -> dict[str, Any]:
    context: dict[str, Any] = {"is_stalled": undo_jobs.is_stalled(row)}
    if row.state == State.PLANNED and row.plan:
        context |= {"plan": _described(row.plan), "is_outdated": undo_jobs.is_outdated(row), "bin_days": BIN_DAYS}
    return context


def _parts(result: Mapping[str, Any], words: Mapping[str, tuple[str, str]]) -> list[tuple[int, str]]:
    """Return the numbers of a plan or a result that are not zero, with their words for one item or for several."""
    return [(result[name], one if result[name] == 1 else many) for name, (one, many) in words.items() if result[name]]


def _has_skipped(row: ImportUndo) -> bool:
    return bool(row.result and row.result["skipped_records"])


def _undone_file(record: ImportRecord) -> UndoneFile:
    item = record.item
    return UndoneFile(record.pk, record.path, str(item) if item else "", edit_url(item) if item else "")


def _described(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plan or a result with the files that it names, loaded in one query."""
    skipped = result["skipped_records"]
    ids = [*result["binned_records"], *result["restored_records"], *(record for record, _ in skipped)]
    records = ImportRecord.objects.filter(pk__in=ids).select_related("item")
    columns = ("path", "item__title", "item__slug", "item__status")
    files = {record.pk: _undone_file(record) for record in records.only(*columns)}
    return {
        **result,
        "binned_files": [files[pk] for pk in result["binned_records"] if pk in files],
        "restored_files": [files[pk] for pk in result["restored_records"] if pk in files],
        "skipped_files": [replace(files[pk], reason=reason) for pk, reason in skipped if pk in files],
        "skipped": result["partial"] + result["kept"],
    }
