"""The verbs of the item form, beside Save: the form is saved first, then its verb is carried out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, strip_tags
from django.utils.safestring import SafeString

from curation.admin.links import edit_link
from curation.admin_site.parameters import text_parameter
from curation.admin_site.times import goes_live, time_text
from curation.items.actors import Actor
from curation.items.checks import OLD_AFTER, Level, failures
from curation.items.workflow import TRANSITIONS, may, perform, state_label
from curation.models import CuratedItem, Revision

from .consequences import consequence, saved_message
from .views import ItemViews

Status, Verb = CuratedItem.Status, Revision.Verb

#: The fields of the page beside those of the form: the verb, a note to colleagues, and the answer about an old date.
VERB, NOTE, DATING = "_verb", "note", "_dating"
MAX_NOTE_CHARS = 1000

#: The verbs of each state with their labels, the main one first.
_LABELS: dict[str, tuple[tuple[Revision.Verb, str], ...]] = {
    Status.DRAFT: ((Verb.PUBLISHED, "Publish"), (Verb.SUBMITTED, "Submit for review")),
    Status.REVIEW: (
        (Verb.PUBLISHED, "Approve and publish"),
        (Verb.APPROVED, "Approve"),
        (Verb.RETURNED, "Return with a note"),
    ),
    Status.PUBLISHED: ((Verb.WITHDRAWN, "Withdraw"), (Verb.ARCHIVED, "Archive")),
    Status.ARCHIVED: ((Verb.WITHDRAWN, "Restore to draft"), (Verb.PUBLISHED, "Publish")),
}
_SCHEDULE = {Status.DRAFT: "Schedule", Status.REVIEW: "Approve and schedule", Status.ARCHIVED: "Schedule"}
#: The labels of Save in states whose label is not “Save”: for a publication time that has come, or none, and for one to
#: come. On a published item it is the main button.
_SAVE = {
    "Draft": ("Save draft", ""),
    "Scheduled": ("Publish now", "Save"),
    "Live": ("Publish changes", "Schedule"),
    "Expired": ("Publish changes", ""),
}
#: Results of verbs, after the title.
_DONE = {
    Verb.SUBMITTED: "waits for review",
    Verb.RETURNED: "is a draft again, with your note",
    Verb.APPROVED: "is approved: a publisher can publish it",
    Verb.SCHEDULED: "is scheduled",
    Verb.WITHDRAWN: "is a draft: readers do not see it",
    Verb.ARCHIVED: "is archived: readers do not see it",
    Verb.BINNED: "is in the bin",
    Verb.RESTORED: "is out of the bin",
}
#: Elements of the page where the field of a check is, if its name is not enough.
ANCHORS = {"topics": "itemtopic_set-group", "published_at": "id_published_at_0"}


@dataclass(frozen=True, slots=True)
class Button:
    """A submit button of the form. One of the page is `is_main`.

    One that publishes has a `planned_label` for publication times to come; `goes_live` tells when, if the item's is.
    One that `is_rare` is in the menu. Save has no `verb`.
    """

    verb: str
    label: str
    is_main: bool = False
    is_rare: bool = False
    planned_label: str = ""
    goes_live: str = ""

    @property
    def present_label(self) -> str:
        """The label for the item's publication time."""
        return self.planned_label if self.planned_label and self.goes_live else self.label


def buttons(actor: Actor, item: CuratedItem) -> list[Button]:
    """Return the buttons of the verbs that the state of an item and the role of its editor allow."""
    status, allowed = Status(item.status), []
    for verb, label in _LABELS.get(status, ()):
        if may(actor, item, verb):
            other = Button(verb, label, is_rare=status == Status.PUBLISHED)  # there, the main button saves
            allowed.append(_publishing(item, label) if verb == Verb.PUBLISHED else other)
    if allowed and status != Status.PUBLISHED:
        allowed[0] = replace(allowed[0], is_main=True)
    return allowed


def _publishing(item: CuratedItem, label: str) -> Button:
    return Button(Verb.PUBLISHED, label, planned_label=_SCHEDULE[Status(item.status)], goes_live=_goes_live(item))


def _goes_live(item: CuratedItem) -> str:
    return goes_live(item.published_at, timezone.get_current_timezone()) if item.published_at else ""


def save_buttons(item: CuratedItem) -> tuple[Button, Button]:
    """Return the button that saves an item, and the one that also stays on its form."""
    label, planned_label = _SAVE.get(state_label(item), ("Save", ""))
    is_published, goes_live = item.status == Status.PUBLISHED, _goes_live(item)
    save = Button("", label, planned_label=planned_label, goes_live=goes_live)
    stay = "Publish and stay" if is_published else "Save and stay"
    return save, Button("", stay, planned_label=planned_label and "Save and stay", goes_live=goes_live)


