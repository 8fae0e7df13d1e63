"""Fields that an editor and a file changed both: side by side, settled with one click each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from curation import frontmatter
from curation.changelists import BoundedList
from curation.importing import settle
from curation.importing.changes import Change, as_text
from curation.models import Conflict, CuratedItem
from curation.snapshot import snapshot, with_relations

from .differences import Difference, difference, label
from .read_only import ReadOnlyAdmin, may_edit_items

#: Where a session keeps what was settled last, until it is undone or the next is settled.
SETTLED = "settled_conflict"


@dataclass(frozen=True, slots=True)
class Shown:
    """An open conflict, the item's value of now beside the file's."""

    conflict: Conflict
    versions: Difference


class ConflictList(BoundedList):
    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.shown = list(side_by_side(self.result_list))


def side_by_side(conflicts: Iterable[Conflict]) -> Iterator[Shown]:
    """Yield conflicts with their versions marked, in a fixed number of queries."""
    rows = list(conflicts)
    items = with_relations(CuratedItem.objects.filter(pk__in=[row.item_id for row in rows]))
    now = {item.pk: snapshot(item) for item in items}
    for row in rows:
        here = frontmatter.plain(getattr(now[row.item_id], row.field))
        yield Shown(row, difference(Change(row.field, as_text(row.field, here), as_text(row.field, row.theirs))))


@admin.register(Conflict)
class ConflictAdmin(ReadOnlyAdmin):
    list_display = ("item", "field", "run", "created_at")
    list_display_links = None
    list_select_related = ("item", "run")
    list_filter = ("field", "created_at")
    list_per_page = 20
    search_fields = ("item__title", "item__slug")
    ordering = ("item", "field")

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[ConflictList]:
        return ConflictList

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.own_path("<int:pk>/settle/<slug:side>/", require_POST(self.settle_view), "settle", may_edit_items),
            self.own_path("unsettle/", require_POST(self.unsettle_view), "unsettle", may_edit_items),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": "Open conflicts", "may_settle": may_edit_items(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def settle_view(self, request: HttpRequest, pk: int, side: str) -> HttpResponse:
        """Settle a conflict: with `theirs` by the file's value, else by the one that is here."""
        conflict = get_object_or_404(Conflict.objects.select_related("item"), pk=pk)
        name, item = label(conflict.field), conflict.item
        try:
            settled = settle.take_theirs(conflict) if side == "theirs" else settle.keep_ours(conflict)
        except settle.CannotSettle as error:
            self.message_user(request, f"{name} cannot be taken from the file: {error}", messages.ERROR)
            return back(request)
        request.session[SETTLED] = asdict(settled)
        done = f"{name} taken from the file." if side == "theirs" else f"{name} kept as it is here."
        self.log_change(request, item, done)
        self.message_user(request, format_html("{} {}", done, undo_button(request)), messages.SUCCESS)
        return back(request)

    def unsettle_view(self, request: HttpRequest) -> HttpResponse:
        """Open the conflict again that was settled last, and give the item back the value that it had."""
        try:
            settle.reopen(settle.Settled(**request.session.pop(SETTLED)))
        except (KeyError, settle.CannotSettle) as error:
            why = "it has been undone" if isinstance(error, KeyError) else error
            self.message_user(request, f"This cannot be undone: {why}", messages.ERROR)
        else:
            self.message_user(request, "The conflict is open again.", messages.SUCCESS)
        return back(request)


def undo_button(request: HttpRequest) -> SafeString:
    """Return a button for a message, which undoes what the message says."""
    template = (
        '<form class="in-message" method="post" action="{}">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><button type="submit">Undo</button></form>'
    )
    return format_html(template, reverse("admin:curation_conflict_unsettle"), get_token(request))


def back(request: HttpRequest) -> HttpResponse:
    """Return to the page that the button was on."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return redirect(page if is_ours else "admin:curation_conflict_changelist")
