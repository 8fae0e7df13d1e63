"""What tells which item a file is: source system, external id, file name, slug. And the title it may be made from."""

import re

from curation.slugs import slug_of

from .dates import without_date
from .dialects import OPENPROJECT_SOURCE
from .languages import language as language_of
from .languages import language_of_folders, language_of_name, without_extension
from .limits import EXTERNAL_ID, FILE_NAME, SLUG, SOURCE_SYSTEM
from .paths import site_path
from .source import Source
from .values import Value, shown

_MAX_ID = 2**63 - 1
_DEFAULT_SOURCE = {"openproject": OPENPROJECT_SOURCE, "bookmark": "dropmark", "wordpress": "wordpress"}


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
    """Return the slug: as written, or from the file's name or the title, else "item"."""
    written = source.as_text(source.get("slug"), "slug")
    made = slug_of(written)
    if len(made) > SLUG:
        source.error("slug-too-long", f"slug longer than {SLUG} characters; shorten it", "slug")
    elif made and made != written:
        source.warn(
            "slug-changed", f"{shown(written)} becomes {made}; use only lower-case letters, digits and hyphens", "slug"
        )
    return made or _derived_slug(source, written)


def _derived_slug(source: Source, written: str) -> str:
    # A WordPress post or a Hugo page is known by its file's name; elsewhere names are ids, and a title says more.
    by_name = source.dialect in ("wordpress", "hugo")
    sources = (_slug_of_file(source.path), slug_of(source.fields["title"]))
    made = next(filter(None, sources if by_name else reversed(sources)), "item")[:SLUG].strip("-")
    if written or not by_name:
        source.warn("slug-derived", f"slug missing, {shown(made)} is used; write one", "slug")
    return made


def _slug_of_file(path: str) -> str:
    """Return the slug that a file's name gives; a page bundle (`a-story/index.fr.md`) has its folder's name."""
    folders, _, name = path.rpartition("/")
    stem, *endings = without_extension(name).split(".")
    if stem == "index":
        stem = folders.rpartition("/")[2]
    return slug_of("-".join([without_date(stem), *endings])) if stem else ""


def given_slug(source: Source) -> str:
    """Return the slug that the file itself gives, or the path of its `url`; of a translation, with its language.

    That is the one that the file's name says, a key, or a folder above: translations of a story share its slug.
    """
    given = slug_of(source.as_text(source.get("slug"), "slug")) or _path_of_url(source)
    language = given and (language_of_name(source.name) or language_of(source) or language_of_folders(source.path))
    return f"{given}.{language}" if given and language else given


def _path_of_url(source: Source) -> str:
    value = source.get("url")
    return site_path(re.sub(r"^https?://[^/]+", "", value, flags=re.IGNORECASE)) if isinstance(value, str) else ""
