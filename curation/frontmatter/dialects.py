"""Which pipeline wrote a file, told by its keys."""

import re
from collections.abc import Collection, Mapping

from .meta_text import KEYS
from .records import Dialect, Format
from .values import Value

OPENPROJECT_SOURCE = "open-project-curations"
_SECTION_PAGE = re.compile(r"_index(\.[\w-]+)?\.\w+", re.ASCII)


def recognise(values: Mapping[str, Value], form: Format = "yaml", written: Collection[str] = ()) -> Dialect:
    """Return the dialect of front matter. The first that fits wins. `written` are keys as the file spells them."""
    has_work_package = "openProjectCustomFields" in values and values.get("id") is not None
    if values.get("source") == OPENPROJECT_SOURCE or has_work_package:
        return "openproject"
    if values.get("archetype") == "bookmark" or _has_edit_url(values):
        return "bookmark"
    if values.get("archetype") == "contributor-center":
        return "contributor"
    if values.get("type") == "post" and values.get("url"):
        return "wordpress"
    return "pelican" if form == "meta" or _is_pelican(values, written) else "hugo"


def _is_pelican(values: Mapping[str, Value], written: Collection[str]) -> bool:
    """Return whether YAML is Pelican's: only it has a `Save_as`, and only its users write `Title: …` in capitals, and
    no key that it does not know.
    """
    names = {name.lower() for name in values}
    return "save_as" in names or ("Title" in written and len(names) > 1 and names <= KEYS)


def _has_edit_url(values: Mapping[str, Value]) -> bool:
    dropmark = values.get("dropmark")
    return "dropmark.editURL" in values or (isinstance(dropmark, dict) and "editURL" in dropmark)


def is_section_page(name: str) -> bool:
    """Return whether a file is a section of the old site (`_index.md`, `_index.en.md`) by its name."""
    return _SECTION_PAGE.fullmatch(name) is not None
