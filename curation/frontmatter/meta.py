"""Overrides for the page's own meta tags."""

import re
from collections.abc import Iterator

from .limits import META
from .links import web_link
from .paths import site_path
from .source import Source
from .values import Value, shown

#: Groups of overrides in the record, and the keys that hold them.
GROUPS = {"openGraph": "openGraphMetaData", "twitter": "twitterMetaData", "html": "htmlMetaData"}
#: The contributor centre writes them one by one.
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


def meta(source: Source) -> dict[str, dict[str, str]]:
    """Return the overrides that say something, by group and name (`openGraph`, `ogtitle`)."""
    found: dict[str, dict[str, str]] = {}
    for group, name, key, value in _written(source):
        if value is not None and (text := _override(source, name, key, value)):
            found.setdefault(group, {}).setdefault(name, text)
    return found


def _written(source: Source) -> Iterator[tuple[str, str, str, Value]]:
    for group, key in GROUPS.items():
        values = source.get(key)
        if isinstance(values, dict):
            yield from ((group, name, f"{key}.{name}", value) for name, value in values.items())
        elif values:
            source.warn("meta-malformed", f"{shown(values)} is no mapping and ignored; write “name: value” lines", key)
    for key, (group, name) in SINGLE.items():
        yield group, name, key, source.get(key)


def _override(source: Source, name: str, key: str, value: Value) -> str:
    if isinstance(value, list):  # keywords
        value = ", ".join(entry for entry in value if isinstance(entry, str))
    text = source.cut(source.as_text(value, key), META, key)
    if not text or name.lower() not in _LINKS or (text.startswith("/") and site_path(text)):
        return text if _NAME.fullmatch(name) else ""
    return web_link(source, text, key)