class VerbViews(ItemViews):
    """The buttons of the item form, the panel of checks above it, and the answer to a form sent with a verb."""

    def form_context(self, request: HttpRequest, form: Any, obj: CuratedItem | None) -> dict[str, Any]:
        actor = Actor.of(request.user)
        item = obj or CuratedItem(created_by=actor.user)
        may_save = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        verbs = buttons(actor, item) if may_save and IS_POPUP_VAR not in request.GET else []
        save, stay = save_buttons(item)
        at_once = "Goes live as soon as you publish it."
        return {
            **super().form_context(request, form, obj),
            "verbs": verbs,
            "has_main_verb": any(button.is_main for button in verbs),
            "save": save,
            "stay": stay,
            "otherwise": at_once if save.goes_live else strip_tags(str(consequence(item) or "")),
            "show_save_and_add_another": False,
            "show_note": bool(verbs),
            "max_note_chars": MAX_NOTE_CHARS,
            **(self._checks_context(obj, verbs) if obj and request.method == "GET" else {}),
        }

    def _checks_context(self, item: CuratedItem, verbs: list[Button]) -> dict[str, Any]:
        """Return what the panel above the form shows: failed checks, the last note, the question about an old date."""
        failed = failures(item)
        review = item.revisions.filter(verb__in=(Verb.SUBMITTED, Verb.RETURNED, Verb.APPROVED)).first()
        publishes = any(button.verb == Verb.PUBLISHED for button in verbs)
        return {
            "failed_checks": [(check, ANCHORS.get(check.field, f"id_{check.field}")) for check in failed],
            "is_refused": any(check.level is Level.REFUSE for check in failed),
            "checks_title": "Checks" if item.is_live else "Before it goes live",
            "review": review if item.status in (Status.DRAFT, Status.REVIEW) else None,
            "old_date": item.published_at if publishes and any(check.code == "old-date" for check in failed) else None,
        }

    def response_add(
        self, request: HttpRequest, obj: CuratedItem, post_url_continue: str | None = None
    ) -> HttpResponse:
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, post_url_continue)
        return self._response_to_verb(request, obj) or self._response_to_save(request, obj)

    def response_change(self, request: HttpRequest, obj: CuratedItem) -> HttpResponse:
        if IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        return self._response_to_verb(request, obj) or self._response_to_save(request, obj)

    def _response_to_save(self, request: HttpRequest, item: CuratedItem) -> HttpResponse:
        """Tell the consequence of a save; stay on the form, or go back to the list."""
        item.refresh_from_db(fields=["approved_at"])  # a change ends an approval
        self.message_user(request, saved_message(item), messages.SUCCESS)
        if "_continue" not in request.POST:
            return self.response_post_save_change(request, item)
        filters: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        url = reverse("admin:curation_curateditem_change", args=[item.pk])
        return HttpResponseRedirect(add_preserved_filters(filters, url))

    def _response_to_verb(self, request: HttpRequest, item: CuratedItem) -> HttpResponse | None:
        """Carry out the verb of a form that was just saved, in its transaction; `None` if the form has none.

        A verb that is refused leaves the item as it was saved. Then the form is shown again, with the reason.
        """
        verb = request.POST.get(VERB, "")
        if not verb:
            return None
        reason = self._perform_verb(request, item, verb)
        if not reason:
            return self.response_post_save_change(request, item)
        self.message_user(request, format_html("Saved, but not {}.", reason), messages.WARNING)
        return HttpResponseRedirect(reverse("admin:curation_curateditem_change", args=[item.pk]))

    def _perform_verb(self, request: HttpRequest, item: CuratedItem, verb: str) -> str | SafeString:
        """Carry out a verb and report it. Return why it was refused, completing “Saved, but not …”, or ""."""
        actor, note = Actor.of(request.user), text_parameter(request.POST, NOTE).strip()[:MAX_NOTE_CHARS]
        if verb not in TRANSITIONS:
            return "more: this page has no such button"
        if not may(actor, item, verb):
            return f"{TRANSITIONS[Verb(verb)].done}: you may not do this"
        if verb == Verb.RETURNED and not note:
            return "returned: write in the note what is to be done"
        dating = request.POST.get(DATING, "")
        if verb == Verb.PUBLISHED and dating not in ("now", "keep") and (question := _question(item)):
            return question
        limit = timezone.now() - OLD_AFTER if dating == "now" else None
        verb, at = (Verb.SCHEDULED, item.published_at) if _is_planned(verb, item) else (Verb(verb), None)
        chosen = CuratedItem.objects.filter(pk=item.pk)
        result = perform(verb, chosen, actor, reason=note, at=at, now_if_before=limit)
        if result.changed:
            self._report_verb(request, item, verb, note)
            return ""
        return f"{TRANSITIONS[verb].done}: it is {result.skipped[item.pk]}"

    def _report_verb(self, request: HttpRequest, item: CuratedItem, verb: Revision.Verb, note: str) -> None:
        """Tell the consequence, and write it to the admin's log."""
        item.refresh_from_db(fields=["status", "published_at"])
        done = f"{TRANSITIONS[verb].done.capitalize()}."
        self.log_change(request, item, f"{done} Note: {note}" if note else done)
        message = format_html("“{}” {}. {}", edit_link(item), _done_by(verb, item), consequence(item) or "")
        self.message_user(request, message, messages.SUCCESS)


def _done_by(verb: Revision.Verb, item: CuratedItem) -> str | SafeString:
    """Return the result of a verb, after the title."""
    if verb == Verb.PUBLISHED:
        return format_html('is published: <a href="{}">view it</a>', item.get_absolute_url())
    return _DONE[verb]


def _is_planned(verb: str, item: CuratedItem) -> bool:
    """Whether an item that would be published has a publication time in the future."""
    return verb == Verb.PUBLISHED and item.published_at is not None and item.published_at > timezone.now()


def _question(item: CuratedItem) -> str:
    """Return why the old date of an item that passes the other checks must be decided about first, or ""."""
    failed = failures(item)
    is_old = any(check.code == "old-date" for check in failed)
    if item.published_at is None or not is_old or any(check.level is Level.REFUSE for check in failed):
        return ""
    return f"published: it would stand at {time_text(item.published_at)}. Choose its date beside the button first"
