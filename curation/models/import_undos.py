"""Undos of import runs."""

from django.conf import settings
from django.db import models

from .imports import ImportRun


class ImportUndo(models.Model):
    """The undo of a run: its plan, the progress of its execution, and the result.

    `plan` and `result` are `UndoResult.as_json()` (`importing.history.undo_records`). A process that works on an undo
    updates `heartbeat_at`.
    """

    class State(models.TextChoices):
        PLANNING = "planning", "Being planned"
        PLANNED = "planned", "Planned"
        UNDOING = "undoing", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    run = models.OneToOneField(ImportRun, on_delete=models.CASCADE, related_name="undo")
    state = models.CharField(max_length=16, choices=State.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_by = models.CharField(
        max_length=200, help_text="The name of the editor or of the operating system's user who asked for it."
    )
    requested_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    files = models.PositiveIntegerField(default=0, help_text="Number of files to plan or to undo.")
    done = models.PositiveIntegerField(default=0, help_text="Number of files that are planned or undone.")
    plan = models.JSONField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    planned_version = models.CharField(
        max_length=36, blank=True, help_text="The version of the content when the plan was begun."
    )
    result = models.JSONField(null=True, blank=True)
    message = models.TextField(blank=True, help_text="The reason why it failed, or what it waits for.")

    def __str__(self) -> str:
        return f"Undo of import {self.run_id}"
