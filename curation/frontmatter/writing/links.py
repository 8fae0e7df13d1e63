"""Writers of links to other sites, and of the publisher."""

from __future__ import annotations

from curation.frontmatter.reading.links import (
    HOST_NAME,
    ORIGINAL_LINK_KEYS,
    SOURCE_LINK_KEYS,
    clean_link,
    find_brand_key,
    read_first_link,
)
from curation.frontmatter.record import PublisherRef
from curation.frontmatter.text.splice import Writable
from curation.frontmatter.values import Value
from curation.lib.web_urls import host_of

from .file_text import FileText


def write_source_url(file: FileText, link: str) -> None:
    """Write the source link under the key that it is read from, and under those that repeat it.

    Where it is read from a key of the original link, that one stays, and a key that is read earlier is added.
    """
    present = _keys_with_link(file, SOURCE_LINK_KEYS)
    target_key = next(iter(present), "")
    if target_key in ("", *ORIGINAL_LINK_KEYS):
        target_key = _default_key(file)
    copies = [key for key in SOURCE_LINK_KEYS if key not in (target_key, "link", *ORIGINAL_LINK_KEYS)]
    _write_link(file, link, target_key, copies, present)


def write_source_url_original(file: FileText, link: str) -> None:
    """Write the original link under the key that it is read from, and under those that repeat it.

    The default key is `link.original`, from which no source link is read, unless `link` is a text. For an empty link,
    the source link is written as it was cleaned: before that, it is the original one.
    """
    cleaned = file.current.fields["source_url"]
    if not link and read_first_link(file.current, SOURCE_LINK_KEYS) != cleaned:
        write_source_url(file, cleaned)
    present = _keys_with_link(file, ORIGINAL_LINK_KEYS)
    is_inside = not isinstance(file.get("link"), str) or not file.current.fields["source_url"]
    target_key = next(iter(present), "link.original" if is_inside else "original")
    _write_link(file, link, target_key, [key for key in ORIGINAL_LINK_KEYS if key != target_key], present)


def write_via_url(file: FileText, link: str) -> None:
    file.set("viaLink", link)


def write_publisher(file: FileText, ref: PublisherRef | None) -> None:
    """Write the publisher's host name; or its name, where the host name follows from the source link."""
    is_mapping = isinstance(file.get("link"), dict) or file.current.dialect == "openproject"
    key = find_brand_key(file.current)
    if file.get(key) is None:
        key = "link.brand" if is_mapping else "linkBrand"
    file.set(key, _brand(ref, file.current.fields["source_url"]) if ref else "")


def _brand(ref: PublisherRef, link: str) -> str:
    is_name = host_of(link) == ref.domain != ref.name and not HOST_NAME.match(ref.name.lower())
    return ref.name if is_name else ref.domain


def _keys_with_link(file: FileText, keys: tuple[str, ...]) -> list[str]:
    """Return those of some keys that have a link, in their order."""
    return [key for key in keys if read_first_link(file.current, (key,))]


def _default_key(file: FileText) -> str:
    """Return the key for the source link of a file that has none."""
    link = file.get("link")
    if isinstance(link, dict):
        return "link.herf" if "herf" in link and "href" not in link else "link.href"
    return "link" if link or file.current.dialect == "bookmark" else "link.href"


def _write_link(file: FileText, link: str, target_key: str, copies: list[str], present: list[str]) -> None:
    """Write a link under `target_key` and those `copies` that repeat it. An empty link empties all `present` keys."""
    old = file.get(target_key)
    repeats = [key for key in copies if file.has(key) and (file.get(key) or None) == (old or None)]
    for key in [target_key, *repeats] if link else present:
        file.set(key, _with_link(file, file.get(key), key, link))


def _with_link(file: FileText, old: Value, key: str, link: str) -> Writable:
    """Return the value to write under a key: the link, or the old list with the link in place of its first one."""
    if not isinstance(old, list):
        return link
    first = next((entry for entry in old if clean_link(file.current, entry, key)), None)
    entries = [link if entry == first else entry for entry in old]
    return [entry for entry in entries if entry != ""]  # type: ignore[misc]  # any value that was read can be written
