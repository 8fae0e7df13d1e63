"""Two states of an item side by side or in one, field by field, with the differences marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from curation.admin.imports.differences import in_words, mark_differences, mark_in_one
from curation.importing.history.diff import as_text
from curation.items.change_words import DERIVED, ENTRY_NAMES, entry_changes, status_label
from curation.items.state import LABELS, State, changes_between
from curation.models import CuratedItem, Image
from curation.templating.pictures import picture

EMPTY = SafeString('<span class="nothing">(empty)</span>')


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field that differs, as HTML: both values, or in one if `in_one` is not empty. `note` explains a list."""

    name: str
    label: str
    before: SafeString
    after: SafeString
    in_one: SafeString
    note: str = ""


def compare(before: State, after: State, *, in_one: bool, only: Set[str] | None = None) -> list[ComparedField]:
    """Return the fields that differ, or those of them in `only`. Takes one query for all pictures."""
    changes = {
        name: values
        for name, values in changes_between(before, after).items()
        if name not in DERIVED and (only is None or name in only)
    }
    images = Image.objects.in_bulk([value for value in changes.get("image", ()) if value])
    compared = changes.items()
    return [_compare_field(name, before, after, images, in_one=in_one) for name, (before, after) in compared]


def _compare_field(name: str, before: Any, after: Any, images: Mapping[int, Image], *, in_one: bool) -> ComparedField:
    if name in ENTRY_NAMES:
        return _compare_lists(name, before or (), after or (), in_one=in_one)
    if name == "image":
        values = _image(before, images), _image(after, images)
        return ComparedField(name, LABELS[name], *values, SafeString())
    old, new = _text(name, before), _text(name, after)
    if in_one:
        return ComparedField(name, LABELS[name], SafeString(), SafeString(), mark_in_one(old, new) or EMPTY)
    marked = mark_differences(old, new)
    return ComparedField(name, LABELS[name], marked[0] or EMPTY, marked[1] or EMPTY, SafeString())


def _text(name: str, value: Any) -> str:
    """Return a value that is not a list as text: times in the active zone."""
    if name == "status" and value:
        return status_label(value)
    if name == "flavour" and value:
        return str(CuratedItem.Flavour(value).label)
    return in_words(name, as_text(name, value))


def _image(pk: int | None, images: Mapping[int, Image]) -> SafeString:
    if not pk:
        return EMPTY
    if pk not in images:
        return SafeString('<span class="nothing">A picture that was deleted since.</span>')
    return format_html("{} {}", picture(images[pk], sizes="160px"), images[pk].original_name)


def _compare_lists(name: str, before: Sequence[Any], after: Sequence[Any], *, in_one: bool) -> ComparedField:
    removed, added = entry_changes(name, before, after)
    note = "" if removed or added else "The same entries, in another order or spelling, or differently marked."
    if in_one:
        entries = [("−", "del", entry) for entry in removed]
        entries += [("+", "ins", entry) if entry in added else ("", "span", entry) for entry in after]
        return ComparedField(name, LABELS[name], SafeString(), SafeString(), _entries(name, entries), note)
    old = [("−", "del", entry) if entry in removed else ("", "span", entry) for entry in before]
    new = [("+", "ins", entry) if entry in added else ("", "span", entry) for entry in after]
    return ComparedField(name, LABELS[name], _entries(name, old), _entries(name, new), SafeString(), note)


def _entries(name: str, entries: Sequence[tuple[str, str, Any]]) -> SafeString:
    if not entries:
        return EMPTY
    title = _ENTRY_TITLES.get(name, str)
    rows = ((format_html("<{0}>{1} {2}</{0}>", SafeString(tag), sign, title(entry)),) for sign, tag, entry in entries)
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", rows))


_ENTRY_TITLES: dict[str, Callable[[Any], str]] = {
    "topics": lambda topic: f"{topic['vocabulary']}: {topic['label']}",
    "offerings": lambda offering: f"{offering['name']}{' (about this one)' if offering['is_primary'] else ''}",
}
