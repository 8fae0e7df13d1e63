"""Drafts over live items in the admin: the form of an item that has one shows the draft, with a bar that says so."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import get_text_list
from django.views.decorators.http import require_GET, require_POST

from curation.admin.message_buttons import message_button
from curation.admin_site.parameters import text_parameter
from curation.items import drafts
from curation.items.actors import Actor
from curation.items.in_memory import give_state, stored_pdf
from curation.items.put_back import TIMES
from curation.items.revisions import Change, record_changes
from curation.listing.body_targets import load_targets_unsaved
from curation.listing.detail import detail_in_memory
from curation.models import CuratedItem, ItemDraft, Revision

from .views import ItemViews

#: The button that keeps a draft, and the input with the token of the draft that a form shows.
KEEP, SHOWN = "_keep_draft", "draft_shown"
MAX_NOTE_CHARS = 1000
HAS_DRAFT = Exists(ItemDraft.objects.filter(item=OuterRef("pk")))


def keeps_draft(request: HttpRequest) -> bool:
    """Whether a form was sent to keep it as a draft over the live version."""
    return KEEP in request.POST


def draft_published(request: HttpRequest) -> ItemDraft | None:
    """Return the draft that a sent form showed and whose changes its save publishes, if any."""
    draft: ItemDraft | None = getattr(request, "item_draft", None)
    is_shown = draft is not None and request.POST.get(SHOWN) == drafts.token_of(draft)
    return draft if is_shown and not keeps_draft(request) else None


class DraftFilter(admin.SimpleListFilter):
    title = "draft over live"
    parameter_name = "draft"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "With a draft"), ("submitted", "Draft waits for review")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[CuratedItem]) -> QuerySet[CuratedItem]:
        if self.value() == "submitted":
            return queryset.filter(draft__is_submitted=True)
        return queryset.filter(HAS_DRAFT) if self.value() == "any" else queryset


class DraftViews(ItemViews):
    """The part of the item admin for drafts over live items."""

    def get_urls(self) -> list[URLPattern]:
        may_edit = self.may_edit
        return [
            self.guarded_path("<int:pk>/draft/page/", require_GET(self.draft_page_view), "draft_page", may_edit),
            self.guarded_path("<int:pk>/draft/discard/", self.discard_view, "draft_discard", may_edit),
            self.guarded_path("<int:pk>/draft/take-up/", require_POST(self.take_up_view), "draft_take_up", may_edit),
            self.guarded_path("<int:pk>/draft/submit/", require_POST(self.submit_view), "draft_submit", may_edit),
            self.guarded_path("<int:pk>/draft/return/", require_POST(self.return_view), "draft_return", may_edit),
            *super().get_urls(),
        ]

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        request.item_draft = _draft_of(object_id)  # type: ignore[attr-defined]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def post_changeform(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any
    ) -> HttpResponse:
        if object_id and keeps_draft(request):
            return self._keep(request, object_id, form_url, extra_context)
        return super().post_changeform(request, object_id, form_url, extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> CuratedItem | None:
        """Return an item; for its form, with the values of its draft, which nobody has saved."""
        item = super().get_object(request, object_id, from_field)
        draft: ItemDraft | None = getattr(request, "item_draft", None)
        if item and draft and request.method != "POST" and self.has_change_permission(request, item):
            request.draft_version = drafts.version_shown(draft, item)  # type: ignore[attr-defined]
            request.deleted_of_draft = give_state(item, draft.state, draft.updated_at)  # type: ignore[attr-defined]
        return item

    def _keep(self, request: HttpRequest, object_id: str, form_url: str, extra_context: Any) -> HttpResponse:
        """Save the form, read the state that the item has then, roll that back, and keep the state as a draft."""
        state: dict[str, Any] | None = None
        base_id = 0
        with transaction.atomic():
            response = super().post_changeform(request, object_id, form_url, extra_context)
            if getattr(request, "is_saved", False):
                form = request.saved_form  # type: ignore[attr-defined]
                state, base_id = dict(drafts.live_state(form.instance)), form.edit.live_id
                transaction.set_rollback(True)
        if state is None:
            return response
        if picture := form.cleaned_data.get("new_image"):
            state["image"] = picture.store()[0].pk  # its row was rolled back
        form.store_publisher()  # which was rolled back, too
        draft: ItemDraft | None = request.item_draft  # type: ignore[attr-defined]
        if draft and request.POST.get(SHOWN) == drafts.token_of(draft):  # with times that only publishers change
            state |= {name: draft.state[name] for name in TIMES - form.fields.keys()}
        item = CuratedItem.objects.get(pk=form.instance.pk)
        if form.edit.not_taken:  # whose revision was rolled back
            change = Change(item.pk, form.edit.not_taken, is_applied=False)
            record_changes([change], Revision.Verb.NOT_TAKEN, Actor.of(request.user))
        drafts.keep(item, state, Actor.of(request.user), shown=request.POST.get(SHOWN, ""), base_id=base_id)
        message = f"Kept as a draft over “{item}”. {_readers_see(item)}"
        self.message_user(request, message, messages.SUCCESS)
        return response

    def response_change(self, request: HttpRequest, obj: CuratedItem) -> HttpResponse:
        if keeps_draft(request):
            return redirect("admin:curation_curateditem_change", obj.pk)
        return super().response_change(request, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and delete the draft that the form showed: its changes are published now."""
        super().save_related(request, form, formsets, change)
        request.saved_form = form  # type: ignore[attr-defined]
        if draft := draft_published(request):
            draft.delete()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        draft: ItemDraft | None = getattr(request, "item_draft", None)
        if draft is None or request.method != "POST" or request.POST.get(SHOWN) != drafts.token_of(draft):
            return form
        pdf, times = stored_pdf(draft.state), {name: draft.state[name] for name in TIMES}

        class DraftForm(form):  # type: ignore[misc, valid-type]  # a class made by the admin
            def clean(self) -> Any:
                cleaned = super().clean()
                for name in () if keeps_draft(request) else TIMES - self.fields.keys():
                    if times[name] != self.edit.base[name]:
                        self.refuse(name, times[name])
                if "pdf" in cleaned and "pdf" not in self.changed_data and pdf != (self.instance.pdf.name or ""):
                    cleaned["pdf"] = pdf  # a file input sends no file that it shows
                return cleaned

        return DraftForm

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: CuratedItem | None = None,
    ) -> HttpResponse:
        draft: ItemDraft | None = getattr(request, "item_draft", None)
        if version := getattr(request, "draft_version", None) if draft else None:
            context["adminform"].form.initial["version"] = str(version)
        may_change = obj is not None and self.has_change_permission(request, obj)
        context |= {
            "draft": draft if may_change else None,
            "version_under": _version_under(draft.item if draft else obj) if obj else "",
            "draft_token": request.POST.get(SHOWN, drafts.token_of(draft)),
            "may_keep_draft": obj is not None and obj.status == CuratedItem.Status.PUBLISHED and may_change,
            "deleted_of_draft": get_text_list(getattr(request, "deleted_of_draft", []), "and"),
            "may_return_draft": Actor.of(request.user).may("review"),
            "max_note_chars": MAX_NOTE_CHARS,
        }
        response = super().render_change_form(request, context, add, change, form_url, obj)
        if version and draft and isinstance(response, TemplateResponse) and response.context_data:
            # The page that readers see: the draft may have another address.
            response.context_data["absolute_url"] = self.get_view_on_site_url(draft.item)
        return response

    def draft_page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the page of an item as its draft would make it."""
        draft = self._get_draft(request, pk)
        give_state(draft.item, draft.state, draft.updated_at)
        load_targets_unsaved(draft.item)
        return self.page_of(request, detail_in_memory(draft.item), is_draft=True)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether to discard a draft, or do so, with a message that takes it up again."""
        draft = self._get_draft(request, pk)
        if request.method != "POST":
            facts = [
                _readers_see(draft.item),
                "The text of the draft stays in the history of the item, and the next message can undo this.",
            ]
            keep_url = reverse("admin:curation_curateditem_change", args=[pk])
            title = f"Discard the draft over “{draft.item}”?"
            context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "facts": facts}
            context |= {"button": "Discard draft", "keep_url": keep_url}
            return TemplateResponse(request, "admin/curation/binneditem/confirmation.html", context)
        revision = drafts.discard(draft, Actor.of(request.user))
        url = reverse("admin:curation_curateditem_draft_take_up", args=[pk])
        undo = message_button(request, url, "Undo", revision=revision) if revision else ""
        message = format_html("The draft is discarded. {}", undo)
        self.message_user(request, message, messages.SUCCESS)
        return redirect("admin:curation_curateditem_change", pk)

    def take_up_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a discarded draft the draft over its item again."""
        number = request.POST.get("revision", "")
        chosen = Revision.objects.filter(item=pk, verb=Revision.Verb.NOT_TAKEN).select_related("item")
        revision = get_object_or_404(chosen, pk=int(number) if number.isdecimal() and len(number) < 19 else 0)
        if not self.has_change_permission(request, revision.item):
            raise Http404
        drafts.take_up(revision, Actor.of(request.user))
        self.message_user(request, "The draft is there again.", messages.SUCCESS)
        return redirect("admin:curation_curateditem_change", pk)

    def submit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        drafts.submit(self._get_draft(request, pk), Actor.of(request.user))
        self.message_user(request, "The draft waits for a review.", messages.SUCCESS)
        return redirect("admin:curation_curateditem_change", pk)

    def return_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a submitted draft with a note."""
        draft, note = self._get_draft(request, pk), text_parameter(request.POST, "draft_note").strip()[:MAX_NOTE_CHARS]
        if not Actor.of(request.user).may("review"):
            self.message_user(request, "You may not return drafts: ask an editor.", messages.ERROR)
        elif not note:
            self.message_user(request, "Write in the note what is to be done; then return the draft.", messages.ERROR)
        else:
            drafts.return_with_note(draft, note, Actor.of(request.user))
            self.message_user(request, "The draft is returned, with your note.", messages.SUCCESS)
        return redirect("admin:curation_curateditem_change", pk)

    def _get_draft(self, request: HttpRequest, pk: int) -> ItemDraft:
        """Return the draft of an item, outside the bin, that the user may change. Raises `Http404`."""
        drafts_outside = ItemDraft.objects.exclude(item__status=CuratedItem.Status.BIN).select_related("item")
        draft = get_object_or_404(drafts_outside, item=pk)
        if not self.has_change_permission(request, draft.item):
            raise Http404
        return draft


def _version_under(item: CuratedItem) -> str:
    """Return the word for the version of an item that its draft lies over."""
    if item.listed_at is None:
        return "saved"
    return "scheduled" if item.listed_at > timezone.now() else "live"


def _readers_see(item: CuratedItem) -> str:
    return {
        "live": "Readers go on seeing the live version.",
        "scheduled": "The scheduled version goes live at its time.",
        "saved": "Readers see no version of the item now.",
    }[_version_under(item)]


def _draft_of(object_id: str | None) -> ItemDraft | None:
    if not object_id or not object_id.isdecimal() or len(object_id) > 18:
        return None
    return ItemDraft.objects.filter(item=int(object_id)).select_related("item").first()
