"""The writer of aliases."""

from __future__ import annotations

from collections.abc import Iterable, Set
from urllib.parse import quote

from curation.frontmatter.reading.aliases import ALIAS_KEYS, derive_aliases, own_page_path, resolve_alias
from curation.frontmatter.reading.paths import parse_site_path
from curation.frontmatter.values import Value

from .file_text import FileText
from .lists import EntryKey, distribute_entries, entry_values, write_list


def write_aliases(file: FileText, wanted: tuple[str, ...]) -> None:
    """Write the aliases that do not follow from other keys."""
    current, own = file.current, own_page_path(file.current)
    old: dict[str, list[tuple[EntryKey, Value]]] = {}
    for key in ALIAS_KEYS:
        values = entry_values(file, key)
        paths = [resolve_alias(current, value) if isinstance(value, str) else "" for value in values]
        if values:
            old[key] = [
                (path if path not in ("", own) else None, value) for path, value in zip(paths, values, strict=True)
            ]
    explicit = {path for entries in old.values() for path, _value in entries if path}
    derived = set(derive_aliases(current, explicit)) - explicit
    target_key = next(iter(old), ALIAS_KEYS[0])
    for key, entries in distribute_entries(old, _as_written(wanted, derived), target_key, is_ordered=False).items():
        write_list(file, key, entries)


def _as_written(paths: Iterable[str], derived: Set[str]) -> list[tuple[str, str]]:
    """Return the paths to write, each with its text: percent-encoded where it would be read as another path."""
    return [(path, path if parse_site_path(path) == path else quote(path)) for path in paths if path not in derived]
