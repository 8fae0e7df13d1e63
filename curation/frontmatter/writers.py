"""How single values of a record are written into a file: the other direction of the rules in `fields`.

A writer gets the file's text and the new value, and sets the keys that the value is read from; with them those that
repeat it, as far as they did so before. What says the value already stays as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta, timezone
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from curation.rendering import one_line, strip_markup

from . import paths, visibility
from .dates import is_no_date
from .media import IMAGE_KEYS, href_name, image_key, names_image
from .meta import GROUPS, SINGLE
from .publication import PUBLISHED_KEYS, published_key
from .records import Crumb, MediaRef, Status
from .splice import Writable
from .values import Value

if TYPE_CHECKING:
    from .file_text import FileText

Writer = Callable[["FileText", Any], None]

_TIME = re.compile(r"\d{4}-\d\d-\d\d([Tt ])\s*\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(.*)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)?")


# Texts


def as_prose(words: str) -> str:
    """Return a text so that reading it as prose, without markup, gives it back."""
    return words if strip_markup(words) == words else escape(words, quote=False)


def as_label(words: str) -> str:
    """Return a text so that reading it as a name, with entities decoded, gives it back."""
    return words if one_line(unescape(words)) == words else words.replace("&", "&amp;")


def prose(*keys: str) -> Writer:
    """Return a writer of a text that is read, without its markup, from the first of some keys that holds one."""

    def write(file: FileText, words: str) -> None:
        speaking = (key for key, said in _spoken(file, keys).items() if strip_markup(said))
        file.set(next(speaking, keys[-1]), as_prose(words))

    return write


def text(*keys: str) -> Writer:
    """Return a writer of a text that is read from the first of some keys that holds one."""
    return lambda file, words: _put(file, _spoken(file, keys), words, keys[0])


def _spoken(file: FileText, keys: tuple[str, ...]) -> dict[str, str]:
    """Return what keys say, of those that say anything, in their order."""
    values = {key: file.get(key) for key in keys}
    return {key: value for key, value in values.items() if isinstance(value, str) and value.strip()}


def _put(file: FileText, spoken: Mapping[str, str], words: str, default: str) -> None:
    """Put a text under the first key that speaks, and those that repeat it; no text silences them all."""
    first = next(iter(spoken.values()), "")
    for key in [key for key, said in spoken.items() if said == first or not words] or [default]:
        file.set(key, words)


def institution(file: FileText, words: str) -> None:
    is_mapping = isinstance(file.get("institution"), dict)
    file.set("institution.label" if is_mapping else "institution", words)


def title(file: FileText, words: str) -> None:
    """Write the title, and with it the last step of the trail where that is the item."""
    labels: list[Any] = [value for _key, value in file.source.entries("breadcrumbs")]
    if paths.ends_at_item(file.source):
        file.set("breadcrumbs", [*labels[:-1], as_prose(words)])
    file.set("title", as_prose(words))


# Publication


def moment(*keys: str) -> Writer:
    """Return a writer of a time under the first of some keys that is there, in the form of the time that it had."""

    def write(file: FileText, when: datetime | None) -> None:
        key = next((key for key in keys if file.get(key) is not None), keys[0])
        file.set(key, written_like(when, file.get(key)) if when else None)

    return write


def published_at(file: FileText, when: datetime | None) -> None:
    """Write the publication time under the key that speaks, else `date`; no time silences every key."""
    if when is None:
        for key in PUBLISHED_KEYS:
            if not is_no_date(file.get(key)) and (key != "published" or visibility.is_date(file.get(key))):
                file.set(key, None)
        if file.source.fields["published_at"]:  # by the file's name
            file.set("date", "")
        return
    key = published_key(file.source) or "date"
    file.set(key, written_like(when, file.get(key)))


def written_like(when: datetime, old: Value) -> str:
    """Return a time as another is written: a mere date where that will do, else with its separator and zone.

    >>> written_like(datetime(2023, 1, 31, 9, 30, tzinfo=UTC), "2017-12-15 11:46:09 +01:00")
    '2023-01-31 10:30:00 +01:00'
    """
    form = _TIME.fullmatch(old.strip()) if isinstance(old, str) else None
    if form is None:
        is_date = when.astimezone(UTC).timetz() == time(tzinfo=UTC)
        return when.astimezone(UTC).date().isoformat() if is_date else _local(when, timedelta(), "T") + "Z"
    offset = _OFFSET.search(form[2])
    hours = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)) if offset else timedelta()
    return _local(when, -hours if offset and offset[1] == "-" else hours, form[1]) + form[2]


def _local(when: datetime, offset: timedelta, separator: str) -> str:
    return when.astimezone(timezone(offset)).replace(tzinfo=None).isoformat(separator)


def status(file: FileText, state: Status) -> None:
    """Write a workflow state the way the dialect says it: Hugo has a `draft`, the others a `status`.

    Whatever hides a file is silenced where readers shall see it. A file's place is not changed.
    """
    if state == "draft":
        _hide(file)
        return
    if file.source.is_body_alone:
        file.set("draft", False)
    for reason in visibility.reasons(file.source):
        if reason.key and reason.key not in visibility.STATE:
            file.set(reason.key, visibility.SHOWN_BY.get(reason.key, "always"))
    for key in visibility.STATE:
        said = visibility.word(file.get(key))
        if said and visibility.STATES.get(said) != state:
            file.set(key, state)
    if state == "archived" and not any(visibility.word(file.get(key)) for key in visibility.STATE):
        file.set("status", state)


def _hide(file: FileText) -> None:
    key = next((key for key in visibility.STATE if file.get(key) is not None), "")
    if not key and (file.get("draft") is not None or file.source.dialect in ("hugo", "wordpress")):
        file.set("draft", True)
    else:
        file.set(key or "status", "draft")


# Files


def media(key: str) -> Writer:
    """Return a writer of a file that front matter points to."""
    return lambda file, ref: _set_media(file, key, ref)


def image(file: FileText, ref: MediaRef | None) -> None:
    """Write the picture under the key that speaks; no picture silences every key."""
    if ref is None:
        for key in IMAGE_KEYS:
            if names_image(key, file.get(key)):
                file.set(key, None)
        return
    key = image_key(file.source)
    name = key.partition("[")[0] or "featuredImage"
    written = file.get(name)
    if isinstance(written, list) and written:
        _set_first(file, name, written, ref)
    else:
        _set_media(file, name, ref)


def _set_first(file: FileText, key: str, written: list[Any], ref: MediaRef) -> None:
    """Change the first picture of a list."""
    first, rest = written[0], written[1:]
    if isinstance(first, dict):
        file.set(key, [{**first, href_name(first): ref.href, "alt": as_prose(ref.alt)}, *rest])
    else:
        file.set(key, [{"src": ref.href, "alt": as_prose(ref.alt)} if ref.alt else ref.href, *rest])


def _set_media(file: FileText, key: str, ref: MediaRef | None) -> None:
    written = file.get(key)
    if ref is None:
        file.set(key, None)
    elif isinstance(written, dict):
        _set_inside(file, key, written, ref)
    elif ref.alt or (written is None and file.source.dialect != "bookmark"):
        file.set(key, {"alt": ref.alt, "href": ref.href, **_facts(ref)})
    else:
        file.set(key, ref.href)


def _facts(ref: MediaRef) -> dict[str, Writable]:
    known: dict[str, Any] = dict(ref.provenance)
    return {name: known[name] for name in ("format", "size", "valid") if name in known}


def _set_inside(file: FileText, key: str, written: Mapping[str, Value], ref: MediaRef) -> None:
    """Change a mapping. What it says of another file than it names now goes with that file."""
    name = href_name(written)
    if one_line(str(written.get(name) or "")) != ref.href:
        stale = {fact: None for fact in ("format", "size", "valid", "workPackage", "wpAttachment") if fact in written}
        for fact, value in {**stale, **_facts(ref), name: ref.href}.items():
            file.set(f"{key}.{fact}", value)
    if strip_markup(str(written.get("alt") or "")) != ref.alt:
        file.set(f"{key}.alt", as_prose(ref.alt))


# The rest of the page


def meta(file: FileText, wanted: Mapping[str, Mapping[str, str]]) -> None:
    """Write the overrides of meta tags that differ, each under the key that it is read from."""
    now = file.source.fields["meta"]
    tags = {(group, name): None for said in (now, wanted) for group, names in said.items() for name in names}
    for group, name in tags:
        words = wanted.get(group, {}).get(name, "")
        if words != now.get(group, {}).get(name, "") and group in GROUPS:
            single = [key for key, tag in SINGLE.items() if tag == (group, name)]
            default = single[0] if single and file.source.dialect == "contributor" else f"{GROUPS[group]}.{name}"
            _put(file, _spoken(file, (f"{GROUPS[group]}.{name}", *single)), words, default)


def breadcrumbs(file: FileText, crumbs: tuple[Crumb, ...]) -> None:
    """Write the trail; the item itself stays at its end where it stood there, or where it makes the end plain."""
    written: list[Any] = [value for _key, value in file.source.entries("breadcrumbs")]
    ends_at_item = paths.ends_at_item(file.source)
    own = written[-1] if ends_at_item else as_prose(file.source.fields["title"])
    steps = [(as_prose(crumb.label), crumb.path) for crumb in crumbs]
    if ends_at_item or (crumbs and not crumbs[-1].path):
        steps.append((own, ""))
    file.set("breadcrumbs", [label for label, _path in steps])
    file.set("breadcrumbLinks", [path for _label, path in steps])
