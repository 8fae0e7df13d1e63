"""Conflicts: fields that an editor and a file have both changed, shown side by side and resolved with one key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from curation import frontmatter
from curation.admin.message_buttons import message_button
from curation.admin.read_only import MomentFilter, ReadOnlyAdmin, may_change_any
from curation.admin_site.changelists import BoundedChangeList
from curation.admin_site.parameters import text_parameter
from curation.importing.history import conflicts
from curation.importing.history.diff import FieldChange, as_text
from curation.items.actors import Actor
from curation.items.concurrent_edits import token_of
from curation.items.record import record_of, with_record_relations
from curation.models import Conflict, CuratedItem, Revision

from .differences import MarkedChange, field_label, mark_change

#: The session key of the conflicts that were resolved last, by their IDs, and how many of them can be reopened.
RESOLVED_KEY, MAX_RESOLVED = "resolved_conflicts", 20
#: Maximum number of revisions that are searched for who changed the fields of a page.
MAX_REVISIONS = 500


@dataclass(frozen=True, slots=True)
class ConflictVersions:
    """An open conflict with the item's present value (`before`) and the file's value (`after`).

    `may_take`: whether the user has the permission to take the file's. `is_text`: whether one can be made of both.
    `changed_by` is who changed the item's value last, "" if that is not known. `next` is the ID of the next conflict of
    the page, `None` for the last.
    """

    conflict: Conflict
    versions: MarkedChange
    may_take: bool
    changed_by: str = ""
    next: int | None = None

    @property
    def is_text(self) -> bool:
        return self.conflict.field in conflicts.TEXTS


class ConflictChangeList(BoundedChangeList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.conflict_versions = list(load_versions(self.result_list, Actor.of(request.user)))


def load_versions(rows: Iterable[Conflict], actor: Actor) -> Iterator[ConflictVersions]:
    """Yield conflicts with both versions, in a fixed number of queries."""
    rows = list(rows)
    items = with_record_relations(CuratedItem.objects.filter(pk__in=[row.item_id for row in rows]))
    records = {item.pk: record_of(item) for item in items}
    editors = _editors(rows, actor)
    following = dict(pairwise(row.pk for row in rows))
    for row in rows:
        ours = frontmatter.to_json_value(getattr(records[row.item_id], row.field))
        change = FieldChange(row.field, as_text(row.field, ours), as_text(row.field, row.theirs))
        may_take = conflicts.may_set(row.field, row.item, actor)
        by = editors.get((row.item_id, row.field), "")
        yield ConflictVersions(row, mark_change(change), may_take, by, following.get(row.pk))


def _editors(rows: Iterable[Conflict], actor: Actor) -> Mapping[tuple[int, str], str]:
    """Return who last changed the fields of conflicts, by the item's ID and the field, in one query."""
    ids, reader = {row.item_id for row in rows}, actor.user.pk if actor.user else None
    found: dict[tuple[int, str], str] = {}
    for revision in Revision.objects.filter(item__in=ids, is_applied=True).order_by("-id")[:MAX_REVISIONS]:
        for name in revision.changes:
            by = "you" if revision.is_by(reader) else revision.done_by(reader)
            found.setdefault((revision.item_id, name), by)
    return found


