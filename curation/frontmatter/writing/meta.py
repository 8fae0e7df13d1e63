"""The writer of the overrides of meta tags."""

from __future__ import annotations

from collections.abc import Mapping

from curation.frontmatter.reading.meta import GROUPS, SINGLE

from .file_text import FileText
from .texts import present_keys, write_repeated


def write_meta(file: FileText, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Write the overrides of meta tags that differ, each under the key that it is read from."""
    current = file.current.fields["meta"]
    tags = {(group, name): None for meta in (current, wanted) for group, names in meta.items() for name in names}
    for group, name in tags:
        text = wanted.get(group, {}).get(name, "")
        if text != current.get(group, {}).get(name, "") and group in GROUPS:
            single = [key for key, tag in SINGLE.items() if tag == (group, name)]
            grouped = f"{GROUPS[group]}.{name}"
            default = single[0] if single and file.current.dialect == "contributor" else grouped
            write_repeated(file, present_keys(file, (grouped, *single)), text, default)
