"""Writers of the files that front matter points to: image, PDF, icon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.frontmatter.reading.media import IMAGE_KEYS, find_href_name, find_image_key, has_image
from curation.frontmatter.record import MediaRef
from curation.frontmatter.text.splice import Writable
from curation.frontmatter.values import Value
from curation.markdown import one_line, strip_markup

from .file_text import FileText
from .texts import Writer, as_prose

#: Facts about a file that are removed when a key comes to point to another file.
_FACTS_OF_FILE = ("format", "size", "valid", "workPackage", "wpAttachment")
#: Those of them that are known of a stored file.
_KNOWN_FACTS = ("format", "size", "valid")


def media_writer(key: str) -> Writer:
    """Return a writer of a file under a key."""
    return lambda file, ref: _write_media(file, key, ref)


def write_image(file: FileText, ref: MediaRef | None) -> None:
    """Write the image under the key that names it; without an image, empty every key that names one."""
    if ref is None:
        for key in IMAGE_KEYS:
            if has_image(key, file.get(key)):
                file.set(key, None)
        return
    name = find_image_key(file.current).partition("[")[0] or "featuredImage"
    written = file.get(name)
    if isinstance(written, list) and written:
        _write_first(file, name, written, ref)
    else:
        _write_media(file, name, ref)


def _write_first(file: FileText, key: str, written: list[Any], ref: MediaRef) -> None:
    """Change the first image of a list."""
    first, rest = written[0], written[1:]
    if isinstance(first, dict):
        file.set(key, [{**first, find_href_name(first): ref.href, "alt": as_prose(ref.alt)}, *rest])
    else:
        file.set(key, [{"src": ref.href, "alt": as_prose(ref.alt)} if ref.alt else ref.href, *rest])


def _write_media(file: FileText, key: str, ref: MediaRef | None) -> None:
    written = file.get(key)
    if ref is None:
        file.set(key, None)
    elif isinstance(written, dict):
        _write_inside(file, key, written, ref)
    elif ref.alt or (written is None and file.current.dialect != "bookmark"):
        file.set(key, {"alt": ref.alt, "href": ref.href, **_known_facts(ref)})
    else:
        file.set(key, ref.href)


def _known_facts(ref: MediaRef) -> dict[str, Writable]:
    provenance: dict[str, Any] = dict(ref.provenance)
    return {name: provenance[name] for name in _KNOWN_FACTS if name in provenance}


def _write_inside(file: FileText, key: str, written: Mapping[str, Value], ref: MediaRef) -> None:
    """Change a mapping; where it comes to name another file, the facts about the old one are removed."""
    name = find_href_name(written)
    if one_line(str(written.get(name) or "")) != ref.href:
        stale = {fact: None for fact in _FACTS_OF_FILE if fact in written}
        for fact, value in {**stale, **_known_facts(ref), name: ref.href}.items():
            file.set(f"{key}.{fact}", value)
    if strip_markup(str(written.get("alt") or "")) != ref.alt:
        file.set(f"{key}.alt", as_prose(ref.alt))
