"""Import runs: their list, the page of one, and its buttons: complete, run the failures again, undo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from curation.admin.badges import badge
from curation.admin.base import row_count
from curation.admin.read_only import MomentFilter, NameFilter, may_change_any
from curation.admin_site.file_names import file_names
from curation.importing import jobs
from curation.importing.history import ledger
from curation.importing.history.undo import were_records_pruned
from curation.importing.sources.discover import UsageError
from curation.importing.sources.uploads import Upload
from curation.items.actors import Actor
from curation.items.checks import count_failures
from curation.models import Conflict, CuratedItem, ImportRecord, ImportRun

from .option_words import option_words
from .problems import summarise_problems
from .run_page import conflicts_context, files_context, is_of_program
from .undo import UndoViews, reap_dead_runs, undo_context
from .upload import UploadViews, run_or_enqueue

Outcome = ImportRun.Outcome

#: The outcomes of runs that have not ended.
UNDER_WAY = (Outcome.QUEUED, Outcome.RUNNING)
#: Maximum number of names of a path that the list shows, from its end.
MAX_NAMES = 2
_OPEN_CONFLICTS = row_count(Conflict, "run", "item")
#: The outcomes of files by the names of their counts, with the names that import records give them.
RECORDED_OUTCOMES = {
    "created": ImportRecord.Outcome.CREATED,
    "updated": ImportRecord.Outcome.UPDATED,
    "conflicted": ImportRecord.Outcome.CONFLICTED,
    "rejected": ImportRecord.Outcome.REJECTED,
    "skipped": ImportRecord.Outcome.SKIPPED,
    "archived": ImportRecord.Outcome.PRUNED,
}


#: The words of the counts for editors, where they differ from their names.
COUNT_WORDS = {"created": "new", "conflicted": "in conflict", "skipped": "left out"}


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the list shows it. `source` is the name of its first file or folder."""

    run: ImportRun
    state: SafeString
    source: str
    duration: str
    counts: list[tuple[str, str, int, str]]


