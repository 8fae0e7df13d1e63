"""The history of an item: its revisions in words, any two compared, and values put back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.views.decorators.http import require_GET, require_POST

from curation.admin.badges import state_badge
from curation.admin.base import CurationAdmin
from curation.admin.message_buttons import message_button
from curation.admin_site.changelists import FilterPanel
from curation.admin_site.parameters import text_parameter
from curation.items.actors import Actor
from curation.items.change_words import describe, status_label
from curation.items.put_back import TIMES, CannotPutBack, PutBack, fields_to_put_back, put_back
from curation.items.state import LABELS, changes_between, labels_of
from curation.items.workflow import state_label
from curation.models import CuratedItem, ItemDraft, Revision

from .comparison import compare
from .former_log import former_log
from .versions import DRAFT, NOW, ComparedVersion, live_state, version_of

ROWS_PER_PAGE = 25
#: The fields that the filter “only texts” looks for.
TEXTS = frozenset(["title", "summary", "body"])
#: The fields that decide about the state of an item.
_OF_STATE = ("status", *sorted(TIMES))


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A revision with its changes in words, and the address of the bulk change that it was a part of, if any.

    `state` is the state that it gave the item, "" if it changed none.
    """

    revision: Revision
    words: str
    state: SafeString | str
    bulk_url: str
    number_of_others: int


