"""The options of an import run in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from curation.admin_site.times import time_text
from curation.models import CuratedItem

from .upload_form import ON_CONFLICT, STATUSES

_LABELS = {
    "static_roots": "Files of the site taken from",
    "dry_run": "Trial run",
    "atomic": "If a file is rejected",
    "prune": "Items whose files are gone",
    "force": "Files that have not changed",
    "restore_deleted": "Deleted items",
    "on_conflict": "Fields changed here and in a file",
    "status": "New items",
    "flavour": "Markdown of the bodies",
    "since": "Only files written since",
    "jobs": "Files read at the same time",
    "batch_size": "Files saved together",
}
#: The values of options that are on or off, when they are on.
_WHEN_ON = {
    "dry_run": "nothing was kept",
    "atomic": "nothing is kept",
    "prune": "archived",
    "force": "read again",
    "restore_deleted": "restored",
}


def option_words(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the options of a run (`Options.as_json()`), each as a label and a value."""
    return [(_LABELS[name], _value(name, value)) for name, value in options.items() if name in _LABELS]


def _value(name: str, value: Any) -> str:
    if name in _WHEN_ON:
        return _WHEN_ON[name] if value else "no"
    if name == "since":
        return time_text(datetime.fromisoformat(value))
    if name == "static_roots":
        return ", ".join(value)
    choices = {"on_conflict": ON_CONFLICT, "status": STATUSES, "flavour": CuratedItem.Flavour.choices}.get(name, ())
    return str(dict(choices).get(value, value))
