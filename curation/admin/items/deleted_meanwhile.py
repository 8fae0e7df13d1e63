"""Saving a form of an item that was deleted while it was open: the form comes back with everything that was typed."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict

from curation.admin_site.sent_twice import form_key
from curation.items.actors import Actor
from curation.items.bin import deleted_when, restore
from curation.items.workflow import may, may_change
from curation.models import CuratedItem, DeletedItem, Revision

from .bin import BinViews
from .verbs import Button

#: The names of the buttons that such a form offers.
RESTORE, SAVE_AS_NEW = "_restore", "_save_as_new"


class DeletedMeanwhile(BinViews):
    """The part of the item admin that keeps what was typed into the form of a deleted item.

    The form offers to save it as a new draft and, if the item is in the bin and the user may restore it, to restore and
    save it. Both are the ordinary save of the form, after one more step.
    """

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        pk = int(object_id) if object_id and object_id.isdecimal() and len(object_id) < 19 else 0
        if request.method == "POST" and pk and self.has_add_permission(request):
            item = CuratedItem.objects.filter(pk=pk).first()
            if item is None or SAVE_AS_NEW in request.POST or _is_out_of_reach(request, item):
                request.deleted_item = item or DeletedItem.objects.filter(former_id=pk).first()  # type: ignore[attr-defined]
                request.is_for_new = True  # type: ignore[attr-defined]
                form_key(request)  # of what was sent: the new slug depends on the items that there are
                request.POST = _for_new_item(request.POST, item)  # type: ignore[assignment]  # as Django's own tests do
                object_id = None  # the form of a new item
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> CuratedItem | None:
        """Return an item; for a form that is sent, one in the bin too, or restored if the form asks for it."""
        item = super().get_object(request, object_id, from_field)
        if item is not None or request.method != "POST" or not object_id.isdecimal() or len(object_id) > 18:
            return item
        binned = CuratedItem.objects.in_bin().filter(pk=int(object_id))
        actor = Actor.of(request.user)
        if RESTORE in request.POST and actor.may("delete") and restore(binned, actor).changed:
            self.message_user(request, "The item is restored.", messages.SUCCESS)
            return super().get_object(request, object_id, from_field)
        return binned.select_related("image", "publisher").first()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if not _is_deleted(request, obj) or (obj and not self.has_change_permission(request, obj)):
            return form
        message = "" if SAVE_AS_NEW in request.POST else _message(request, obj)
        deleted = getattr(request, "deleted_item", None)

        class DeletedItemForm(form):  # type: ignore[misc, valid-type]  # a class made by the admin
            stands_for = deleted.pk if isinstance(deleted, CuratedItem) else None

            def clean(self) -> Any:
                cleaned = super().clean()
                if message:
                    self.add_error(None, ValidationError(message, code="deleted"))
                return cleaned

        return DeletedItemForm

    def form_context(self, request: HttpRequest, form: Any, obj: CuratedItem | None) -> dict[str, Any]:
        context = super().form_context(request, form, obj)
        if not _is_deleted(request, obj):
            return context
        may_restore = obj is not None and may(Actor.of(request.user), obj, Revision.Verb.RESTORED)
        return {
            **context,
            "may_restore": may_restore,
            "may_save_as_new": self.has_add_permission(request),
            "verbs": [],
            "show_save": obj is not None and not may_restore,
            "save": Button("", "Save, once it is restored"),
            "has_main_verb": True,
            "show_note": False,
            "show_save_and_continue": False,
            "show_delete": False,
        }


def _is_out_of_reach(request: HttpRequest, item: CuratedItem) -> bool:
    """Whether an item is in the bin and its editor may not change it any more: a new draft is all that is left."""
    return item.status == CuratedItem.Status.BIN and not may_change(Actor.of(request.user), item)


def _is_deleted(request: HttpRequest, obj: CuratedItem | None) -> bool:
    return getattr(request, "is_for_new", False) if obj is None else obj.status == CuratedItem.Status.BIN


def _for_new_item(data: QueryDict, former: CuratedItem | None) -> QueryDict:
    """Return a form without the item that the rows of its relations name, and with a slug of its own."""
    result = data.copy()
    for name in data:
        if name.endswith("-item"):
            del result[name]
    if former and result.get("slug") == former.slug:
        slugs = (f"{former.slug[:200]}-{number}" for number in count(2))
        result["slug"] = next(slug for slug in slugs if not CuratedItem.objects.filter(slug=slug).exists())
    return result


def _message(request: HttpRequest, obj: CuratedItem | None) -> str:
    """Return the error of the form of a deleted item: by whom it was deleted, and what its editor may do now."""
    new = "save it as a new draft, and everything typed here is kept, but for its redirects and its PDF"
    deleted: CuratedItem | DeletedItem | None = obj or getattr(request, "deleted_item", None)
    if not isinstance(deleted, CuratedItem):
        by = f" {deleted_when(deleted)}" if deleted else ""
        return f"This item was deleted for ever{by}. Nothing is saved yet: {new}."
    moved = f"While you had it open, this item was moved to the bin {deleted_when(deleted)}. Nothing is saved yet"
    actor = Actor.of(request.user)
    if obj is None:
        return f"{moved}, and you may not change it now: {new}."
    if may(actor, obj, Revision.Verb.RESTORED):
        return f"{moved}: restore it and save, and everything typed here is kept; or {new}."
    if actor.may("delete"):
        reason, helper = ". Only publishers can restore an item that was live", "a publisher"
    else:
        reason, helper = "", f"{deleted.binned_by}, or an editor,"
    return (
        f"{moved}{reason}: ask {helper} to restore it and then save again, as everything typed is still here; or {new}."
    )
