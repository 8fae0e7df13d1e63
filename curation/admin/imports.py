"""Runs of imports: their list, the page of one, and what can be done about it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from curation import orphans
from curation.importing import ledger, queued
from curation.importing.discover import UsageError
from curation.importing.undo import CannotUndo, Undone, undo
from curation.importing.uploads import Upload
from curation.models import ImportRun

from .import_problems import summarise
from .import_upload import UploadViews
from .read_only import may_edit_items

Outcome = ImportRun.Outcome

#: A run that wrote more is taken back on the command line: that takes longer than a browser waits.
MAX_UNDONE = 5000
#: Characters of a path that the list shows: its end tells more.
MAX_PATH = 50
#: What was left by an undo: so many files are named.
MAX_LEFT = 100
#: The outcomes of files that have records.
RECORDED = ("created", "updated", "conflicted", "rejected", "skipped", "archived")


@admin.register(ImportRun)
class ImportRunAdmin(UploadViews):
    list_display = ("number", "state", "started", "result", "given", "duration")
    list_display_links = ("number",)
    list_filter = ("outcome", "started_at", ("user", admin.RelatedOnlyFieldListFilter))
    search_fields = ("started_by", "message")
    search_help_text = "Who started it, or how it ended."
    date_hierarchy = "started_at"

    class Media:
        css = {"all": ["admin-curation/imports.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        runs: QuerySet[Any] = super().get_queryset(request).annotate(first_path=KT("paths__0"))
        return runs.defer("paths", "options", "made")

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.own_path("<int:pk>/progress/", require_GET(self.progress_view), "progress", self.has_view_permission),
            self.own_path("<int:pk>/again/", require_POST(self.again_view), "again", self.has_add_permission),
            self.own_path("<int:pk>/go-on/", require_POST(self.go_on_view), "go_on", self.has_add_permission),
            self.own_path(
                "<int:pk>/undo/", require_http_methods(["GET", "POST"])(self.undo_view), "undo", self.may_undo
            ),
        ]
        return [*own, *super().get_urls()]

    def may_undo(self, request: HttpRequest) -> bool:
        return may_edit_items(request) and request.user.has_perm("curation.delete_curateditem")

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        look_after_runs()
        return super().changelist_view(request, {"title": "Import runs", **(extra_context or {})})

    @admin.display(description="run", ordering="pk")
    def number(self, run: ImportRun) -> str:
        return str(run)

    @admin.display(ordering="started_at")
    def started(self, run: ImportRun) -> SafeString:
        return format_html("{}<br>by {}", f"{run.started_at:%Y-%m-%d %H:%M}", run.started_by)

    @admin.display(description="from")
    def given(self, run: Any) -> str:
        path = run.first_path or ""
        return path if len(path) <= MAX_PATH else f"…{path[-MAX_PATH:]}"

    @admin.display(description="outcome", ordering="outcome")
    def state(self, run: ImportRun) -> SafeString:
        return state_of(run)

    @admin.display(description="files were")
    def result(self, run: ImportRun) -> SafeString:
        parts = [(f"{run.counts[name]:,} {name}",) for name in (*RECORDED, "unchanged") if run.counts.get(name)]
        return format_html_join(mark_safe("<br>"), "{}", parts)

    @admin.display(description="took")
    def duration(self, run: ImportRun) -> str:
        return duration_of(run)

    # The page of one run

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Answer the page of a run."""
        look_after_runs()
        run = self.get_object(request, object_id)
        if run is None or not self.has_view_permission(request, run):
            return super().change_view(request, object_id, form_url, extra_context)
        records = reverse("admin:curation_importrecord_changelist")
        counts = [
            (name, number, f"{records}?run__id__exact={run.pk}&outcome__exact={_STORED.get(name, name)}")
            for name, number in run.counts.items()
            if number and name in RECORDED
        ]
        context = self.page(
            request,
            str(run),
            run=run,
            state=state_of(run),
            duration=duration_of(run),
            counts=counts,
            summary=summarise(run),
            conflicts=run.conflicts.count(),
            **self._buttons(request, run),
        )
        return TemplateResponse(request, "admin/curation/importrun/run.html", context)

    def _buttons(self, request: HttpRequest, run: ImportRun) -> dict[str, bool]:
        """Return what can be done about a run, by this editor, in its state."""
        over = run.outcome not in (Outcome.QUEUED, Outcome.RUNNING)
        may_import = self.has_add_permission(request) and over and run.outcome != Outcome.UNDONE
        stopped = run.outcome in (Outcome.INTERRUPTED, Outcome.FAILED)
        return {
            "is_over": is_over(run),
            "can_go_on": may_import and stopped and (is_kept(run) or run.failures_of is not None),
            "can_try_again": may_import and bool(run.counts.get("rejected")) and (is_kept(run) or not run.upload),
            "can_undo": self.may_undo(request) and over and run.outcome != Outcome.UNDONE,
        }

    def progress_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Answer how far a run is, for a script that asks again and again."""
        look_after_runs()
        run = get_object_or_404(ImportRun, pk=pk)
        return JsonResponse({"done": run.counts.get("seen", 0), "files": run.files, "is_over": is_over(run)})

    # What can be done about it

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Import the files again that a run rejected."""
        run = get_object_or_404(ImportRun, pk=pk)
        try:
            again = queued.queue(request.user, queued.options_to_try_again(run), failures_of=run)  # type: ignore[arg-type]  # logged in
        except UsageError as error:
            return self._refused(request, run, str(error))
        self.carry_out(again)
        return redirect("admin:curation_importrun_change", again.pk)

    def _refused(self, request: HttpRequest, run: ImportRun, why: str) -> HttpResponse:
        self.message_user(request, why, messages.ERROR)
        return redirect("admin:curation_importrun_change", run.pk)

    def go_on_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Complete a run that stopped."""
        run = get_object_or_404(ImportRun, pk=pk, outcome__in=ledger.STARTABLE)
        if not is_kept(run) and run.failures_of is None:
            raise Http404
        self.carry_out(run)
        return redirect("admin:curation_importrun_change", pk)

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer what taking a run back would do; take it back."""
        run = get_object_or_404(ImportRun, pk=pk)
        is_large = run.records.count() > MAX_UNDONE
        try:
            undone = Undone() if is_large else undo(run, dry_run=request.method == "GET", user=request.user)  # type: ignore[arg-type]  # logged in
        except CannotUndo as error:
            return self._refused(request, run, str(error))
        except ledger.Busy as busy:
            return self._refused(request, run, f"{run} is not undone: {busy}; try again when that is over.")
        if request.method == "POST" and not is_large:
            self._note_undone(request, run, undone)
            return redirect("admin:curation_importrun_change", pk)
        context = self.page(
            request, f"Undo {run}", run=run, is_large=is_large, undone=undone, left=undone.left[:MAX_LEFT]
        )
        return TemplateResponse(request, "admin/curation/importrun/undo.html", context)

    def _note_undone(self, request: HttpRequest, run: ImportRun, undone: Undone) -> None:
        """Say what an undo did, now, on the run's page and in its history."""
        items = f"{undone.deleted:,} item{pluralize(undone.deleted)}"
        earlier = f" {undone.earlier:,} more were undone already." if undone.earlier else ""
        done = f"{run} is undone: {items} deleted, {undone.restored:,} put back.{earlier}"
        left = [f"Left as it is: {left.path}: {left.why}." for left in undone.left[:MAX_LEFT]]
        if more := len(undone.left) - len(left):
            left.append(f"And {more:,} more.")
        ImportRun.objects.filter(pk=run.pk).update(message="\n".join([done, *left]))
        self.log_change(request, run, done)
        self.message_user(request, done, messages.WARNING if left else messages.SUCCESS)


