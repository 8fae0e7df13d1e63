"""Execute a confirmed bulk change, or the undo of one: within a request, or by the worker."""

from curation.models import BulkChange

from .changes import execute, run_action
from .undo import undo_items


def run(change: BulkChange) -> None:
    """Execute a change to its end, or continue it."""
    execute(change, undo_items if change.undo_of_id else run_action)
