"""Which pipeline wrote a file, told by its keys."""

import re

from .records import Dialect
from .values import Value

OPENPROJECT_SOURCE = "open-project-curations"
_SECTION_PAGE = re.compile(r"_index(\.[\w-]+)?\.\w+", re.ASCII)


def recognise(values: dict[str, Value]) -> Dialect:
    """Return the dialect of front matter. The first that fits wins."""
    has_work_package = "openProjectCustomFields" in values and values.get("id") is not None
    if values.get("source") == OPENPROJECT_SOURCE or has_work_package:
        return "openproject"
    if values.get("archetype") == "bookmark" or _has_edit_url(values):
        return "bookmark"
    if values.get("archetype") == "contributor-center":
        return "contributor"
    if values.get("type") == "post" and values.get("url"):
        return "wordpress"
    return "hugo"


def _has_edit_url(values: dict[str, Value]) -> bool:
    dropmark = values.get("dropmark")
    return "dropmark.editURL" in values or (isinstance(dropmark, dict) and "editURL" in dropmark)


def is_section_page(name: str) -> bool:
    """Return whether a file is a section of the old site (`_index.md`, `_index.en.md`) by its name."""
    return _SECTION_PAGE.fullmatch(name) is not None