#: What the ledger calls an outcome that counts name differently.
_STORED = {"archived": "pruned"}


def look_after_runs() -> None:
    """See to it that what died is shown as dead, and runs again where a worker was at it."""
    ledger.end_dead_runs()
    orphans.requeue()


def is_over(run: ImportRun) -> bool:
    """Whether nothing will become of a run by itself: one whose worker died goes on with the next."""
    goes_on = run.outcome == Outcome.INTERRUPTED and is_kept(run)
    return run.outcome not in (Outcome.QUEUED, Outcome.RUNNING) and not goes_on


def is_kept(run: ImportRun) -> bool:
    """Whether the files that a run was given in the admin are there still."""
    return bool(run.upload) and Upload(run.upload).is_there


def state_of(run: ImportRun) -> SafeString:
    return format_html('<span class="state state-{}">{}</span>', run.outcome, run.get_outcome_display())


def duration_of(run: ImportRun) -> str:
    """Return how long a run took, or takes until now: `1:02:03`, or `0.4 s`."""
    if run.outcome == Outcome.QUEUED:
        return ""
    took: timedelta = (run.finished_at or timezone.now()) - run.started_at
    if took < timedelta(minutes=1):
        return f"{took.total_seconds():.1f} s"
    return str(timedelta(seconds=int(took.total_seconds())))
