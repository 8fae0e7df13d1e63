"""How links, and whose they are, are written into a file: the other direction of `links`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curation.links import host_of

from .links import HOST, ORIGINAL_LINK_KEYS, SOURCE_LINK_KEYS, brand_key, first_link, web_link
from .records import PublisherRef
from .splice import Writable
from .values import Value

if TYPE_CHECKING:
    from .file_text import FileText


def source_url(file: FileText, link: str) -> None:
    """Write the link to the source under the key that speaks, and under those that repeat it.

    The keys of the link as it was found are left to say that; where no other speaks, a better one is added.
    """
    speaking = _speaking(file, SOURCE_LINK_KEYS)
    home = next(iter(speaking), "")
    if home in ("", *ORIGINAL_LINK_KEYS):
        home = _home(file)
    copies = [key for key in SOURCE_LINK_KEYS if key not in (home, "link", *ORIGINAL_LINK_KEYS)]
    _write(file, link, home, copies, speaking)


def source_url_original(file: FileText, link: str) -> None:
    """Write the link as it was found, and the keys that repeat it.

    Where there is no other, `link.original` alone does not speak for the source link, too.
    """
    speaking = _speaking(file, ORIGINAL_LINK_KEYS)
    is_inside = not isinstance(file.get("link"), str) or not file.source.fields["source_url"]
    home = next(iter(speaking), "link.original" if is_inside else "original")
    _write(file, link, home, [key for key in ORIGINAL_LINK_KEYS if key != home], speaking)


def via_url(file: FileText, link: str) -> None:
    file.set("viaLink", link)


def publisher(file: FileText, ref: PublisherRef | None) -> None:
    """Write the publisher's host name, or the name that readers see, where the link tells the host."""
    is_mapping = isinstance(file.get("link"), dict) or file.source.dialect == "openproject"
    key = brand_key(file.source)
    if file.get(key) is None:
        key = "link.brand" if is_mapping else "linkBrand"
    file.set(key, _brand(ref, file.source.fields["source_url"]) if ref else "")


def _brand(ref: PublisherRef, link: str) -> str:
    is_name = host_of(link) == ref.domain != ref.name and not HOST.match(ref.name.lower())
    return ref.name if is_name else ref.domain


def _speaking(file: FileText, keys: tuple[str, ...]) -> list[str]:
    """Return the keys under which there is a link, in the order in which they are asked."""
    return [key for key in keys if first_link(file.source, (key,))]


def _home(file: FileText) -> str:
    """Return the key for a link where none has been."""
    link = file.get("link")
    if isinstance(link, dict):
        return "link.herf" if "herf" in link and "href" not in link else "link.href"
    return "link" if link or file.source.dialect == "bookmark" else "link.href"


def _write(file: FileText, link: str, home: str, copies: list[str], speaking: list[str]) -> None:
    """Write a link at its home and where it was repeated; no link silences every key that speaks."""
    said = file.get(home)
    repeats = [key for key in copies if file.has(key) and (file.get(key) or None) == (said or None)]
    for key in speaking if not link else [home, *repeats]:
        file.set(key, _instead(file, file.get(key), key, link))


def _instead(file: FileText, written: Value, key: str, link: str) -> Writable:
    """Return what to write under a key: the link, or a list with the link in place of its first one."""
    if not isinstance(written, list):
        return link
    first = next((entry for entry in written if web_link(file.source, entry, key)), None)
    entries = [link if entry == first else entry for entry in written]
    return [entry for entry in entries if entry != ""]  # type: ignore[misc]  # what was read can be written
