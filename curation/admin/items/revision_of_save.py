"""The revision of an item that its form, or the quick edit of the list, has saved."""

from __future__ import annotations

from curation.items.actors import Actor
from curation.items.concurrent_edits import ConcurrentEdit
from curation.items.revisions import Change, Verb, record_changes
from curation.items.state import changes_between, labels_of, states_of
from curation.models import CuratedItem, ItemDraft


def write_revision(actor: Actor, item: CuratedItem, edit: ConcurrentEdit | None, draft: ItemDraft | None) -> list[str]:
    """Write the revision of a save, which publishes a draft or not; return the labels of the changed fields."""
    if edit is None:
        record_changes([Change(item.pk)], Verb.CREATED, actor)
        return []
    after = states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk]
    changes = changes_between(edit.live, after)
    verb = Verb.PUBLISHED if draft and item.status == CuratedItem.Status.PUBLISHED else Verb.SAVED
    record_changes([Change(item.pk, changes)], verb, actor, reason=f"The draft by {draft.user_name}." if draft else "")
    if changes:  # which nobody has approved
        CuratedItem.objects.filter(pk=item.pk).exclude(approved_at=None).update(approved_at=None)
    if edit.not_taken:
        record_changes([Change(item.pk, edit.not_taken, is_applied=False)], Verb.NOT_TAKEN, actor)
    return labels_of(changes)