@admin.register(ImportRun)
class ImportRunAdmin(UndoViews, UploadViews):
    list_display = ("__str__",)
    sortable_by = ()
    list_filter = ("outcome", ("started_at", MomentFilter), ("started_by", NameFilter))
    search_fields = ("started_by", "message")
    search_help_text = "Who started it, or how it ended."

    class Media:
        css = {"all": ["admin-curation/imports.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        runs: QuerySet[Any] = super().get_queryset(request).annotate(first_path=KT("paths__0"))
        runs = runs.annotate(open_conflicts=_OPEN_CONFLICTS)
        return runs.defer("paths", "options", "made")

    def get_urls(self) -> list[URLPattern]:
        may_import = self.has_add_permission
        return [
            self.guarded_path(
                "<int:pk>/progress/", require_GET(self.progress_view), "progress", self.has_view_permission
            ),
            self.guarded_path("<int:pk>/again/", require_POST(self.rerun_failures_view), "again", may_import),
            self.guarded_path("<int:pk>/go-on/", require_POST(self.complete_view), "go_on", may_import),
            *super().get_urls(),
        ]

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        reap_dead_runs()
        response = super().changelist_view(request, {"title": "Imports", **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data:
            response.context_data["rows"] = list(map(_row, response.context_data["cl"].result_list))
        return response

    # The page of one run

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Return the page of a run."""
        reap_dead_runs()
        run = self.get_object(request, object_id)
        if run is None or not self.has_view_permission(request, run):
            return super().change_view(request, object_id, form_url, extra_context)
        context = self.page_context(
            request,
            str(run),
            run=run,
            state=outcome_badge(run),
            duration=describe_duration(run),
            counts=linked_counts(run),
            files=files_context(run),
            summary=summarise_problems(run),
            options=option_words(run.options),
            failed_checks=count_failures(CuratedItem.objects.not_binned().filter(pk__in=_written(run))),
            is_of_program=is_of_program(run),
            may_resolve=may_change_any(request),
            **conflicts_context(run, Actor.of(request.user)),
            **self._buttons(request, run),
            **undo_context(run),
        )
        return TemplateResponse(request, "admin/curation/importrun/run.html", context)

    def _buttons(self, request: HttpRequest, run: ImportRun) -> dict[str, bool]:
        """Return which buttons the page of a run shows to the user, and a reason for those that it does not."""
        has_ended = run.outcome not in UNDER_WAY
        were_pruned = has_ended and were_records_pruned(run)
        may_import = self.has_add_permission(request) and has_ended and run.outcome != Outcome.UNDONE
        has_stopped = run.outcome in (Outcome.INTERRUPTED, Outcome.FAILED)
        return {
            "is_over": is_over(run),
            "can_complete": may_import and has_stopped and (has_upload(run) or run.failures_of is not None),
            "can_rerun_failures": may_import
            and bool(run.counts.get("rejected"))
            and (has_upload(run) or not run.upload),
            "can_undo": self.may_undo(request) and has_ended and run.outcome != Outcome.UNDONE and not were_pruned,
            "were_records_pruned": were_pruned,
            "may_undo": self.may_undo(request),
        }

    def progress_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return the progress of a run as JSON; `progress.js` polls it."""
        reap_dead_runs()
        run = get_object_or_404(ImportRun, pk=pk)
        return JsonResponse({"done": run.counts.get("seen", 0), "files": run.files, "is_over": is_over(run)})

    # The buttons

    def rerun_failures_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import the files that a run rejected in a new run."""
        run = get_object_or_404(ImportRun, pk=pk)
        try:
            rerun = jobs.queue(request.user, jobs.options_to_try_again(run), failures_of=run)  # type: ignore[arg-type]  # logged in
        except UsageError as error:
            return self._redirect_with_error(request, run, str(error))
        run_or_enqueue(rerun)
        return redirect("admin:curation_importrun_change", rerun.pk)

    def complete_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Complete a run that stopped."""
        run = get_object_or_404(ImportRun, pk=pk, outcome__in=ledger.STARTABLE)
        if not has_upload(run) and run.failures_of is None:
            raise Http404
        run_or_enqueue(run)
        return redirect("admin:curation_importrun_change", pk)

    def _redirect_with_error(self, request: HttpRequest, run: ImportRun, message: str) -> HttpResponse:
        self.message_user(request, message, messages.ERROR)
        return redirect("admin:curation_importrun_change", run.pk)


def _written(run: ImportRun) -> QuerySet[Any]:
    """Return the IDs of the items that a run created or updated."""
    outcomes = (ImportRecord.Outcome.CREATED, ImportRecord.Outcome.UPDATED)
    return run.records.filter(outcome__in=outcomes, item__isnull=False).values("item")


def is_over(run: ImportRun) -> bool:
    """Whether a run will not continue by itself. The next worker completes an interrupted one with its upload."""
    will_continue = run.outcome == Outcome.INTERRUPTED and has_upload(run)
    return run.outcome not in UNDER_WAY and not will_continue


def has_upload(run: ImportRun) -> bool:
    """Whether the files that were uploaded for a run are still stored."""
    return bool(run.upload) and Upload(run.upload).is_there


def outcome_badge(run: ImportRun) -> SafeString:
    return badge(run.outcome, run.get_outcome_display())


def _row(run: Any) -> RunRow:
    source, duration = _source(run.first_path or ""), describe_duration(run)
    return RunRow(run, outcome_badge(run), source, duration, linked_counts(run))


def _source(path: str) -> str:
    """Return the last names of a path of the server, or the name of an upload."""
    return "/".join(path.rsplit("/", MAX_NAMES)[-MAX_NAMES:]) if path.startswith("/") else file_names(path)


def linked_counts(run: ImportRun) -> list[tuple[str, str, int, str]]:
    """Return the counts of a run's files by outcome: name, words, number, address of their list."""
    records = reverse("admin:curation_importrecord_changelist")
    return [
        (name, COUNT_WORDS.get(name, name), number, f"{records}?run__id__exact={run.pk}&outcome__exact={outcome}")
        for name, outcome in RECORDED_OUTCOMES.items()
        if (number := run.counts.get(name, 0))
    ]


def describe_duration(run: ImportRun) -> str:
    """Return how long a run took, or has been running: `1:02:03`, or `0.4 s` below a minute; "" if it is queued."""
    if run.outcome == Outcome.QUEUED:
        return ""
    duration: timedelta = (run.finished_at or timezone.now()) - run.started_at
    if duration < timedelta(minutes=1):
        return f"{duration.total_seconds():.1f} s"
    return str(timedelta(seconds=int(duration.total_seconds())))
