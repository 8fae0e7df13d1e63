"""Bulk changes: the page that asks for confirmation, progress and outcome of one, its undo, and the list of all."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from curation import tasks
from curation.admin.badges import badge
from curation.admin.read_only import NameFilter, ReadOnlyAdmin
from curation.admin_site.times import desk_time, time_column
from curation.items.actors import Actor
from curation.items.bulk import Refused, changes, jobs
from curation.items.bulk.arguments import UNCHOSEN, Choice, Time
from curation.items.bulk.changes import ActionPreview, Outcome, action_of
from curation.items.bulk.undo import obstacle, prepare_undo, preview_undo, row_obstacle
from curation.lib.names import name_key
from curation.models import BulkChange, Tag
from curation.operations import stale_tasks

from . import wording
from .forms import ConfirmForm

logger = logging.getLogger(__name__)

#: For the list, whose rows do not depend on the user: the page of an undo checks the permission.
ANYBODY = Actor.command("anybody")


@admin.register(BulkChange)
class BulkChangeAdmin(ReadOnlyAdmin):
    list_display = ("name", "result", "state", "by", time_column("created_at", "time"), "undo_or_reason")
    list_display_links = ("name",)
    list_filter = (("user_name", NameFilter),)

    class Media:
        css = {"all": ["admin-curation/imports.css"]}

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Whether the user may see actions: everybody who may see items."""
        return request.user.has_perm("curation.view_curateditem")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the confirmed changes, without their items."""
        rows: QuerySet[Any] = super().get_queryset(request).exclude(outcome=Outcome.PREPARED)
        return rows.select_related("undone_by").defer("item_ids", "undone_by__item_ids")

    def get_urls(self) -> list[URLPattern]:
        may_view = self.has_view_permission
        both = require_http_methods(["GET", "POST"])
        return [
            self.guarded_path("<int:pk>/confirm/", both(self.confirm_view), "confirm", may_view),
            self.guarded_path("<int:pk>/progress/", require_GET(self.progress_view), "progress", may_view),
            self.guarded_path("<int:pk>/continue/", require_POST(self.continue_view), "continue", may_view),
            self.guarded_path("<int:pk>/undo/", both(self.undo_view), "undo", may_view),
            *super().get_urls(),
        ]

    # The list

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        stale_tasks.requeue()
        return super().changelist_view(request, {"title": "Actions on many items", **(extra_context or {})})

    @admin.display(description="action")
    def name(self, change: BulkChange) -> str:
        return wording.title(change)

    @admin.display(description="result")
    def result(self, change: BulkChange) -> SafeString:
        return format_html("{} {}", wording.outcome(change), wording.changed_link(change))

    @admin.display(description="outcome", ordering="outcome")
    def state(self, change: BulkChange) -> SafeString:
        return outcome_badge(change)

    @admin.display(description="by", ordering="user_name")
    def by(self, change: BulkChange) -> str:
        return change.user_name

    @admin.display(description="undo")
    def undo_or_reason(self, change: BulkChange) -> SafeString | str:
        return wording.undo_link(change, ANYBODY) or obstacle(change, ANYBODY)

    # Confirming

    def confirm_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return what an action would do (GET), or carry it out (POST)."""
        change = get_object_or_404(BulkChange, pk=pk, user=request.user)
        if change.outcome != Outcome.PREPARED:
            return redirect("admin:curation_bulkchange_change", pk)
        argument = action_of(change).argument
        sent = request.POST if request.method == "POST" else request.GET
        has_value = any(name.startswith("value") for name in sent)
        form = ConfirmForm(argument, sent if request.method == "POST" or has_value else None)
        if request.method == "POST" and form.is_valid():
            return self.carry_out(request, change, form.cleaned_data.get("value", UNCHOSEN), items_url(request))
        value = form.cleaned_data.get("value", UNCHOSEN) if form.is_valid() else UNCHOSEN
        preview = changes.preview(change, value)
        if isinstance(argument, Choice) and not preview.old_years:
            del form.fields["value"]
        return TemplateResponse(
            request, "admin/curation/bulkchange/confirm.html", self._confirm_context(request, change, form, preview)
        )

    def _confirm_context(
        self, request: HttpRequest, change: BulkChange, form: ConfirmForm, preview: ActionPreview
    ) -> dict[str, Any]:
        action = action_of(change)
        is_open = isinstance(action.argument, Time) and not form.is_valid()
        button = action.button.format(items=wording.items(preview.changing))
        return self.page_context(
            request,
            f"Error: {button}" if form.errors else button if preview.changing else action.label,
            change=change,
            form=form,
            preview=preview,
            button=button,
            is_dangerous=bool(preview.disappearing),
            states=wording.states(preview),
            consequence="" if is_open else wording.consequence(preview),
            skipped=wording.skipped(preview.skipped),
            old_years=wording.old_years(preview) if preview.old_years else "",
            more=preview.changing - len(preview.titles),
            more_skipped=preview.skipped.total() - len(preview.skipped_titles),
            back=items_url(request),
        )

    def carry_out(self, request: HttpRequest, change: BulkChange, value: Any, url: str) -> HttpResponseBase:
        """Confirm a prepared change and execute it. Redirects to `url`, or to its page if it is not over yet."""
        with transaction.atomic():
            value = [_saved(row) for row in value] if isinstance(value, list) else value
            is_first = changes.confirm(change, value)
            if is_first and len(change.item_ids) > changes.MAX_AT_ONCE:
                tasks.run_bulk_change.enqueue(change.pk)
        if is_first and len(change.item_ids) <= changes.MAX_AT_ONCE:
            run_now(change)
        return self._answer(request, change, url)

    def _answer(self, request: HttpRequest, change: BulkChange, url: str) -> HttpResponseBase:
        """Redirect to a page with a message if a change is over, else to the page of its progress."""
        change.refresh_from_db()
        if change.outcome != Outcome.FINISHED:
            return redirect("admin:curation_bulkchange_change", change.pk)
        if change.counts.get("kept_total"):  # its page names what stays
            url = reverse("admin:curation_bulkchange_change", args=[change.pk])
        is_whole = change.counts["changed"] and not change.counts.get("kept_total")
        level = messages.SUCCESS if is_whole else messages.WARNING
        self.message_user(request, wording.message(change, Actor.of(request.user)), level)
        return redirect(url)

    # The page of one change

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Return the page of a change: its progress, or its outcome."""
        stale_tasks.requeue()
        change = self.get_object(request, object_id)
        if change is None or not self.has_view_permission(request, change):
            return super().change_view(request, object_id, form_url, extra_context)
        actor = Actor.of(request.user)
        context = self.page_context(
            request,
            wording.title(change),
            change=change,
            state=outcome_badge(change),
            is_over=is_over(change),
            number=len(change.item_ids),
            rest=len(change.item_ids) - change.done,
            argument=wording.argument_text(change),
            outcome=wording.outcome(change),
            changed=wording.changed_link(change),
            obstacle=obstacle(change, actor) or row_obstacle(change),
            can_continue=changes.may_continue(change, actor),
            when=desk_time(change.created_at),
        )
        return TemplateResponse(request, "admin/curation/bulkchange/change.html", context)

    def progress_view(self, _request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return the progress of a change as JSON; `progress.js` polls it."""
        stale_tasks.requeue()
        change = get_object_or_404(BulkChange, pk=pk)
        return JsonResponse({"done": change.done, "files": len(change.item_ids), "is_over": is_over(change)})

    def continue_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Execute the rest of a change that failed."""
        change = get_object_or_404(BulkChange, pk=pk)
        actor = Actor.of(request.user)
        if changes.may_continue(change, actor):
            with transaction.atomic():
                if changes.continue_failed(change, actor):
                    tasks.run_bulk_change.enqueue(pk)
        return redirect("admin:curation_bulkchange_change", pk)

    # Undo

    def undo_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return what the undo of a change would do (GET), or undo it (POST)."""
        change = get_object_or_404(BulkChange, pk=pk)
        actor = Actor.of(request.user)
        if reason := obstacle(change, actor) or row_obstacle(change):
            return self._refuse_undo(request, change, reason)
        if request.method == "POST":
            return self._undo(request, change, actor)
        preview = preview_undo(change, actor)
        note = action_of(change).effect.undo_note(change)
        button = f"Put {wording.items(preview.changing)} back" if preview.changing or not note else "Put it back"
        context = self.page_context(
            request,
            f"Undo: {action_of(change).label}",
            change=change,
            preview=preview,
            button=button,
            outcome=wording.outcome(change),
            argument=wording.argument_text(change),
            when=desk_time(change.created_at),
            same=preview.skipped.total(),
            reasons=changes.as_counts(preview.skipped),
            more=preview.kept_total - len(preview.kept),
            note=note,
        )
        return TemplateResponse(request, "admin/curation/bulkchange/undo.html", context)

    def _undo(self, request: HttpRequest, change: BulkChange, actor: Actor) -> HttpResponseBase:
        try:
            with transaction.atomic():
                undo = prepare_undo(change, actor)
                if len(undo.item_ids) > changes.MAX_AT_ONCE:
                    tasks.run_bulk_change.enqueue(undo.pk)
        except Refused as error:
            return self._refuse_undo(request, change, str(error))
        if len(undo.item_ids) <= changes.MAX_AT_ONCE:
            run_now(undo)
        return self._answer(request, undo, reverse("admin:curation_bulkchange_change", args=[undo.pk]))

    def _refuse_undo(self, request: HttpRequest, change: BulkChange, reason: str) -> HttpResponseBase:
        self.message_user(request, f"This action is not undone: {reason}", messages.ERROR)
        return redirect("admin:curation_bulkchange_change", change.pk)


def _saved(row: Any) -> Any:
    """Return a row, inserted if it is a new tag."""
    if row.pk is not None:
        return row
    return Tag.objects.get_or_create(name_key=name_key(row.name), defaults={"name": row.name})[0]


def run_now(change: BulkChange) -> None:
    """Execute a change within the request. Its page shows a failure."""
    try:
        jobs.run(change)
    except Exception:
        logger.exception("%s failed", change)


def items_url(request: HttpRequest) -> str:
    """Return the address of the item list, with the filters that it had when the action was chosen."""
    url = reverse("admin:curation_curateditem_changelist")
    filters = request.GET.get("_changelist_filters", "")
    return f"{url}?{filters}" if filters else url


def is_over(change: BulkChange) -> bool:
    return change.outcome not in changes.UNDER_WAY


def outcome_badge(change: BulkChange) -> SafeString:
    return badge(change.outcome, change.get_outcome_display())
