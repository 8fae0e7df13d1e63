"""What happened to items: revisions, changes of many items at once, and drafts over published items."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from .fields import CompressedJSONField
from .imports import ImportRun
from .items import CuratedItem


class BulkChange(models.Model):
    """A change of many items by one verb, with the ids of the items that an editor chose.

    `verb` is the name of a bulk action, and `arguments` holds its `value` as JSON and as `text`. A change is prepared
    until its user confirms it. A worker executes a change of many items and counts `done`. `counts` has the number of
    `changed` items and those `skipped`, by reason. `undo_of` is the change that this one undoes; items that it left as
    they are, with the reason, are in `kept` of `counts`.
    """

    class Outcome(models.TextChoices):
        PREPARED = "prepared", "Not confirmed"
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"
        UNDONE = "undone", "Undone"

    verb = models.CharField(max_length=32)
    arguments = models.JSONField(default=dict)
    item_ids = models.JSONField(default=list)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    user_name = models.CharField(max_length=200, help_text="Stays when the user is deleted.")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, default=Outcome.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0, help_text="Number of items that are done.")
    counts = models.JSONField(default=dict)
    message = models.TextField(blank=True)
    undo_of = models.OneToOneField("self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by")

    class Meta:
        ordering = ["-id"]
        verbose_name = "action"

    def __str__(self) -> str:
        return f"Action {self.pk}"


class Revision(models.Model):
    """One change of an item: who made it, by which verb and why, and each changed field before and after it.

    `changes` maps fields of `items.state` to a list of two JSON values, before and after. It is {} for a revision that
    created the item: its values follow from the item and the later revisions. A revision that is not `is_applied`
    holds values that somebody typed and that the item did not get: the other side of a conflict, or a draft that was
    discarded or replaced, made from the item as it was at the revision `base_id`.

    `pdf` names the stored PDF that the revision can give back: the one before an applied change, else the one typed.

    Revisions are written by `items.revisions` alone, in the transaction of the change.
    """

    class Verb(models.TextChoices):
        CREATED = "created", "Created"
        SAVED = "saved", "Saved"
        SUBMITTED = "submitted", "Submitted for review"
        RETURNED = "returned", "Returned with a note"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        SCHEDULED = "scheduled", "Scheduled"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ARCHIVED = "archived", "Archived"
        BINNED = "binned", "Moved to the bin"
        RESTORED = "restored", "Restored"
        IMPORTED = "imported", "Imported"
        UNDONE = "undone", "Undone"
        RESOLVED = "resolved", "Conflict resolved"
        PUT_BACK = "put-back", "Put back"
        CHANGED = "changed", "Changed with others"
        NOT_TAKEN = "not-taken", "Typed, but not taken"

    item = models.ForeignKey(CuratedItem, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    user_name = models.CharField(max_length=200, help_text="Stays when the user is deleted.")
    verb = models.CharField(max_length=16, choices=Verb.choices)
    reason = models.TextField(blank=True)
    is_applied = models.BooleanField(default=True)
    bulk_change = models.ForeignKey(
        BulkChange, null=True, blank=True, on_delete=models.SET_NULL, related_name="revisions"
    )
    run = models.ForeignKey(ImportRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="revisions")
    changes = CompressedJSONField(default=dict)
    base_id = models.BigIntegerField(null=True, editable=False)
    pdf = models.CharField(max_length=200, blank=True, default="", editable=False)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index("item", models.F("id").desc(), name="revision_newest"),
            models.Index(fields=["pdf"], condition=~models.Q(pdf=""), name="revision_pdf"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} by {self.user_name}"

    @property
    def is_import(self) -> bool:
        return self.verb == Revision.Verb.IMPORTED

    def is_by(self, user_id: int | None) -> bool:
        """Whether a user made the change by hand."""
        return not self.is_import and self.user_id is not None and self.user_id == user_id

    def done_by(self, reader_id: int | None) -> str:
        """Return who made the change, for the user with an ID: “You”, a name, or “Import 7”, whoever started it."""
        if self.is_import:
            return f"Import {self.run_id}" if self.run_id else "An import"
        return "You" if self.is_by(reader_id) else self.user_name


class ItemDraft(models.Model):
    """A draft over a published item: what readers will see once its changes are published.

    `state` is the whole state (`items.state`), made from the item as it was at the revision `base_id` (0: before any).
    """

    item = models.OneToOneField(CuratedItem, on_delete=models.CASCADE, related_name="draft")
    state = CompressedJSONField(default=dict)
    base_id = models.BigIntegerField(default=0)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    user_name = models.CharField(max_length=200)
    is_submitted = models.BooleanField(default=False, help_text="Whether it waits for a review.")
    note = models.TextField(blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Draft over {self.item}"
