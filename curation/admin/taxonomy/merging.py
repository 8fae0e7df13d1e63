"""Model admins whose rows are merged: the action of the list, the page that asks, and the page of alike names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from curation import tasks
from curation.admin.addresses import AddressedAdmin
from curation.admin.base import ItemCountAdmin
from curation.admin.bulk import wording
from curation.admin.bulk.change_admin import run_now
from curation.admin.bulk.forms import form_field
from curation.admin_site.parameters import text_parameter
from curation.feeds import FORMATS
from curation.items.actors import Actor
from curation.items.alike import AlikeRows, alike_rows, tell_apart
from curation.items.bulk import Refused, changes
from curation.items.bulk.actions import ACTIONS_BY_NAME, MERGES
from curation.items.bulk.arguments import OptionalRow
from curation.items.merging.mergeable import MERGEABLE, Mergeable
from curation.items.merging.rows import name_obstacle
from curation.items.merging.start import MergePreview, item_counts, preview, rows_in, start
from curation.items.synonyms import NAMINGS, synonyms_of
from curation.models import BulkChange, CuratedItem

from .filters import AlikeFilter, UsedFilter
from .rows import MAX_ROWS, counted, ids_in, listed

#: Number of groups on the page of alike names.
GROUPS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Rows whose names look alike, those with most items first, and the address of the page that merges them."""

    rows: Sequence[Any]
    reason: str
    merge_url: str


class Offer(NamedTuple):
    """Something to do in place of a deletion, what it means, and the address of the page that asks."""

    label: str
    text: str
    url: str


