"""The bin: a list of deleted items, to restore them or to delete them for ever."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from curation.items import bin as items_bin
from curation.items.actors import Actor
from curation.items.bin import BIN_DAYS, UNDONE_RUN, delete_for_ever, restorable_until
from curation.items.bulk import id_batches
from curation.items.workflow import state_label
from curation.models import Alias, BinnedItem, CuratedItem, SourceDocument
from curation.models.items import ItemQuerySet

from .badges import state_badge
from .items.bin import CONFIRMATION, counted
from .items.filters import BulkChangeFilter, UndoneRunFilter
from .links import bin_url, edit_link, edit_url
from .read_only import ReadOnlyAdmin

#: Maximum number of restored items for which the message leads to a list of them.
MAX_LINKED_ITEMS = 100


@dataclass(frozen=True, slots=True)
class BinRow:
    """An item in the bin, the state that it had, and for how many days it stays."""

    item: CuratedItem
    state: SafeString
    days_left: int


@admin.register(BinnedItem)
class BinnedItemAdmin(ReadOnlyAdmin):
    list_display = ("__str__",)
    sortable_by = ()
    search_fields = ("title", "slug", "binned_by")
    search_help_text = "Words of the title or slug, or the name of who deleted it."
    list_filter = (BulkChangeFilter, UndoneRunFilter)
    ordering = ("-binned_at", "-id")
    actions = ("restore_items", "delete_items_for_ever")  # type: ignore[assignment]  # the base class has none

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        return any(request.user.has_perm(f"curation.{verb}_curateditem") for verb in ("view", "change", "delete"))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_restore_permission(self, request: HttpRequest) -> bool:
        return Actor.of(request.user).may("delete")

    def has_purge_permission(self, request: HttpRequest) -> bool:
        return Actor.of(request.user).may("purge")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        items: QuerySet[Any] = super().get_queryset(request).filter(status=CuratedItem.Status.BIN)
        items = items.annotate(undone_run=UNDONE_RUN)
        return items.defer("summary", "shown_summary", "body", "body_html", "body_text", "meta", "breadcrumbs")

    def get_urls(self) -> list[URLPattern]:
        restore = self.guarded_path("restore/", require_POST(self.restore_view), "restore", self.has_restore_permission)
        return [restore, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = f"Bin: deleted items, kept for {BIN_DAYS} days"
        response = super().changelist_view(request, {"title": title, "bin_days": BIN_DAYS, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            actions: dict[str, Any] = self.get_actions(request)
            labels = [(name, label) for name, (_run, _name, label) in actions.items()]
            rows = list(map(_row, response.context_data["cl"].result_list))
            response.context_data |= {"rows": rows, "action_groups": labels and [("", labels)]}
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, _form_url: str = "", _extra_context: Any = None
    ) -> HttpResponse:
        """Redirect to the list, with the item alone."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pk = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        return redirect(bin_url(CuratedItem.objects.in_bin().filter(pk=pk).first()))

    def restore_view(self, request: HttpRequest) -> HttpResponse:
        """Restore an item (`item`, its ID), or the items that the user moved to the bin at a time (`binned_at`)."""
        items = CuratedItem.objects.in_bin()
        if moment := _moment(request.POST.get("binned_at", "")):
            chosen = items.filter(binned_at=moment, binned_by=Actor.of(request.user).name)
        else:
            pk = request.POST.get("item", "")
            chosen = items.filter(pk=int(pk) if pk.isdecimal() and len(pk) < 19 else 0)
        return self._restore(request, chosen)

    def _restore(self, request: HttpRequest, items: ItemQuerySet) -> HttpResponse:
        """Restore items, and return to them."""
        result = items_bin.restore_in_batches(items, Actor.of(request.user))
        changed = result.changed
        restored = [item for ids in id_batches(changed) for item in CuratedItem.objects.filter(pk__in=ids)]
        for reason, number in Counter(result.skipped.values()).items():
            self.message_user(request, f"{number:,} not restored: {reason}.", messages.WARNING)
        if not restored:
            if not result.skipped:
                message = "Nothing was restored: these items are no longer in the bin."
                self.message_user(request, message, messages.WARNING)
            return redirect("admin:curation_binneditem_changelist")
        LogEntry.objects.log_actions(request.user.pk, restored, CHANGE, "Restored from the bin.")  # type: ignore[arg-type]
        self.message_user(request, _restored_message(restored), messages.SUCCESS)
        if len(restored) == 1:
            return redirect(edit_url(restored[0]))
        query = {"id__in": ",".join(map(str, changed))} if len(changed) <= MAX_LINKED_ITEMS else {}
        return redirect(reverse("admin:curation_curateditem_changelist", query=query))

    @admin.action(description="Restore", permissions=["restore"])
    def restore_items(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._restore(request, _as_items(queryset))

    @admin.action(description="Delete for ever", permissions=["purge"])
    def delete_items_for_ever(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        """Ask whether to delete items for ever, or do so."""
        items = _as_items(queryset)
        if not request.POST.get("post"):
            return self._confirmation(request, items)
        titles = list(items.only("title"))
        LogEntry.objects.log_actions(request.user.pk, titles, DELETION)  # type: ignore[arg-type]
        number = delete_for_ever(items, Actor.of(request.user))
        subject = f"“{titles[0]}” is" if number == 1 else f"{number:,} items are"
        self.message_user(request, f"{subject} deleted for ever.", messages.SUCCESS)
        return None

    def _confirmation(self, request: HttpRequest, items: ItemQuerySet) -> HttpResponse:
        number, first = items.count(), items.first()
        title = f"Delete “{first}” for ever?" if number == 1 else f"Delete {number:,} items for ever?"
        redirects = Alias.objects.filter(item__in=items.values("pk")).count()
        documents = SourceDocument.objects.filter(item__in=items.values("pk")).count()
        facts = [
            f"This cannot be undone. With {'it' if number == 1 else 'them'} go {counted(redirects, 'redirect')}, "
            f"{counted(documents, 'import document')}, all revisions, and pictures and PDFs that nothing else uses.",
            "The addresses go on answering 410 until another item takes them. Imports leave the files out, except "
            "those of items that the undo of an import moved here.",
        ]
        context = {
            **self.page_context(request, title),
            "facts": facts,
            "button": "Delete for ever",
            "action": "delete_items_for_ever",
            "selected": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across") == "1",
            "keep_url": reverse("admin:curation_binneditem_changelist"),
        }
        return TemplateResponse(request, CONFIRMATION, context)


def _row(item: CuratedItem) -> BinRow:
    assert item.binned_at is not None  # noqa: S101  # the constraint `item_binned_has_time`
    was = CuratedItem(status=item.binned_from, published_at=item.published_at, expires_at=item.expires_at)
    left = restorable_until(item.binned_at) - timezone.now()
    return BinRow(item, state_badge(state_label(was)), max(0, ceil(left / timedelta(days=1))))


def _as_items(queryset: Any) -> ItemQuerySet:
    """Return rows of the proxy as items: the signals of deletion are connected to `CuratedItem` alone."""
    return CuratedItem.objects.filter(pk__in=queryset.order_by().values("pk"))


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


def _restored_message(restored: list[CuratedItem]) -> SafeString:
    live = sum(item.is_live for item in restored)
    if len(restored) > 1:
        return format_html("{} items are restored, {} of them live again.", len(restored), live)
    item = restored[0]
    if live:
        url = item.get_absolute_url()
        return format_html('{} is restored, and live again at <a href="{}">{}</a>.', edit_link(item), url, url)
    return format_html("{} is restored: {}.", edit_link(item), state_label(item).lower())
