"""The notes at the top of the item form: who else is here, and what others have saved since it was opened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from curation.admin_site.parameters import text_parameter
from curation.items import presence
from curation.items.actors import Actor
from curation.items.concurrent_edits import Version
from curation.items.state import LABELS
from curation.items.workflow import may_change
from curation.models import CuratedItem, Presence

#: The fields of a state that are one text input of the form, whose value a script can take in.
TEXT_FIELDS = frozenset(
    ("title", "summary", "body", "source_url", "via_name", "via_url", "image_alt", "kind", "format", "section")
)


@dataclass(frozen=True, slots=True)
class SavedField:
    """A field that somebody has saved since the form was opened. `text` is its value if a script can take it in."""

    name: str
    label: str
    user_name: str
    saved_at: datetime
    text: str | None


def presence_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the user has an item's form open, or leaves it (`leave`), and return the notes as an HTML fragment.

    Parameters: `field` is the form's field with the cursor, `dirty` is `1` if there are unsaved changes, `version` is
    that of the form (`Version`).
    """
    item, user = CuratedItem.objects.filter(pk=pk).first(), request.user
    if item is None:
        raise Http404
    actor = Actor.of(user)
    if not may_change(actor, item) or not isinstance(user, User):
        raise PermissionDenied
    if request.POST.get("leave"):
        presence.leave(item, user)
        return HttpResponse()
    presence.renew(item, user, text_parameter(request.POST, "field"), is_dirty=request.POST.get("dirty") == "1")
    version = Version.read(request.POST.get("version", ""))
    context = {
        "item": item,
        "others": [(row, _place(row)) for row in presence.others_at(item, user)],
        "saved": list(_saved_fields(item, actor, version)) if version else [],
        "is_binned": item.status == CuratedItem.Status.BIN,
    }
    return TemplateResponse(request, "admin/curation/curateditem/presence.html", context)


def _place(row: Presence) -> str:
    """Return the label of the field that somebody is in, "" if it is not known."""
    relation = row.field.partition("_set-")[0].removeprefix("item")
    return LABELS.get(row.field) or LABELS.get(f"{relation}s", "")


def _saved_fields(item: CuratedItem, actor: Actor, version: Version) -> Iterator[SavedField]:
    """Yield each field that was saved since a version, once, with who saved it last."""
    # A note of its own tells of the bin.
    named = {"status"} if item.status == CuratedItem.Status.BIN else set()
    for revision in presence.saved_since(item, version.revision_id):
        who = revision.done_by(actor.user.pk if actor.user else None)
        for name, (_before, after) in revision.changes.items():
            if name not in named:
                text = str(after) if name in TEXT_FIELDS else None
                yield SavedField(name, LABELS.get(name, name), who, revision.created_at, text)
        named.update(revision.changes)
