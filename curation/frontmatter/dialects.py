"""The dialect of a file: the pipeline that wrote it, recognised by its keys."""

import re
from collections.abc import Collection, Mapping

from curation.frontmatter.values import Value

from .record import Dialect, Format

OPENPROJECT_SOURCE = "open-project-curations"
#: Keys that Pelican defines (https://docs.getpelican.com/en/latest/content.html#file-metadata). A file has a header of
#: Pelican if its first line is one of them, and a title follows, or a second one: prose may start with "Summary: ".
PELICAN_KEYS = frozenset(
    (
        *("author", "authors", "category", "date", "description", "keywords", "lang", "modified", "save_as", "slug"),
        *("status", "summary", "tags", "template", "title", "translation", "url"),
    )
)
_SECTION_PAGE = re.compile(r"_index(\.[\w-]+)?\.\w+", re.ASCII)


def recognise_dialect(values: Mapping[str, Value], form: Format = "yaml", spellings: Collection[str] = ()) -> Dialect:
    """Return the first dialect that fits front matter. `spellings` are keys as the file spells them."""
    has_work_package = "openProjectCustomFields" in values and values.get("id") is not None
    if values.get("source") == OPENPROJECT_SOURCE or has_work_package:
        return "openproject"
    if values.get("archetype") == "bookmark" or _has_edit_url(values):
        return "bookmark"
    if values.get("archetype") == "contributor-center":
        return "contributor"
    if values.get("type") == "post" and values.get("url"):
        return "wordpress"
    return "pelican" if form == "meta" or _is_pelican(values, spellings) else "hugo"


def _is_pelican(values: Mapping[str, Value], spellings: Collection[str]) -> bool:
    """Return whether YAML is Pelican's: it has `Save_as`; or `Title` in capitals, and only Pelican's keys."""
    names = {name.lower() for name in values}
    return "save_as" in names or ("Title" in spellings and len(names) > 1 and names <= PELICAN_KEYS)


def _has_edit_url(values: Mapping[str, Value]) -> bool:
    dropmark = values.get("dropmark")
    return "dropmark.editURL" in values or (isinstance(dropmark, dict) and "editURL" in dropmark)


def is_section_page(name: str) -> bool:
    """Return whether a file's name is that of a section of a site: `_index.md`, `_index.en.md`."""
    return _SECTION_PAGE.fullmatch(name) is not None
