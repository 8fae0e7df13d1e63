"""Bulk actions of the item list: a verb of `publishing`, then what it did in words."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation import publishing
from curation.models import CuratedItem
from curation.publishing import Change

#: Up to so many changed items, the message links to a list of them: to look at, or to undo.
MAX_LINKED = 100


@admin.action(description="Publish selected items", permissions=["change"])
def publish_items(model_admin: Any, request: HttpRequest, queryset: Any) -> None:
    _report(model_admin, request, publishing.publish(queryset), "published", "were published already")


@admin.action(description="Withdraw selected items to draft", permissions=["change"])
def withdraw_items(model_admin: Any, request: HttpRequest, queryset: Any) -> None:
    _report(model_admin, request, publishing.withdraw(queryset), "withdrawn to draft", "were drafts already")


@admin.action(description="Archive selected items", permissions=["change"])
def archive_items(model_admin: Any, request: HttpRequest, queryset: Any) -> None:
    _report(model_admin, request, publishing.archive(queryset), "archived", "were archived already")


def _report(model_admin: Any, request: HttpRequest, change: Change, done: str, skipped: str) -> None:
    _log(request, change, done)
    text = f"{_items(len(change.changed))} {done}"
    if change.scheduled:
        text += f", {change.scheduled} of them for a time to come"
    if change.expired:
        text += f"; {change.expired} skipped: their expiry time has passed, so empty it or give a later one first"
    if change.unchanged:
        text += f"; {change.unchanged} skipped: they {skipped}"
    level = messages.SUCCESS if change.changed else messages.WARNING
    model_admin.message_user(request, format_html("{}. {}", text, _link_to(change.changed)), level)


def _items(number: int) -> str:
    return f"{number} {'item' if number == 1 else 'items'}"


def _link_to(ids: list[int]) -> SafeString | str:
    if not 0 < len(ids) <= MAX_LINKED:
        return ""
    url = reverse("admin:curation_curateditem_changelist", query={"id__in": ",".join(map(str, ids))})
    return format_html('<a href="{}">Show what changed</a>', url)


def _log(request: HttpRequest, change: Change, done: str) -> None:
    """Note the change in the history of each item."""
    items: QuerySet[CuratedItem] = CuratedItem.objects.filter(pk__in=change.changed).only("title")
    user = request.user.pk
    LogEntry.objects.log_actions(user, items, CHANGE, f"{done.capitalize()} from the list.")  # type: ignore[arg-type]
