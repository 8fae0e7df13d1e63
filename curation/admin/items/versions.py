"""The versions of an item that the history compares: right after or before a revision, live, or a draft over it."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from django.http import Http404
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin_site.times import desk_time, exact_time
from curation.items.drafts import state_in
from curation.items.record import with_record_relations
from curation.items.revisions import state_at, typed_values
from curation.items.state import LABELS, State, state_of
from curation.models import CuratedItem, ItemDraft, Revision

#: The tokens of versions in addresses: `12`, `before-12`, `now`, `draft`.
NOW, DRAFT = "now", "draft"
_OF_REVISION = re.compile(r"(before-)?([0-9]{1,18})")


@dataclass(frozen=True, slots=True)
class ComparedVersion:
    """A version of an item, with its title as HTML. `fields` are those that it has values of: all, or those typed."""

    token: str
    title: SafeString
    state: State
    fields: Set[str]
    revision: Revision | None = None
    is_before: bool = False

    @property
    def reason(self) -> str:
        """The reason of a revision that puts this version back."""
        revision = self.revision
        assert revision is not None  # noqa: S101  # only versions of revisions are put back
        named = f"“{revision.get_verb_display()}” by {revision.user_name}, {exact_time(revision.created_at)}"
        if not revision.is_applied:
            return f"From the text that was not taken: {named}."
        return f"As it was {'before' if self.is_before else 'after'} {named}."


def live_state(item: CuratedItem) -> State:
    return state_of(with_record_relations(CuratedItem.objects.filter(pk=item.pk)).get())


def version_of(item: CuratedItem, token: str, live: State) -> ComparedVersion:
    """Return the version of an item that a token names. Raises `Http404` for others."""
    if token == NOW:
        return ComparedVersion(NOW, SafeString("Now"), live, LABELS.keys())
    if token == DRAFT and (draft := ItemDraft.objects.filter(item=item).first()):
        title = format_html("Draft by {}, {}", draft.user_name, desk_time(draft.updated_at))
        return ComparedVersion(DRAFT, title, state_in(draft), LABELS.keys())
    match = _OF_REVISION.fullmatch(token)
    revision = item.revisions.filter(pk=int(match[2])).first() if match else None
    if match is None or revision is None:
        raise Http404
    return _of_revision(item, revision, live, token, is_before=bool(match[1]))


def _of_revision(item: CuratedItem, revision: Revision, live: State, token: str, *, is_before: bool) -> ComparedVersion:
    title = format_html(
        "{}{}, {}: {}",
        "Before " if is_before else "",
        desk_time(revision.created_at),
        revision.user_name,
        revision.get_verb_display(),
    )
    state = state_at(item, revision.pk - is_before, live)
    if revision.is_applied or is_before:
        return ComparedVersion(token, title, state, LABELS.keys(), revision, is_before)
    typed = typed_values(revision)
    return ComparedVersion(token, title, {**state, **typed}, typed.keys(), revision)