class ItemHistory(CurationAdmin):
    """The views of the history of an item."""

    def get_urls(self) -> list[URLPattern]:
        may_view, may_change = self.has_view_or_change_permission, self.has_change_permission
        return [
            self.guarded_path("<int:pk>/history/compare/", require_GET(self.compare_view), "compare", may_view),
            self.guarded_path("<int:pk>/history/put-back/", require_POST(self.put_back_view), "put_back", may_change),
            *super().get_urls(),
        ]

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Return the revisions of an item, newest first, and below them the log from before there were revisions."""
        item = self.get_object(request, unquote(object_id))
        if item is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined, no-any-return]  # Django's own
        self._check_view(request, item)
        who, texts = text_parameter(request.GET, "who"), "1" if "texts" in request.GET else ""
        page = Paginator(_filtered(item, who, only_texts=bool(texts)), ROWS_PER_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.page_context(request, f"History of “{item}”", item=item),
            "page": page,
            "rows": _rows(item, list(page)),
            "newest": item.revisions.filter(is_applied=True).order_by("-pk").first(),
            "state": state_badge(state_label(item)),
            "has_draft": ItemDraft.objects.filter(item=item).exists(),
            "who": _who_panel(item, who, texts),
            "only_texts": texts,
            "queries": {"all": _query(who=who), "texts": _query(texts="1", who=who)},
            "newer": page.has_previous() and _query(texts=texts, who=who, p=page.previous_page_number()),
            "older": page.has_next() and _query(texts=texts, who=who, p=page.next_page_number()),
            "is_filtered": who or texts,
            "former_log": [] if page.has_next() or who or texts else list(former_log(item)),
            "may_view_runs": request.user.has_perm("curation.view_importrun"),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/curation/curateditem/history.html", context)

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return two versions side by side, or in one: `from` and `to` are tokens of versions."""
        item = self._get_item(request, pk)
        live = live_state(item)
        left = version_of(item, request.GET.get("from", ""), live)
        right = version_of(item, request.GET.get("to", NOW), live)
        if _position(left) > _position(right):
            left, right = right, left
        in_one = request.GET.get("view") == "one"
        fields = compare(left.state, right.state, in_one=in_one, only=left.fields & right.fields)
        may_change = left.revision is not None and self.has_change_permission(request, item)
        allowed = fields_to_put_back(item, Actor.of(request.user)) if may_change else frozenset()
        differing = changes_between(live, left.state).keys() & left.fields & allowed
        context = {
            **self.page_context(request, f"Compare versions of “{item}”", item=item),
            "left": left,
            "right": right,
            "fields": fields,
            "in_one": in_one,
            "differing": differing,
            "all_differing": [name for name in LABELS if name in differing],
            **_neighbours(item, left, right),
        }
        return TemplateResponse(request, "admin/curation/curateditem/compare.html", context)

    def put_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give the item the values of the version `source` in the fields `field`, and redirect to the history."""
        item = self._get_item(request, pk)
        if not self.has_change_permission(request, item):
            raise PermissionDenied
        version = version_of(item, request.POST.get("source", ""), live_state(item))
        if version.revision is None:
            raise Http404
        fields = version.fields & set(request.POST.getlist("field"))
        try:
            done = put_back(pk, version.state, fields, Actor.of(request.user), reason=version.reason)
        except PermissionError as error:
            raise PermissionDenied from error
        except CannotPutBack as error:
            self.message_user(request, f"Nothing was put back: {error}.", messages.ERROR)
        else:
            self._report(request, item, done)
        return redirect("admin:curation_curateditem_history", pk)

    def _report(self, request: HttpRequest, item: CuratedItem, done: PutBack) -> None:
        if done.revision is None:
            self.message_user(request, "Nothing was put back: the item has these values already.", messages.WARNING)
            return
        names = get_text_list(labels_of(done.fields), "and")
        self.log_change(request, item, f"{names} put back.")
        undo = undo_button(request, item, done)
        self.message_user(request, format_html("{} put back. {}", names, undo), messages.SUCCESS)

    def _get_item(self, request: HttpRequest, pk: int) -> CuratedItem:
        item: CuratedItem | None = self.get_object(request, str(pk))
        if item is None:
            raise Http404
        self._check_view(request, item)
        return item

    def _check_view(self, request: HttpRequest, item: CuratedItem) -> None:
        if not self.has_view_or_change_permission(request, item):
            raise PermissionDenied


def _filtered(item: CuratedItem, who: str, *, only_texts: bool) -> QuerySet[Revision]:
    revisions = item.revisions.order_by("-pk")
    if who:
        revisions = revisions.filter(user_name=who)
    if only_texts:
        # No query looks into the compressed column.
        changed = ((row.pk, row.changes) for row in revisions.only("changes").iterator())
        revisions = revisions.filter(pk__in=[pk for pk, changes in changed if TEXTS & dict(changes).keys()])
    return revisions.select_related("run", "bulk_change").defer("bulk_change__item_ids")


def _query(**parameters: Any) -> str:
    """Return the query string of those parameters that have a value."""
    return "?" + urlencode({name: value for name, value in parameters.items() if value})


def _who_panel(item: CuratedItem, who: str, texts: str) -> FilterPanel:
    names = item.revisions.order_by("user_name").values_list("user_name", flat=True).distinct()
    links = tuple(
        {"display": name or "Everybody", "query_string": _query(texts=texts, who=name), "selected": name == who}
        for name in ("", *names)
    )
    return FilterPanel("who", who, _query(texts=texts), links=links)


def _rows(item: CuratedItem, revisions: Sequence[Revision]) -> list[HistoryRow]:
    changing = [revision.pk for revision in revisions if revision.is_applied and revision.changes.keys() & {*_OF_STATE}]
    states = _new_states(item, min(changing)) if changing else {}
    return [_row(revision, states.get(revision.pk, "")) for revision in revisions]


def _row(revision: Revision, state: str) -> HistoryRow:
    change = revision.bulk_change
    url = reverse("admin:curation_bulkchange_change", args=[change.pk]) if change else ""
    # Items that were skipped have no such revision.
    others = change.counts.get("changed", 1) - 1 if change else 0
    in_words = {name: values for name, values in revision.changes.items() if name != "status" or not state}
    return HistoryRow(revision, describe(in_words), state and state_badge(state), url, others)


def _new_states(item: CuratedItem, first: int) -> dict[int, str]:
    """Return the new states of an item by the IDs of the revisions that changed it, from the ID `first` on."""
    values = {name: getattr(item, name) for name in _OF_STATE}
    states = {}
    applied = item.revisions.filter(is_applied=True, pk__gte=first).order_by("-pk")
    for revision in applied.only("changes", "created_at"):
        sides = []
        for side in (1, 0):
            values |= {
                name: _value(name, revision.changes[name][side]) for name in _OF_STATE if name in revision.changes
            }
            sides.append(_state_at(values, revision.created_at))
        after, before = sides
        if after != before:
            states[revision.pk] = after
    return states


def _value(name: str, stored: Any) -> Any:
    """Return a value of a field that a revision stores as JSON."""
    return datetime.fromisoformat(stored) if name in TIMES and stored else stored


def _state_at(values: Mapping[str, Any], now: datetime) -> str:
    """Return the state of an item with these values of `_OF_STATE`, as readers saw it at a time."""
    if values["status"] != CuratedItem.Status.PUBLISHED:
        return status_label(values["status"])
    if values["expires_at"] and values["expires_at"] <= now:
        return "Expired"
    return "Scheduled" if values["published_at"] and values["published_at"] > now else "Live"


def _position(version: ComparedVersion) -> tuple[int, int, int]:
    """Return the place of a version in time: before a revision, after it, …, live, and the draft over it."""
    if version.revision is None:
        return 1, version.token == DRAFT, 0
    return 0, version.revision.pk, not version.is_before


def _neighbours(item: CuratedItem, left: ComparedVersion, right: ComparedVersion) -> dict[str, int | None]:
    """Return the IDs of the changes before and after a change, if the versions are those of one change."""
    revision = right.revision
    if revision is None or left.revision != revision or right.is_before:
        return {}
    changes = item.revisions.filter(is_applied=True).exclude(changes={}).values_list("pk", flat=True)
    return {
        "older": changes.filter(pk__lt=revision.pk).order_by("-pk").first(),
        "newer": changes.filter(pk__gt=revision.pk).order_by("pk").first(),
    }


def undo_button(request: HttpRequest, item: CuratedItem, done: PutBack) -> SafeString:
    """Return a form for a message, with a button that puts back the values from before a revision."""
    url = reverse("admin:curation_curateditem_put_back", args=[item.pk])
    return message_button(request, url, "Undo", source=f"before-{done.revision}", field=list(done.fields))
