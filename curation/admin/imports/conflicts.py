"""Conflicts: fields that an editor and a file have both changed, shown side by side and resolved with one click."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from curation import frontmatter
from curation.admin.read_only import ReadOnlyAdmin, may_change_any
from curation.admin_site.changelists import BoundedChangeList
from curation.importing.history import conflicts
from curation.importing.history.diff import FieldChange, as_text
from curation.items.actors import Actor
from curation.items.record import record_of, with_record_relations
from curation.models import Conflict, CuratedItem

from .differences import MarkedChange, field_label, mark_change

#: The session key of the conflict that was resolved last, until it is reopened or the next one is resolved.
RESOLVED_KEY = "resolved_conflict"


@dataclass(frozen=True, slots=True)
class ConflictVersions:
    """An open conflict with the item's present value (`before`) and the file's value (`after`).

    `may_take`: whether the user has the permission to take the file's.
    """

    conflict: Conflict
    versions: MarkedChange
    may_take: bool


class ConflictChangeList(BoundedChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.conflict_versions = list(load_versions(self.result_list, Actor.of(request.user)))


def load_versions(rows: Iterable[Conflict], actor: Actor) -> Iterator[ConflictVersions]:
    """Yield conflicts with both versions, in a fixed number of queries."""
    rows = list(rows)
    items = with_record_relations(CuratedItem.objects.filter(pk__in=[row.item_id for row in rows]))
    records = {item.pk: record_of(item) for item in items}
    for row in rows:
        ours = frontmatter.to_json_value(getattr(records[row.item_id], row.field))
        change = FieldChange(row.field, as_text(row.field, ours), as_text(row.field, row.theirs))
        yield ConflictVersions(row, mark_change(change), conflicts.may_set(row.field, row.item, actor))


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ("item", "field", "run")
    list_display_links = None
    list_select_related = ("item", "run")
    list_filter = ("field", "created_at")
    list_per_page = 20
    search_fields = ("item__title", "item__slug")
    ordering = ("item", "field")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conflict]:
        return super().get_queryset(request).exclude(item__status=CuratedItem.Status.BIN)

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[ConflictChangeList]:
        return ConflictChangeList

    def get_urls(self) -> list[URLPattern]:
        return [
            self.guarded_path(
                "<int:pk>/settle/<slug:side>/", require_POST(self.resolve_view), "settle", may_change_any
            ),
            self.guarded_path("unsettle/", require_POST(self.reopen_view), "unsettle", may_change_any),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": "Open conflicts", "may_resolve": may_change_any(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def resolve_view(self, request: HttpRequest, pk: int, side: str) -> HttpResponse:
        """Resolve a conflict with the file's value (`theirs`), or the item's (any other side)."""
        conflict = get_object_or_404(Conflict.objects.select_related("item"), pk=pk)
        label, item, actor = field_label(conflict.field), conflict.item, Actor.of(request.user)
        try:
            resolve = conflicts.take_theirs if side == "theirs" else conflicts.keep_ours
            resolution = resolve(conflict, actor)
        except conflicts.CannotResolve as error:
            self.message_user(request, f"{label} cannot be taken from the file: {error}", messages.ERROR)
            return redirect_back(request)
        request.session[RESOLVED_KEY] = asdict(resolution)
        message = f"{label} taken from the file." if side == "theirs" else f"{label} kept as it is here."
        self.log_change(request, item, message)
        self.message_user(request, format_html("{} {}", message, reopen_button(request)), messages.SUCCESS)
        return redirect_back(request)

    def reopen_view(self, request: HttpRequest) -> HttpResponse:
        """Reopen the conflict that was resolved last, and restore the item's earlier value."""
        try:
            resolution = conflicts.Resolution(**request.session.pop(RESOLVED_KEY))
            conflicts.reopen(resolution, Actor.of(request.user))
        except (KeyError, conflicts.CannotResolve) as error:
            reason = "it has been undone" if isinstance(error, KeyError) else error
            self.message_user(request, f"This cannot be undone: {reason}", messages.ERROR)
        else:
            message = (
                f"The decision about {field_label(resolution.conflict['field'])} was undone: it is a conflict again."
            )
            self.log_change(request, CuratedItem.objects.get(pk=resolution.conflict["item_id"]), message)
            self.message_user(request, "The conflict is open again.", messages.SUCCESS)
        return redirect_back(request)


def reopen_button(request: HttpRequest) -> SafeString:
    """Return a form for a message, with a button that reopens the conflict resolved last."""
    template = (
        '<form class="in-message" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><button type="submit">Undo</button></form>'
    )
    return format_html(template, reverse("admin:curation_conflict_unsettle"), get_token(request))


def redirect_back(request: HttpRequest) -> HttpResponse:
    """Redirect to the page that the button was on, or to the list of conflicts."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page if is_ours else "admin:curation_conflict_changelist")
