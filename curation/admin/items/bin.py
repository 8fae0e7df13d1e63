"""Deleting items in the admin: they move to the bin, and the message that says so can restore them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.base import CurationAdmin
from curation.admin.links import bin_url
from curation.admin.message_buttons import message_button
from curation.items.actors import Actor
from curation.items.bin import day_text, deleted_when, move_to_bin, restorable_until
from curation.items.workflow import may
from curation.models import Alias, CuratedItem, Revision, SourceDocument

CONFIRMATION = "admin/curation/binneditem/confirmation.html"


class BinViews(CurationAdmin):
    """The part of the item admin that deletes: items in the bin are in none of its lists and pages."""

    def has_delete_permission(self, request: HttpRequest, obj: CuratedItem | None = None) -> bool:
        actor = Actor.of(request.user)
        return actor.may("delete") if obj is None else may(actor, obj, Revision.Verb.BINNED)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CuratedItem]:
        return super().get_queryset(request).exclude(status=CuratedItem.Status.BIN)

    def delete_view(self, request: HttpRequest, object_id: str, _extra_context: Any = None) -> HttpResponse:
        """Return the page that asks whether to move an item to the bin, or do so and return to the list."""
        item = self.get_object(request, unquote(object_id))
        if item is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_delete_permission(request):
            raise PermissionDenied
        if not self.has_delete_permission(request, item):
            reason = "Nothing was deleted: readers see this item, or will, so only publishers may move it to the bin."
            self.message_user(request, reason, messages.ERROR)
            return redirect("admin:curation_curateditem_change", item.pk)
        if request.method != "POST":
            return bin_confirmation(self, request, item)
        bin_and_report(self, request, item)
        filters: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        return redirect(add_preserved_filters(filters, reverse("admin:curation_curateditem_changelist")))

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Redirect to the bin if the item is there."""
        pk = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        item = CuratedItem.objects.in_bin().filter(pk=pk).first()
        if item is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc, no-any-return]
        self.message_user(request, f"“{item}” is in the bin: deleted {deleted_when(item)}.", messages.WARNING)
        return redirect(bin_url(item))


def bin_confirmation(model_admin: Any, request: HttpRequest, item: CuratedItem) -> HttpResponse:
    """Return the page that asks for confirmation to move an item to the bin, with the consequences."""
    context = model_admin.page_context(
        request,
        f"Delete “{item}”?",
        facts=_facts(item),
        button="Move to the bin",
        keep_url=reverse("admin:curation_curateditem_change", args=[item.pk]),
    )
    return TemplateResponse(request, CONFIRMATION, context)


def _facts(item: CuratedItem) -> list[str]:
    """Return sentences about what happens to an item in the bin."""
    redirects, documents = Alias.objects.filter(item=item).count(), SourceDocument.objects.filter(item=item).count()
    address = f"Its address, {item.get_absolute_url()}, will answer 410, “This story was removed”."
    related = [
        counted(number, noun) for number, noun in ((redirects, "redirect"), (documents, "import document")) if number
    ]
    kept = [f"{' and '.join(related)} {'stays' if redirects + documents == 1 else 'stay'} with it."] if related else []
    until = day_text(restorable_until(timezone.now()))
    end = f"You can restore it from the bin until {until}; then it is deleted for ever."
    return [address if item.is_live else "No reader sees it now.", *kept, end]


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def bin_and_report(model_admin: Any, request: HttpRequest, item: CuratedItem) -> None:
    """Move an item to the bin, log it, and tell the user what readers meet, with a button that undoes it."""
    was_live = item.is_live
    result = move_to_bin(CuratedItem.objects.filter(pk=item.pk), Actor.of(request.user))
    if not result.changed:
        message = f"Nothing was deleted: the item is {result.skipped[item.pk]}."
        model_admin.message_user(request, message, messages.WARNING)
        return
    item.refresh_from_db(fields=["binned_at"])
    LogEntry.objects.log_actions(request.user.pk, [item], CHANGE, "Moved to the bin.")  # type: ignore[arg-type]
    time = item.binned_at or timezone.now()
    readers = "Readers get “This story was removed” at its address." if was_live else "No reader saw it."
    message = format_html(
        '“{}” is in the <a href="{}">bin</a> until {}. {} {}',
        item,
        bin_url(),
        day_text(restorable_until(time)),
        readers,
        undo_button(request, time),
    )
    model_admin.message_user(request, message, messages.SUCCESS)


def undo_button(request: HttpRequest, binned_at: datetime) -> SafeString:
    """Return a form for a message, with a button that restores the items that the user binned at a time."""
    url = reverse("admin:curation_binneditem_restore")
    return message_button(request, url, "Undo", binned_at=binned_at.isoformat())
