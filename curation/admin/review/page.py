"""The review queue: one item at a time, with what changed, the page as readers see it, checks and notes."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from curation.admin.base import may_view_items
from curation.admin.items.consequences import consequence
from curation.admin.items.history import undo_button
from curation.admin.links import edit_link
from curation.admin.message_buttons import message_button
from curation.admin_site.framing import with_frames
from curation.admin_site.pages import desk_page
from curation.items import reviews
from curation.items.actors import Actor
from curation.items.put_back import PutBack
from curation.items.reviews import Waiting, waiting_for
from curation.models import CuratedItem, ItemDraft, Revision

from .contents import contents
from .decisions import DecidedMeanwhile, Decision, DecisionRefused, carry_out, decided_by

Verb = Revision.Verb

#: Results of decisions, after the title.
_DONE = {
    Verb.APPROVED: "is approved: a publisher can publish it.",
    Verb.RETURNED: "is a draft again, with your note.",
    Verb.SCHEDULED: "is approved.",
    Verb.PUBLISHED: "is approved.",
}
_DONE_WITH_DRAFTS = {
    Verb.RETURNED: "stays as it is: its draft is returned, with your note.",
    Verb.PUBLISHED: "has the changes of the draft now.",
}


def may_review(request: HttpRequest) -> bool:
    return may_view_items(request) and Actor.of(request.user).may("review")


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an item in the queue: its number from 1, and its neighbours, `None` at an end."""

    entry: Waiting
    number: int
    previous: Waiting | None
    next: Waiting | None

    @classmethod
    def of(cls, waiting: list[Waiting], pk: int | None) -> Place | None:
        """Return the place of an item, of the first one for `None`; `None` if the item does not wait."""
        index = next((index for index, entry in enumerate(waiting) if pk in (entry.pk, None)), None)
        if index is None:
            return None
        following = waiting[index + 1] if index + 1 < len(waiting) else None
        return cls(waiting[index], index + 1, waiting[index - 1] if index else None, following)


def url_of(entry: Waiting | None) -> str:
    return reverse("admin:review", query={"item": entry.pk} if entry else None)


@desk_page("review/", "review", may_review)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest) -> HttpResponse:
    """Return the page of the item that waits the longest, or of `item`; POST carries out a decision about it."""
    actor = Actor.of(request.user)
    waiting = waiting_for(actor)
    data = request.POST if request.method == "POST" else request.GET
    pk = _number(data.get("item", ""))
    place = Place.of(waiting, pk)
    if place is None:
        return _empty(request) if pk is None else _tell_and_go_on(request, pk, actor)
    if request.method == "POST":
        return _decide(request, place, waiting, actor)
    return _page(request, place, len(waiting), actor)


@desk_page("review/undo/", "review_undo", may_review)
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Undo a decision, the revision `revision`, and return to its item."""
    try:
        item = reviews.undo_decision(_number(request.POST.get("revision", "")) or 0, Actor.of(request.user))
    except reviews.CannotUndoDecision as error:
        messages.error(request, f"Nothing was undone: {error}.")
        return redirect("admin:review")
    _log(request, item, "The decision was undone.")
    messages.success(request, f"Undone: “{item}” waits for a review again.")
    return redirect(reverse("admin:review", query={"item": item.pk}))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _log(request: HttpRequest, item: CuratedItem, message: str) -> None:
    LogEntry.objects.log_actions(request.user.pk or 0, [item], CHANGE, message, single_object=True)


def _tell_and_go_on(request: HttpRequest, pk: int, actor: Actor) -> HttpResponse:
    """Redirect to the next item, with a message about one that does not wait any more."""
    item = CuratedItem.objects.filter(pk=pk).first()
    messages.warning(request, decided_by(item, actor) if item else "The item was deleted for ever.")
    if note := Decision.of(request).note:
        messages.warning(request, f"Your note was not sent: “{note}”")
    return redirect("admin:review")


def _decide(request: HttpRequest, place: Place, waiting: list[Waiting], actor: Actor) -> HttpResponse:
    decision = Decision.of(request)
    try:
        item, verb, revision = carry_out(decision, place.entry.pk, actor, is_draft=place.entry.is_draft)
    except DecidedMeanwhile:
        return _tell_and_go_on(request, place.entry.pk, actor)
    except DecisionRefused as error:
        messages.error(request, str(error))
        return _page(request, place, len(waiting), actor, decision)
    done = str(Verb(verb).label)
    _log(request, item, f"{done}. Note: {decision.note}" if decision.note else f"{done}.")
    messages.success(request, _message(request, item, verb, revision, is_draft=place.entry.is_draft))
    others = [entry for entry in waiting if entry != place.entry]
    return redirect(url_of(place.next or (others[0] if others else None)))


def _message(request: HttpRequest, item: CuratedItem, verb: str, revision: int | None, *, is_draft: bool) -> SafeString:
    """Return the consequence of a decision, with a button that undoes it."""
    done = (_DONE_WITH_DRAFTS if is_draft else _DONE)[Verb(verb)]
    when = consequence(item) if verb in (Verb.PUBLISHED, Verb.SCHEDULED) and not is_draft else None
    undo = _undo_button(request, item, verb, revision, is_draft=is_draft)
    return format_html("“{}” {} {} {}", edit_link(item), done, when or "", undo)


def _undo_button(
    request: HttpRequest, item: CuratedItem, verb: str, revision: int | None, *, is_draft: bool
) -> SafeString:
    if revision is None:
        return SafeString()
    if is_draft and verb == Verb.PUBLISHED:
        return undo_button(request, item, PutBack(revision, tuple(item.revisions.get(pk=revision).changes)))
    return message_button(request, reverse("admin:review_undo"), "Undo", revision=revision)


def _empty(request: HttpRequest) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Review"}
    return TemplateResponse(request, "admin/review/empty.html", context)


def _page(
    request: HttpRequest, place: Place, total: int, actor: Actor, decision: Decision | None = None
) -> HttpResponse:
    """Return the page of an item. `decision` is one that was refused: what was typed stays."""
    item = CuratedItem.objects.select_related("publisher", "image").get(pk=place.entry.pk)
    draft = ItemDraft.objects.filter(item=item).first() if place.entry.is_draft else None
    context = {
        **admin.site.each_context(request),
        "title": f"Review {place.number} of {total}",
        "previous_url": url_of(place.previous) if place.previous else "",
        "next_url": url_of(place.next) if place.next else "",
        **contents(item, draft, actor, decision),
    }
    return with_frames(TemplateResponse(request, "admin/review/review.html", context))
