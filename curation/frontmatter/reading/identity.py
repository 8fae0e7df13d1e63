"""The identity of a file: source system, external id, file name, slug."""

import re

from curation.frontmatter.dialects import OPENPROJECT_SOURCE
from curation.frontmatter.limits import MAX_EXTERNAL_ID, MAX_FILE_NAME, MAX_SLUG, MAX_SOURCE_SYSTEM
from curation.frontmatter.values import Value, quote
from curation.lib.slugs import slug_of

from .dates import strip_date_prefix
from .file_values import FileValues
from .languages import language_in_file_name, language_in_folders, read_language, strip_extension
from .paths import parse_site_path

MAX_ID = 2**63 - 1
_DEFAULT_SOURCE = {"openproject": OPENPROJECT_SOURCE, "bookmark": "dropmark", "wordpress": "wordpress"}


def read_source_system(file: FileValues) -> str:
    """Return the system that issued the file's id, or ""."""
    key = "source.name" if isinstance(file.get("source"), dict) else "source"
    name = file.as_text(file.get(key), key) or _DEFAULT_SOURCE.get(file.dialect, "")
    if len(name) > MAX_SOURCE_SYSTEM:
        file.error("source-too-long", f"source longer than {MAX_SOURCE_SYSTEM} characters; shorten it", key)
    return name.lower() if file.dialect == "bookmark" else name


def read_external_id(file: FileValues) -> str:
    """Return the item's id in its source system, or ""."""
    if file.dialect == "bookmark":
        return _read_bookmark_id(file)
    if file.dialect == "wordpress" and file.get("source") is None:
        return _read_post_address(file)
    return _read_id(file) if file.fields["source_system"] else ""


def _read_bookmark_id(file: FileValues) -> str:
    numbers = re.findall(r"[0-9]+", file.as_text(file.get("dropmark.editURL"), "dropmark.editURL"))
    if numbers and (number := parse_whole_number(numbers[-1])):
        return number
    file.warn("bookmark-id", "no number in it that identifies the bookmark; the slug does", "dropmark.editURL")
    return ""


def _read_post_address(file: FileValues) -> str:
    address = file.as_text(file.get("url"), "url")
    path = re.sub(r"^https?://[^/]*", "", address, flags=re.IGNORECASE).rstrip("/")
    if path.startswith("/") and len(path) <= MAX_EXTERNAL_ID:
        return path
    file.warn(
        "post-address", "not the address of a post, so the slug identifies it; write a path like /2014/03/07/x/", "url"
    )
    return ""


def _read_id(file: FileValues) -> str:
    value = file.values.get("id")  # not get(), by which a .nan is missing: here it is malformed
    if value is None or value == "":
        return ""
    if number := parse_whole_number(value):
        return number
    if file.dialect == "openproject" or not isinstance(value, str) or len(value) > MAX_EXTERNAL_ID:
        message = f"{quote(value)} is not a whole number below 2^63; write the id of the work package"
        file.error("id-not-a-number", message, "id")
        return ""
    return file.as_text(value, "id")


def parse_whole_number(value: Value) -> str:
    """Return a whole number from 0 to 2^63 - 1 in decimal, or "" for anything else."""
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,19}", value) or int(value) > MAX_ID:
        return ""
    return str(int(value))


def read_md_name(file: FileValues) -> str:
    """Return the file name that an export writes, or ""."""
    name = file.as_text(file.get("mdName"), "mdName")
    if len(name) <= MAX_FILE_NAME and not re.search(r"[/\\]", name) and not name.startswith("."):
        return name
    message = f"not a plain file name of at most {MAX_FILE_NAME} characters, ignored; write one like item.md"
    file.warn("file-name", message, "mdName")
    return ""


def read_slug(file: FileValues) -> str:
    """Return the slug: as written, else from the file's name or the title, else "item"."""
    written = file.as_text(file.get("slug"), "slug")
    normalised = slug_of(written)
    if len(normalised) > MAX_SLUG:
        file.error("slug-too-long", f"slug longer than {MAX_SLUG} characters; shorten it", "slug")
    elif normalised and normalised != written:
        file.warn(
            "slug-changed",
            f"{quote(written)} becomes {normalised}; use only lower-case letters, digits and hyphens",
            "slug",
        )
    return normalised or _derive_slug(file, written)


def _derive_slug(file: FileValues, written: str) -> str:
    # WordPress and Hugo name files after slugs; in the other dialects, file names are ids.
    by_name = file.dialect in ("wordpress", "hugo")
    sources = (_slug_of_file(file.path), slug_of(file.fields["title"]))
    slug = next(filter(None, sources if by_name else reversed(sources)), "item")[:MAX_SLUG].strip("-")
    if written or not by_name:
        file.warn("slug-derived", f"slug missing, {quote(slug)} is used; write one", "slug")
    return slug


def _slug_of_file(path: str) -> str:
    """Return the slug of a file's name; of a page bundle (`a-story/index.fr.md`), that of its folder's name."""
    folders, _, name = path.rpartition("/")
    stem, *endings = strip_extension(name).split(".")
    if stem == "index":
        stem = folders.rpartition("/")[2]
    return slug_of("-".join([strip_date_prefix(stem), *endings])) if stem else ""


def read_given_slug(file: FileValues) -> str:
    """Return the slug in the file, else the path of its `url`; of a translation, with its language.

    Translations of a story share its slug. Their language is in the file's name, under a key, or a folder's name.
    """
    given = slug_of(file.as_text(file.get("slug"), "slug")) or _path_of_url(file)
    language = given and (language_in_file_name(file.name) or read_language(file) or language_in_folders(file.path))
    return f"{given}.{language}" if given and language else given


def _path_of_url(file: FileValues) -> str:
    value = file.get("url")
    return parse_site_path(re.sub(r"^https?://[^/]+", "", value, flags=re.IGNORECASE)) if isinstance(value, str) else ""
