"""What tells which item a file is: source system, external id, file name, slug. And the title it may be made from."""

import re

from django.utils.text import slugify

from curation.rendering import strip_markup

from .dialects import OPENPROJECT_SOURCE
from .limits import EXTERNAL_ID, FILE_NAME, SLUG, SOURCE_SYSTEM, TITLE
from .source import Source
from .values import Value, shown

_MAX_ID = 2**63 - 1
_DEFAULT_SOURCE = {"openproject": OPENPROJECT_SOURCE, "bookmark": "dropmark", "wordpress": "wordpress"}
_EXTENSION = re.compile(r"\.\w+$")
_DATE_PREFIX = re.compile(r"^\d{4}-\d{2}-\d{2}-")


def title(source: Source) -> str:
    """Return the title as plain text. A file without one is rejected."""
    text = strip_markup(source.as_text(source.get("title"), "title"))
    if not text:
        source.error("title-missing", "title missing; add one", "title")
    if len(text) > TITLE:
        source.error("title-too-long", f"title longer than {TITLE} characters; shorten it", "title")
    return text


def source_system(source: Source) -> str:
    """Return the system that the file's ids belong to, or ""."""
    key = "source.name" if isinstance(source.get("source"), dict) else "source"
    name = source.as_text(source.get(key), key) or _DEFAULT_SOURCE.get(source.dialect, "")
    if len(name) > SOURCE_SYSTEM:
        source.error("source-too-long", f"source longer than {SOURCE_SYSTEM} characters; shorten it", key)
    return name.lower() if source.dialect == "bookmark" else name


def external_id(source: Source) -> str:
    """Return the item's id in its source system, or ""."""
    if source.dialect == "bookmark":
        return _bookmark_id(source)
    if source.dialect == "wordpress" and source.get("source") is None:
        return _post_address(source)
    return _own_id(source) if source.fields["source_system"] else ""


def _bookmark_id(source: Source) -> str:
    numbers = re.findall(r"[0-9]+", source.as_text(source.get("dropmark.editURL"), "dropmark.editURL"))
    if numbers and (number := whole_number(numbers[-1])):
        return number
    source.warn("bookmark-id", "no number in it that identifies the bookmark; the slug does", "dropmark.editURL")
    return ""


def _post_address(source: Source) -> str:
    address = source.as_text(source.get("url"), "url")
    path = re.sub(r"^https?://[^/]*", "", address, flags=re.IGNORECASE).rstrip("/")
    if path.startswith("/") and len(path) <= EXTERNAL_ID:
        return path
    source.warn(
        "post-address", "no address of a post, so the slug identifies it; write a path like /2014/03/07/x/", "url"
    )
    return ""


def _own_id(source: Source) -> str:
    value = source.values.get("id")  # not get(): a .nan is no missing id, it is a broken one
    if value is None or value == "":
        return ""
    if number := whole_number(value):
        return number
    if source.dialect == "openproject" or not isinstance(value, str) or len(value) > EXTERNAL_ID:
        message = f"{shown(value)} is no whole number below 2^63; write the id of the work package"
        source.error("id-not-a-number", message, "id")
        return ""
    return source.as_text(value, "id")


def whole_number(value: Value) -> str:
    """Return a whole number from 0 to 2^63 - 1 in decimal, or "" for anything else."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,19}", value) or int(value) > _MAX_ID:
        return ""
    return str(int(value))


def md_name(source: Source) -> str:
    """Return the file name that an export writes, or ""."""
    name = source.as_text(source.get("mdName"), "mdName")
    if len(name) <= FILE_NAME and not re.search(r"[/\\]", name) and not name.startswith("."):
        return name
    message = f"no plain file name of at most {FILE_NAME} characters, ignored; write one like item.md"
    source.warn("file-name", message, "mdName")
    return ""


def slug(source: Source) -> str:
    """Return the slug in `[a-z0-9-]`: as written, or from the file's name or the title."""
    written = source.as_text(source.get("slug"), "slug")
    made = ascii_slug(written)
    if len(made) > SLUG:
        source.error("slug-too-long", f"slug longer than {SLUG} characters; shorten it", "slug")
    elif made and made != written:
        source.warn("slug-changed", f"{shown(written)} becomes {made}; use only a-z, 0-9 and hyphens", "slug")
    return made or _derived_slug(source, written)


def _derived_slug(source: Source, written: str) -> str:
    # A WordPress post or a Hugo page is known by its file's name; elsewhere names are ids, and a title says more.
    by_name = source.dialect in ("wordpress", "hugo")
    sources = (_slug_of_file(source.name), ascii_slug(source.fields["title"]))
    made = next(filter(None, sources if by_name else reversed(sources)), "")[:SLUG].strip("-")
    if not made:
        source.error("slug-missing", "slug missing, and title and file name give none; write one in a-z, 0-9", "slug")
    elif written or not by_name:
        source.warn("slug-derived", f"slug missing, {shown(made)} is used; write one", "slug")
    return made


def _slug_of_file(name: str) -> str:
    stem = _DATE_PREFIX.sub("", _EXTENSION.sub("", name))
    return "" if stem == "index" else ascii_slug(stem.replace(".", "-"))


def ascii_slug(text: str) -> str:
    """Return a text as lower-case ASCII letters, digits and hyphens.

    >>> ascii_slug("Lucira's COVID-19 Test_Kit")
    'luciras-covid-19-test-kit'
    """
    return slugify(text.replace("_", "-"))