class MergingAdmin(AddressedAdmin, ItemCountAdmin):
    """A model admin whose rows can be merged."""

    actions = ("merge_marked",)
    list_filter = (UsedFilter, AlikeFilter)
    change_list_template = "admin/curation/taxonomy/change_list.html"
    delete_confirmation_template = "admin/curation/taxonomy/delete_confirmation.html"

    @property
    def mergeable(self) -> Mergeable:
        return MERGEABLE[self.model]

    def has_merge_permission(self, request: HttpRequest) -> bool:
        """Whether the user may change and delete rows of the model, and change items."""
        return MERGES[self.model].effect.may(Actor.of(request.user))

    def get_urls(self) -> list[URLPattern]:
        may_merge, both = self.has_merge_permission, require_http_methods(["GET", "POST"])
        return [
            self.guarded_path("merge/", both(self.merge_view), "merge", may_merge),
            self.guarded_path("alike/", both(self.alike_view), "alike", may_merge),
            self.guarded_path("detach/", require_POST(self.detach_view), "detach", may_merge),
            *super().get_urls(),
        ]

    def url_of(self, name: str, ids: Sequence[int] = (), **query: Any) -> str:
        """Return the address of a page of this model, with the IDs of rows."""
        return reverse(f"admin:curation_{self.opts.model_name}_{name}", query={"id": list(ids), **query})

    @admin.action(description="Merge…", permissions=["merge"])
    def merge_marked(self, _request: HttpRequest, queryset: Any) -> HttpResponse:
        """Show what a merge of the marked rows would do. Nothing is changed yet."""
        return redirect(self.url_of("merge", queryset.order_by("pk").values_list("pk", flat=True)[:MAX_ROWS]))

    # The page of a merge

    def merge_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return what a merge would do (GET), or begin it (POST)."""
        sent = request.POST if request.method == "POST" else request.GET
        rows = rows_in(self.model, ids_in(sent))
        form = self._other_form(sent)
        other = form.cleaned_data["value"] if form.is_valid() else None
        chosen = [*rows, *([other] if other and other not in rows else [])]
        target = other or _chosen(rows, sent)
        merging = [row for row in chosen if row != target]
        name = form.cleaned_data.get("value_name", "")
        if target and (reason := name_obstacle(self.mergeable, target, merging, name)):
            form.add_error("value_name", reason)
        if request.method == "POST" and target and merging and not form.errors:
            # Without script, the page may still tell of another one that stays: what it does is shown first.
            if text_parameter(request.POST, "seen") in (str(target.pk), ""):
                return self._merge(request, target, merging, name)
        elif request.method == "POST" and not form.errors:
            form.add_error(None, f"Choose at least two {self.mergeable.nouns}.")
        seen = preview(target, merging, name) if target and merging else None
        return self._merge_page(request, rows, form, seen)

    def _other_form(self, sent: Any) -> Any:
        """Return the form with another row that stays, and the new name of the one that does."""
        column = self.model._meta.get_field(self.mergeable.name_column)
        fields = {
            "value": form_field(OptionalRow(f"Into another {self.mergeable.noun}", model=self.model)),
            "value_name": column.formfield(
                required=False,
                label=f"New {column.verbose_name} of the one that stays",
                help_text="Left empty, it keeps its own. An undo of the merge takes it back.",
            ),
        }
        return type("OtherForm", (forms.Form,), fields)(sent)

    def _merge_page(
        self, request: HttpRequest, rows: Sequence[Any], form: Any, seen: MergePreview | None
    ) -> TemplateResponse:
        counts = item_counts(self.mergeable, [row.pk for row in rows])
        number = counted(len(rows), self.mergeable.noun, self.mergeable.nouns)
        title = f"Merge “{rows[0]}”" if len(rows) == 1 else f"Merge {number}"
        context = self.page_context(
            request,
            f"Error: {title}" if form.errors else title,
            rows=[(row, counts.get(row.pk, 0), self.mergeable.path_of(row)) for row in rows],
            noun=self.mergeable.noun,
            nouns=self.mergeable.nouns,
            form=form,
            seen=seen,
            sentences=_sentences(seen, self.mergeable) if seen else (),
        )
        return TemplateResponse(request, "admin/curation/taxonomy/merge.html", context)

    def _merge(self, request: HttpRequest, target: Any, sources: Sequence[Any], name: str) -> HttpResponseBase:
        assert isinstance(request.user, User)  # noqa: S101  # for the types
        try:
            with transaction.atomic():
                change = start(target, sources, request.user, name)
                is_long = len(change.item_ids) > changes.MAX_AT_ONCE
                if is_long:
                    tasks.run_bulk_change.enqueue(change.pk)
        except Refused as error:
            self.message_user(request, f"Nothing was merged: {error}", messages.ERROR)
            return redirect(self.url_of("merge", [target.pk, *(row.pk for row in sources)]))
        if not is_long:
            run_now(change)
        change.refresh_from_db()
        if change.outcome != changes.Outcome.FINISHED:
            return redirect("admin:curation_bulkchange_change", change.pk)
        target.refresh_from_db()
        self.message_user(request, merged_message(change, target, sources, Actor.of(request.user)), messages.SUCCESS)
        return redirect(self.url_of("changelist"))

    # Alike names

    def alike_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the rows whose names look alike (GET), or note that some of them are different ones (POST)."""
        if request.method == "POST":
            ids = ids_in(request.POST)
            tell_apart(self.model, ids)
            names = listed(rows_in(self.model, ids))
            self.message_user(request, f"{names} are not proposed together any more.", messages.SUCCESS)
            return redirect(self.url_of("alike"))
        groups = alike_rows(self.model)
        title = f"Alike {self.mergeable.nouns}"
        context = self.page_context(
            request,
            title,
            groups=self._shown(request, groups[:GROUPS_PER_PAGE]),
            number=len(groups),
            noun=self.mergeable.noun,
            nouns=self.mergeable.nouns,
            has_equivalents=self.mergeable.kind == "topic",
        )
        return TemplateResponse(request, "admin/curation/taxonomy/alike.html", context)

    def _shown(self, request: HttpRequest, groups: Sequence[AlikeRows]) -> list[ShownGroup]:
        ids = [pk for group in groups for pk in group.ids]
        rows = {row.pk: row for row in self.get_queryset(request).filter(pk__in=ids)} if ids else {}
        shown = []
        for group in groups:
            found = sorted((rows[pk] for pk in group.ids if pk in rows), key=lambda row: (-row.item_count, row.pk))
            shown.append(ShownGroup(found, group.reason, self.url_of("merge", [row.pk for row in found])))
        return shown

    # The form, the list, and the page that asks before a deletion

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return (*fields, "names_in_files") if obj is not None else fields

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != "names_in_files"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_fieldsets(request, obj)
        return own if obj is None else [*own, ("For imports", {"fields": ("names_in_files",)})]

    @admin.display(description="other names in files")
    def names_in_files(self, obj: Any) -> str:
        """Return the names that imports read as this row: its former ones, and those of rows merged into it."""
        names = ", ".join(f"“{synonym}”" for synonym in synonyms_of(obj))
        return f"{names}: imports read them as this {self.mergeable.noun}." if names else "None"

    def form_context(self, request: HttpRequest, form: Any, obj: Any) -> dict[str, Any]:
        context = super().form_context(request, form, obj)
        name = NAMINGS[self.model].columns[-1]
        if obj is not None and name in form.fields:
            own = form[name].help_text
            note = f"Files that say the present one are read as this {self.mergeable.noun} after a change."
            form[name].help_text = format_html("{} {}", own, note)
        return context

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_merge = self.has_merge_permission(request)
        links = [(self.url_of("alike"), f"Alike {self.mergeable.nouns}", 0)] if may_merge else []
        return super().changelist_view(
            request, {"taxonomy_links": [*links, *self.further_links(request)], **(extra_context or {})}
        )

    def further_links(self, _request: HttpRequest) -> list[tuple[str, str, int]]:
        """Return the addresses, labels and numbers of further pages of the model."""
        return []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        obj = self.get_object(request, object_id)
        is_asked = obj is not None and request.method == "GET" and self.has_merge_permission(request)
        context = (
            {"offers": self.offers_instead_of_deletion(request, obj), "removal": self.removal_of(obj)}
            if is_asked
            else {}
        )
        return super().delete_view(request, object_id, {**context, **(extra_context or {})})

    def offers_instead_of_deletion(self, _request: HttpRequest, obj: Any) -> list[Offer]:
        """Return what else to do with a row that items have."""
        if not obj.item_count:
            return []
        items = counted(obj.item_count, "item")
        text = f"{items} get the other {self.mergeable.noun}, and the address redirects. It can be undone."
        return [Offer("Merge into another one…", text, self.url_of("merge", [obj.pk]))]

    def removal_of(self, obj: Any) -> Offer | None:
        """Return the offer to take a row off its items by the bulk action that does so, if there is one."""
        if not obj.item_count or self.mergeable.field not in REMOVALS:
            return None
        text = "The item list asks first. It can be undone for 30 days, a deletion cannot."
        return Offer(f"Remove it from {counted(obj.item_count, 'item')}…", text, self.url_of("detach"))

    def detach_view(self, request: HttpRequest) -> HttpResponseBase:
        """Prepare the bulk action that takes a row off all items outside the bin, and ask for confirmation."""
        assert isinstance(request.user, User)  # noqa: S101  # for the types
        rows = rows_in(self.model, ids_in(request.POST)[:1])
        if not rows or self.mergeable.field not in REMOVALS:
            return redirect(self.url_of("changelist"))
        items = CuratedItem.objects.filter(pk__in=self.mergeable.related([rows[0].pk]).values(self.mergeable.item))
        ids = items.exclude(pk__in=CuratedItem.objects.in_bin()).order_by("pk").values_list("pk", flat=True)
        change = changes.prepare(ACTIONS_BY_NAME[REMOVALS[self.mergeable.field]], list(ids), request.user)
        return redirect(reverse("admin:curation_bulkchange_confirm", args=[change.pk], query={"value": rows[0].pk}))