class LabelFilter(admin.AllValuesFieldListFilter):
    """A filter by the field of a conflict, with its label."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield choice | {"display": field_label(str(choice["display"]))}


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ("item", "field", "run")
    list_display_links = None
    list_select_related = ("item", "run")
    list_filter = (("field", LabelFilter), ("created_at", MomentFilter))
    list_per_page = 20
    search_fields = ("item__title", "item__slug")
    search_help_text = "Words of the title or slug of an item."
    ordering = ("item", "field")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conflict]:
        rows = super().get_queryset(request).exclude(item__status=CuratedItem.Status.BIN)
        return rows.defer("run__paths", "run__options", "run__made")

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[ConflictChangeList]:
        return ConflictChangeList

    def get_urls(self) -> list[URLPattern]:
        edit_view = require_http_methods(["GET", "POST"])(self.edit_view)
        return [
            self.guarded_path(
                "<int:pk>/settle/<slug:side>/", require_POST(self.resolve_view), "settle", may_change_any
            ),
            self.guarded_path("<int:pk>/edit/", edit_view, "edit", may_change_any),
            self.guarded_path("unsettle/", require_POST(self.reopen_view), "unsettle", may_change_any),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": "Open conflicts", "may_resolve": may_change_any(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def resolve_view(self, request: HttpRequest, pk: int, side: str) -> HttpResponse:
        """Resolve a conflict with the file's value (`theirs`), or the item's (any other side)."""
        conflict = Conflict.objects.select_related("item").filter(pk=pk).first()
        if conflict is None:
            self.message_user(request, "This conflict is settled already.", messages.WARNING)
            return redirect_back(request)
        label, actor = field_label(conflict.field), Actor.of(request.user)
        try:
            resolve = conflicts.take_theirs if side == "theirs" else conflicts.keep_ours
            resolution = resolve(conflict, actor)
        except conflicts.CannotResolve as error:
            self.message_user(request, f"{label} cannot be taken from the file: {error}", messages.ERROR)
            return redirect_back(request, pk)
        message = f"{label} taken from the file." if side == "theirs" else f"{label} kept as it is here."
        self._report(request, conflict, pk, resolution, message)
        return redirect_back(request, _number(request.POST.get("next", "")))

    def _report(
        self, request: HttpRequest, conflict: Conflict, pk: int, resolution: conflicts.Resolution, message: str
    ) -> None:
        """Log a resolution, and tell the user, with a button that reopens the conflict, which had the ID `pk`."""
        kept = [*request.session.get(RESOLVED_KEY, {}).items(), (str(pk), asdict(resolution))]
        request.session[RESOLVED_KEY] = dict(kept[-MAX_RESOLVED:])
        self.log_change(request, conflict.item, message)
        undo = message_button(request, reverse("admin:curation_conflict_unsettle"), "Undo", conflict=pk)
        self.message_user(request, format_html("{} {}", message, undo), messages.SUCCESS)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a page with both versions of a text and a field for one of both (GET), or save that (POST)."""
        conflict = get_object_or_404(Conflict.objects.select_related("item"), pk=pk, field__in=conflicts.TEXTS)
        if conflict.item.status == CuratedItem.Status.BIN:
            raise Http404
        actor = Actor.of(request.user)
        ours = str(getattr(conflict.item, conflict.field))
        typed = text_parameter(request.POST, "text").replace("\r\n", "\n")
        if request.method == "POST":
            try:
                if request.POST.get("version") != token_of(ours):
                    raise conflicts.CannotResolve("somebody changed it meanwhile; this is the new version.")
                resolution = conflicts.take_edited(conflict, typed, actor)
            except conflicts.CannotResolve as error:
                self.message_user(request, f"Nothing is saved: {error}", messages.ERROR)
            else:
                self._report(request, conflict, pk, resolution, f"{field_label(conflict.field)} edited.")
                return redirect("admin:curation_conflict_changelist")
        (row,) = load_versions([conflict], actor)
        context = self.page_context(
            request,
            f"{row.versions.label} of “{conflict.item}”",
            row=row,
            text=typed if request.method == "POST" else ours,
            theirs=conflict.theirs,
            version=token_of(ours),
            is_long=conflict.field in ("body", "summary"),
        )
        return TemplateResponse(request, "admin/curation/conflict/edit.html", context)

    def reopen_view(self, request: HttpRequest) -> HttpResponse:
        """Reopen a conflict that was resolved lately, `conflict`, and restore the item's earlier value."""
        resolved = request.session.get(RESOLVED_KEY, {})
        values = resolved.pop(request.POST.get("conflict", ""), None)
        request.session.modified = True
        if values is None:
            self.message_user(request, "This cannot be undone: it has been undone", messages.ERROR)
            return redirect_back(request)
        resolution = conflicts.Resolution(**values)
        try:
            conflicts.reopen(resolution, Actor.of(request.user))
        except conflicts.CannotResolve as error:
            self.message_user(request, f"This cannot be undone: {error}", messages.ERROR)
        else:
            message = (
                f"The decision about {field_label(resolution.conflict['field'])} was undone: it is a conflict again."
            )
            self.log_change(request, CuratedItem.objects.get(pk=resolution.conflict["item_id"]), message)
            self.message_user(request, "The conflict is open again.", messages.SUCCESS)
        return redirect_back(request)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def redirect_back(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Redirect to the page that the button was on, or to the list of conflicts; to the conflict of an ID there."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    url = page if is_ours else reverse("admin:curation_conflict_changelist")
    return redirect(f"{url}#conflict-{pk}" if pk else url)
