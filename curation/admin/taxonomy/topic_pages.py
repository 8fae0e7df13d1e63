"""Pages that work on chosen topics: move, retire, make equivalent, and those that imports brought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from curation.admin.bulk.forms import form_field
from curation.items import topics
from curation.items.actors import Actor
from curation.items.alike import alike_rows
from curation.items.bulk.arguments import OptionalRow
from curation.models import Topic, Vocabulary

from .merging import MergingAdmin, Offer
from .rows import MAX_ROWS, counted, ids_in, listed

#: Number of topics on the page of those that imports brought.
NEW_PER_PAGE = 100


class VocabularyForm(forms.Form):
    vocabulary = forms.ModelChoiceField(Vocabulary.objects.all(), label="To the vocabulary")


class SuccessorForm(forms.Form):
    """The successor of retired topics, or none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = form_field(
            OptionalRow(
                "Successor",
                "Imports read the retired names as this topic, and the pages lead readers there. May be left empty.",
                model=Topic,
            )
        )


class EquivalenceForm(forms.Form):
    shows_all = forms.BooleanField(
        label="Show the items of all of them on the page, in the feeds and in the API list of each", required=False
    )


class TopicPages(MergingAdmin):
    """The pages of `TopicAdmin` that work on chosen topics."""

    actions = (*MergingAdmin.actions, "equivalent_marked", "move_marked", "retire_marked")  # type: ignore[assignment]

    def get_urls(self) -> list[URLPattern]:
        may_change = self.has_change_permission
        views: Sequence[tuple[str, Callable[..., HttpResponseBase]]] = (
            ("move", self.move_view),
            ("retire", self.retire_view),
            ("equivalents", self.equivalents_view),
            ("new", self.new_view),
        )
        both = require_http_methods(["GET", "POST"])
        pages = [self.guarded_path(f"{name}/", both(view), name, may_change) for name, view in views]
        return [*pages, *super().get_urls()]

    @admin.action(description="Same as (keep both)…", permissions=["change"])
    def equivalent_marked(self, _request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._redirect_to("equivalents", queryset)

    @admin.action(description="Move to a vocabulary…", permissions=["change"])
    def move_marked(self, _request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._redirect_to("move", queryset)

    @admin.action(description="Retire…", permissions=["change"])
    def retire_marked(self, _request: HttpRequest, queryset: Any) -> HttpResponse:
        return self._redirect_to("retire", queryset)

    def _redirect_to(self, name: str, queryset: Any) -> HttpResponse:
        return redirect(self.url_of(name, queryset.order_by("pk").values_list("pk", flat=True)[:MAX_ROWS]))

    def _chosen_topics(self, request: HttpRequest) -> list[Any]:
        sent = request.POST if request.method == "POST" else request.GET
        return list(self.get_queryset(request).filter(pk__in=ids_in(sent)))

    def _page(
        self, request: HttpRequest, title: str, rows: Sequence[Any], form: Any, **context: Any
    ) -> TemplateResponse:
        context = self.page_context(
            request, f"Error: {title}" if form.errors else title, rows=rows, form=form, **context
        )
        return TemplateResponse(request, "admin/curation/taxonomy/topics.html", context)

    # Moving

    def move_view(self, request: HttpRequest) -> HttpResponseBase:
        rows = self._chosen_topics(request)
        form = VocabularyForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and rows:
            self._move(request, rows, form.cleaned_data["vocabulary"])
            return redirect(self.url_of("changelist"))
        title = f"Move {counted(len(rows), 'topic')} to a vocabulary"
        sentences = [
            "Their items, addresses and feeds stay. Files that say the former names are read as the moved topics.",
        ]
        return self._page(request, title, rows, form, sentences=sentences, button="Move")

    def _move(self, request: HttpRequest, rows: Sequence[Any], vocabulary: Vocabulary) -> None:
        staying = topics.move(rows, vocabulary, Actor.of(request.user))
        if moved := [row for row in rows if row not in staying]:
            self.message_user(
                request, f"Moved to {vocabulary}: {listed(row.label for row in moved)}.", messages.SUCCESS
            )
        for row in staying:
            same = Topic.objects.filter(vocabulary=vocabulary, name_key=row.name_key).first()
            url = self.url_of("merge", [row.pk, same.pk] if same else [row.pk])
            text = '“{}” stays where it is: {} has a topic of this label. <a href="{}">Merge the two</a>'
            self.message_user(request, format_html(text, row, vocabulary, url), messages.WARNING)

    # Retiring

    def retire_view(self, request: HttpRequest) -> HttpResponseBase:
        rows = self._chosen_topics(request)
        form = SuccessorForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid() and rows:
            done = self._restore if "restore" in request.POST else self._retire
            if done(request, rows, form):
                return redirect(self.url_of("changelist"))
        title = f"Retire {counted(len(rows), 'topic')}"
        sentences = [
            "Retired topics are not offered any more. The items that have them keep them, and their pages stay."
        ]
        restores = [row for row in rows if row.retired_at]
        return self._page(request, title, rows, form, sentences=sentences, button="Retire", restores=restores)

    def _retire(self, request: HttpRequest, rows: Sequence[Any], form: SuccessorForm) -> bool:
        successor = form.cleaned_data["value"]
        try:
            if successor in rows:
                raise topics.CannotChange(f"“{successor}” is to be retired itself; choose another topic.")
            for row in rows:
                topics.retire(row, successor, Actor.of(request.user))
        except topics.CannotChange as error:
            form.add_error("value", str(error))
            return False
        then = f" Imports read {'it' if len(rows) == 1 else 'them'} as “{successor}”." if successor else ""
        link = format_html(' <a class="in-message" href="{}">Undo</a>', self.url_of("retire", [row.pk for row in rows]))
        self.message_user(request, format_html("Retired: {}.{}{}", listed(rows), then, link), messages.SUCCESS)
        return True

    def _restore(self, request: HttpRequest, rows: Sequence[Any], _form: SuccessorForm) -> bool:
        for row in rows:
            topics.restore(row, Actor.of(request.user))
        self.message_user(request, f"Offered again: {listed(rows)}.", messages.SUCCESS)
        return True

    # Equivalents

    def equivalents_view(self, request: HttpRequest) -> HttpResponseBase:
        rows = self._chosen_topics(request)
        if request.method == "GET" and (groups := {row.equivalence_id for row in rows} - {None}):
            ids = [row.pk for row in rows]
            rows = list(self.get_queryset(request).filter(Q(pk__in=ids) | Q(equivalence__in=groups)))
        shows_all = any(row.equivalence and row.equivalence.shows_all for row in rows)
        form = EquivalenceForm(request.POST if request.method == "POST" else None, initial={"shows_all": shows_all})
        is_sent = request.method == "POST" and form.is_valid() and bool(rows)
        if is_sent and self._save_equivalence(request, rows, form):
            return redirect(self.url_of("changelist"))
        title = f"{counted(len(rows), 'topic')} that mean{'s' * (len(rows) == 1)} the same"
        sentences = [
            "All of them stay, with their items and addresses. The page of each names the others.",
        ]
        ends = [row for row in rows if row.equivalence_id]
        return self._page(request, title, rows, form, sentences=sentences, button="These are the same", ends=ends)

    def _save_equivalence(self, request: HttpRequest, rows: Sequence[Any], form: EquivalenceForm) -> bool:
        actor = Actor.of(request.user)
        if "end" in request.POST:
            topics.end_equivalence(rows, actor)
            self.message_user(request, f"Not equivalent to others any more: {listed(rows)}.", messages.SUCCESS)
            return True
        if len(rows) < 2:
            form.add_error(None, "Choose at least two topics.")
            return False
        topics.make_equivalent(rows, actor, shows_all=form.cleaned_data["shows_all"])
        self.message_user(request, f"Equivalent: {listed(rows)}.", messages.SUCCESS)
        return True

    # New from imports

    def new_view(self, request: HttpRequest) -> HttpResponseBase:
        """Return the topics that imports brought (GET), or keep some of them (POST)."""
        new = self.get_queryset(request).filter(is_from_import=True)
        if request.method == "POST":
            kept = new if "all" in request.POST else new.filter(pk__in=ids_in(request.POST))
            number = topics.keep(list(kept), Actor.of(request.user))
            self.message_user(request, f"{counted(number, 'topic')} kept.", messages.SUCCESS)
            return redirect(self.url_of("new") if new.exists() else self.url_of("changelist"))
        number = new.count()
        rows = list(new[:NEW_PER_PAGE])
        context = self.page_context(
            request, "Topics that imports brought", rows=self._with_alike(rows), number=number, more=number - len(rows)
        )
        return TemplateResponse(request, "admin/curation/taxonomy/new.html", context)

    def _with_alike(self, rows: Sequence[Any]) -> list[tuple[Any, list[tuple[Any, str]], str]]:
        """Return topics, each with the topics that look like it, and the pages that merge it with each, or with any."""
        alike = {pk: group.ids for group in alike_rows(Topic) for pk in group.ids}
        others = Topic.objects.select_related("vocabulary").in_bulk(
            {pk for row in rows for pk in alike.get(row.pk, ())}
        )
        merge = partial(self.url_of, "merge")
        return [
            (
                row,
                [
                    (others[pk], merge([row.pk, pk], stays=pk))
                    for pk in alike.get(row.pk, ())
                    if pk != row.pk and pk in others
                ],
                merge([row.pk]),
            )
            for row in rows
        ]

    def further_links(self, request: HttpRequest) -> list[tuple[str, str, int]]:
        number = Topic.objects.filter(is_from_import=True).count()
        return (
            [(self.url_of("new"), "New from imports", number)] if number and self.has_change_permission(request) else []
        )

    def offers_instead_of_deletion(self, request: HttpRequest, obj: Any) -> list[Offer]:
        offers = super().offers_instead_of_deletion(request, obj)
        if offers and not obj.retired_at:
            text = f"{counted(obj.item_count, 'item')} keep it, but it is not offered any more."
            offers.append(Offer("Retire it…", text, self.url_of("retire", [obj.pk])))
        return offers

    @admin.display(description="state")
    def standing(self, topic: Any) -> SafeString | str:
        """Return whether a topic is retired, new, or equivalent to others."""
        if topic.retired_at:
            return format_html("Retired → {}", topic.successor) if topic.successor else "Retired"
        if topic.is_from_import:
            return "New from an import"
        return (
            format_html('<a href="{}">= others</a>', self.url_of("equivalents", [topic.pk]))
            if topic.equivalence_id
            else ""
        )
