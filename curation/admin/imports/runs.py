"""Import runs: their list, the page of one, and its buttons: complete, run the failures again, undo."""

from __future__ import annotations

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
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_POST

from curation.admin.badges import badge
from curation.admin.read_only import NameFilter
from curation.admin_site.file_names import file_names
from curation.admin_site.times import desk_time
from curation.importing import jobs
from curation.importing.history import ledger
from curation.importing.history.undo import were_records_pruned
from curation.importing.sources.discover import UsageError
from curation.importing.sources.uploads import Upload
from curation.items.checks import count_failures
from curation.models import CuratedItem, ImportRecord, ImportRun

from .option_words import option_words
from .problems import summarise_problems
from .undo import UndoViews, reap_dead_runs, undo_context
from .upload import UploadViews, run_or_enqueue

Outcome = ImportRun.Outcome

#: The outcomes of runs that have not ended.
UNDER_WAY = (Outcome.QUEUED, Outcome.RUNNING)
#: Characters of a path that the list shows, from its end.
MAX_PATH_CHARS = 50
#: The outcomes of files by the names of their counts, with the names that import records give them.
RECORDED_OUTCOMES = {
    "created": ImportRecord.Outcome.CREATED,
    "updated": ImportRecord.Outcome.UPDATED,
    "conflicted": ImportRecord.Outcome.CONFLICTED,
    "rejected": ImportRecord.Outcome.REJECTED,
    "skipped": ImportRecord.Outcome.SKIPPED,
    "archived": ImportRecord.Outcome.PRUNED,
}


@admin.register(ImportRun)
class ImportRunAdmin(UndoViews, UploadViews):
    list_display = ("number", "state", "started", "file_counts", "source", "duration")
    list_display_links = ("number",)
    list_filter = ("outcome", "started_at", ("started_by", NameFilter))
    search_fields = ("started_by", "message")
    search_help_text = "Who started it, or how it ended."
    date_hierarchy = "started_at"

    class Media:
        css = {"all": ["admin-curation/imports.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        runs: QuerySet[Any] = super().get_queryset(request).annotate(first_path=KT("paths__0"))
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
        return super().changelist_view(request, {"title": "Import runs", **(extra_context or {})})

    @admin.display(description="run", ordering="pk")
    def number(self, run: ImportRun) -> str:
        return str(run)

    @admin.display(ordering="started_at")
    def started(self, run: ImportRun) -> SafeString:
        return format_html("{}<br>by {}", desk_time(run.started_at), run.started_by)

    @admin.display(description="from")
    def source(self, run: Any) -> str:
        path = file_names(run.first_path or "")
        return path if len(path) <= MAX_PATH_CHARS else f"…{path[-MAX_PATH_CHARS:]}"

    @admin.display(description="outcome", ordering="outcome")
    def state(self, run: ImportRun) -> SafeString:
        return outcome_badge(run)

    @admin.display(description="files were")
    def file_counts(self, run: ImportRun) -> SafeString:
        names = (*RECORDED_OUTCOMES, "unchanged")
        counts = [(f"{run.counts[name]:,} {name}",) for name in names if run.counts.get(name)]
        return format_html_join(mark_safe("<br>"), "{}", counts)

    @admin.display(description="took")
    def duration(self, run: ImportRun) -> str:
        return describe_duration(run)

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
            summary=summarise_problems(run),
            options=option_words(run.options),
            failed_checks=count_failures(CuratedItem.objects.not_binned().filter(pk__in=_written(run))),
            conflicts=run.conflicts.count(),
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


def linked_counts(run: ImportRun) -> list[tuple[str, int, str]]:
    """Return the counts of a run's files by outcome: name, number, address of their list."""
    records = reverse("admin:curation_importrecord_changelist")
    return [
        (name, number, f"{records}?run__id__exact={run.pk}&outcome__exact={RECORDED_OUTCOMES[name]}")
        for name, number in run.counts.items()
        if number and name in RECORDED_OUTCOMES
    ]


def describe_duration(run: ImportRun) -> str:
    """Return how long a run took, or has been running: `1:02:03`, or `0.4 s` below a minute; "" if it is queued."""
    if run.outcome == Outcome.QUEUED:
        return ""
    duration: timedelta = (run.finished_at or timezone.now()) - run.started_at
    if duration < timedelta(minutes=1):
        return f"{duration.total_seconds():.1f} s"
    return str(timedelta(seconds=int(duration.total_seconds())))
