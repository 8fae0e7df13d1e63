"""The changes of a revision in words: “Summary; Topics −Radiology; Body +1 paragraph, +5 words”."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from curation.frontmatter.comparison import UNORDERED
from curation.lib.names import name_key
from curation.models import CuratedItem

from .state import LABELS

#: Maximum number of entries of a list that are named as added, and as removed.
MAX_ENTRIES = 3
#: Maximum length, in characters, of two values that are both written out.
MAX_VALUE = 40
#: Fields that follow from others: they are named only if they changed alone.
DERIVED = frozenset(["media_provenance"])

#: The name of an entry of each list, as a state has it.
ENTRY_NAMES: dict[str, Callable[[Any], str]] = {
    "topics": lambda topic: str(topic["label"]),
    "offerings": lambda offering: str(offering["name"]),
    "authors": str,
    "tags": str,
    "aliases": str,
}
_ENTRY_KEYS: dict[str, Callable[[Any], Any]] = {
    # A renamed topic keeps its slug. A file may name one without.
    "topics": lambda topic: topic["slug"] or (name_key(topic["vocabulary"]), name_key(topic["label"])),
    "offerings": lambda offering: offering["external_id"] or offering["slug"],
    "authors": name_key,
    "tags": name_key,
    "aliases": str,
}


def describe(changes: Mapping[str, Sequence[Any]]) -> str:
    """Return the changed fields in words, in the order of `LABELS`."""
    return "; ".join(_describe_field(name, *changes[name]) for name in _named(changes))


def _named(changes: Mapping[str, Any]) -> list[str]:
    """Return the changed fields that words name, in the order of `LABELS`."""
    names = [name for name in LABELS if name in changes]
    return [name for name in names if name not in DERIVED] or names


def entry_changes(name: str, before: Sequence[Any], after: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return the entries that a list lost, and those that it gained."""
    key = _ENTRY_KEYS[name]
    old, new = {key(entry) for entry in before}, {key(entry) for entry in after}
    return [entry for entry in before if key(entry) not in new], [entry for entry in after if key(entry) not in old]


def _describe_field(name: str, before: Any, after: Any) -> str:
    label = LABELS[name]
    if name in ENTRY_NAMES:
        return f"{label} {_describe_entries(name, before or (), after or ())}"
    if name == "body":
        return _with_detail(label, _describe_body(before or "", after or ""))
    if name in ("image", "pdf") and not (before and after):
        return f"{label} {'added' if after else 'removed'}"
    if name == "status":
        return f"{label} {status_label(before)} → {status_label(after)}"
    if name == "publisher":
        return f"{label} {' → '.join(value['name'] if value else '(none)' for value in (before, after))}"
    if name == "slug":
        return f"{label} {before} → {after}"
    return _with_detail(label, _describe_values(before, after))


def status_label(status: str) -> str:
    return str(CuratedItem.Status(status).label)


def _with_detail(label: str, detail: str) -> str:
    return f"{label} {detail}" if detail else label


def _describe_values(before: Any, after: Any) -> str:
    """Return two short values of one word or two; "" for all others, whose label is enough."""
    values = [value for value in (before, after) if value]
    if not all(isinstance(value, str) and " " not in value.strip() and "/" not in value for value in values):
        return ""
    if sum(map(len, values)) > MAX_VALUE or any(value[:1].isdigit() for value in values):
        return ""
    return f"{before or '(empty)'} → {after or '(empty)'}"


def _describe_entries(name: str, before: Sequence[Any], after: Sequence[Any]) -> str:
    removed, added = entry_changes(name, before, after)
    parts = [*_signed("−", removed, ENTRY_NAMES[name]), *_signed("+", added, ENTRY_NAMES[name])]
    if parts:
        return ", ".join(parts)
    if name == "offerings":
        primary = next((entry["name"] for entry in after if entry["is_primary"]), "")
        if primary != next((entry["name"] for entry in before if entry["is_primary"]), ""):
            return f"about {primary}" if primary else "about none of them"
    return "spelled differently" if name in UNORDERED else "in another order or spelling"


def _signed(sign: str, entries: Sequence[Any], name: Callable[[Any], str]) -> list[str]:
    named = [f"{sign}{name(entry)}" for entry in entries[:MAX_ENTRIES]]
    return [*named, f"{sign}{len(entries) - MAX_ENTRIES} more"] if len(entries) > MAX_ENTRIES else named


def _describe_body(before: str, after: str) -> str:
    """Return the difference of two bodies in paragraphs and words, from their numbers alone: fast for long bodies."""
    paragraphs = len(_paragraphs(after)) - len(_paragraphs(before))
    old, new = Counter(before.split()), Counter(after.split())
    counts = (
        *_counted("+" if paragraphs > 0 else "−", abs(paragraphs), "paragraph"),
        *_counted("+", (new - old).total(), "word"),
        *_counted("−", (old - new).total(), "word"),
    )
    return ", ".join(counts)


def _counted(sign: str, number: int, noun: str) -> list[str]:
    return [f"{sign}{number:,} {noun}{'' if number == 1 else 's'}"] if number else []


def _paragraphs(text: str) -> list[str]:
    return [part for part in re.split(r"\n\s*\n", text) if part.strip()]
