"""Overrides of a page's meta tags."""

import re
from collections.abc import Iterator

from curation.frontmatter.limits import MAX_META
from curation.frontmatter.values import Value, quote

from .file_values import FileValues
from .links import clean_link
from .paths import parse_site_path

#: Groups of overrides in the record, and the key of each.
GROUPS = {"openGraph": "openGraphMetaData", "twitter": "twitterMetaData", "html": "htmlMetaData"}
#: Keys of single overrides, as the contributor centre writes them: group and name.
SINGLE = {
    "metaTitle": ("html", "title"),
    "metaDesc": ("html", "description"),
    "ogUrl": ("openGraph", "ogurl"),
    "ogImage": ("openGraph", "ogimage"),
    "twittertitle": ("twitter", "twittertitle"),
    "twitterdescription": ("twitter", "twitterdescription"),
}
_LINKS = {"ogurl", "ogimage", "twitterurl", "twitterimage"}
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")


def read_meta(file: FileValues) -> dict[str, dict[str, str]]:
    """Return the overrides that are not empty, by group and name (`openGraph`, `ogtitle`)."""
    found: dict[str, dict[str, str]] = {}
    for group, name, key, value in _values(file):
        if value is not None and (text := _clean_override(file, name, key, value)):
            found.setdefault(group, {}).setdefault(name, text)
    return found


def _values(file: FileValues) -> Iterator[tuple[str, str, str, Value]]:
    for group, key in GROUPS.items():
        values = file.get(key)
        if isinstance(values, dict):
            yield from ((group, name, f"{key}.{name}", value) for name, value in values.items())
        elif values:
            file.warn(
                "meta-malformed", f"{quote(values)} is not a mapping and is ignored; write “name: value” lines", key
            )
    for key, (group, name) in SINGLE.items():
        yield group, name, key, file.get(key)


def _clean_override(file: FileValues, name: str, key: str, value: Value) -> str:
    if isinstance(value, list):  # keywords
        value = ", ".join(entry for entry in value if isinstance(entry, str))
    text = file.cut(file.as_text(value, key), MAX_META, key)
    if not text or name.lower() not in _LINKS or (text.startswith("/") and parse_site_path(text)):
        return text if _NAME.fullmatch(name) else ""
    return clean_link(file, text, key)