#: The bulk actions that take chosen rows off items, by the field.
REMOVALS = {"topics": "remove_topics", "offerings": "remove_offerings"}


def _chosen(rows: Sequence[Any], sent: Any) -> Any:
    """Return the row that is to stay: the one that was chosen, else the first that is not retired."""
    ids = ids_in(sent, "stays")
    offered = [row for row in rows if not getattr(row, "retired_at", None)] or rows
    return next((row for row in rows if row.pk in ids), offered[0] if len(rows) > 1 else None)


def _sentences(seen: MergePreview, mergeable: Mergeable) -> list[str]:
    """Return what a merge does, in sentences."""
    numbers = " + ".join(f"{seen.counts.get(row.pk, 0):,}" for row in (seen.target, *seen.sources))
    both = f" ({counted(seen.both, 'has', 'have')} several of them, and keep{'s' * (seen.both == 1)} one)"
    pages = counted(len(seen.addresses), "page")
    sentences = [
        f"{numbers} items become {counted(seen.total, 'item')} of “{seen.target}”{both if seen.both else ''}. "
        f"{counted(seen.moved, 'item')} change{'s' * (seen.moved == 1)}; the order of their {mergeable.nouns} stays.",
        f"{', '.join(seen.addresses)}: {pages} with {len(FORMATS)} feeds each "
        f"redirect{'s' * (len(seen.addresses) == 1)} to {mergeable.path_of(seen.target)}.",
        _sentence_about_files(seen),
    ]
    if seen.name:
        sentences.append(
            f"“{seen.target}” gets the name “{seen.name}”, at the same address; files may say the old one."
        )
    if seen.links:
        other = "offering" if mergeable.kind == "topic" else "topic"
        sentences.append(f"{counted(seen.links, 'link', 'links')} to {other}s move{'s' * (seen.links == 1)} as well.")
    return sentences


def _sentence_about_files(seen: MergePreview) -> str:
    names = " or ".join(f"“{name}”" for name in seen.names)
    if not seen.files:
        return f"No import file says {names}; one that does is read as “{seen.target}” from then on."
    verb = "says" if seen.files == 1 else "say"
    return f"{counted(seen.files, 'import file')} {verb} {names}: next imports read that as “{seen.target}”."


def merged_message(change: BulkChange, target: Any, sources: Sequence[Any], actor: Actor) -> SafeString:
    """Return what a merge did, with links to its undo and to the items that it changed."""
    changed = counted(change.counts.get("changed", 0), "item")
    return format_html(
        "{} merged into “{}”: {} changed. {} {}",
        listed(sources),
        target,
        changed,
        wording.undo_link(change, actor),
        wording.changed_link(change),
    )
