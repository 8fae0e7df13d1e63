"""Save the form of one field: merged with what others changed, as a revision."""

from __future__ import annotations

from django.utils import timezone

from curation.admin.items.merged_form import MergedForm
from curation.items.actors import Actor
from curation.items.relations import set_relations
from curation.items.revisions import Change, Verb, record_changes
from curation.items.state import changes_between, states_of
from curation.models import CuratedItem, Topic

Status = CuratedItem.Status


def save(form: MergedForm, actor: Actor) -> int | None:
    """Save a valid form in the caller's transaction, which has locked the item; return the ID of the revision, if any.

    As in the item form, a change ends an approval, and readers of a published item see when it was edited.
    """
    item: CuratedItem = form.instance
    assert form.edit is not None  # noqa: S101  # the form is of a saved item
    form.save()
    if "chosen" in form.cleaned_data:
        set_relations(item, topics=_merged_topics(form, form.cleaned_data["chosen"]))
    changes = changes_between(form.edit.live, states_of(CuratedItem.objects.filter(pk=item.pk))[item.pk])
    record_changes([Change(item.pk, changes)], Verb.SAVED, actor)
    if form.edit.not_taken:
        record_changes([Change(item.pk, form.edit.not_taken, is_applied=False)], Verb.NOT_TAKEN, actor)
    if not changes:
        return None
    edited = {"edited_at": timezone.now()} if item.status == Status.PUBLISHED else {}
    CuratedItem.objects.filter(pk=item.pk).update(approved_at=None, **edited)
    return item.revisions.filter(verb=Verb.SAVED).order_by("-pk").values_list("pk", flat=True).first()


def _merged_topics(form: MergedForm, chosen: list[Topic]) -> list[int]:
    """Return the IDs of the topics that the item has by now, and of those that were chosen."""
    present = [row.topic for row in form.instance.itemtopic_set.select_related("topic__vocabulary")]
    return list(dict.fromkeys(topic.pk for topic in (*present, *chosen)))
