"""Links to other sites: the source, its publisher, and who pointed to it."""

import re

import ada_url
from django.core.exceptions import ValidationError

from curation.frontmatter.limits import MAX_PUBLISHER, MAX_URL, MAX_VIA
from curation.frontmatter.record import PublisherRef
from curation.frontmatter.values import Value, quote
from curation.lib.web_urls import host_of, url_key, validate_http_link, without_tracking

from .file_values import FileValues

#: Keys of the source link, best first.
SOURCE_LINK_KEYS = (
    *("link.href", "link.herf", "link", "openProjectCustomFields.cleanUrl", "openProjectCustomFields.sourceUrl"),
    *("href", "original", "rssmi_source_link"),
)
#: Keys of the link as it was found, before it was cleaned, best first.
ORIGINAL_LINK_KEYS = ("link.original", "original", "openProjectCustomFields.sourceUrl")
#: Keys of the link as it was found, best first: those of the source link count where that is cleaned here.
FOUND_LINK_KEYS = (*ORIGINAL_LINK_KEYS, *(key for key in SOURCE_LINK_KEYS if key not in ORIGINAL_LINK_KEYS))
#: A host name as `Publisher` accepts it.
HOST_NAME = re.compile(r"^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$")
# Links in these characters stay as written; others are serialised as the WHATWG URL Standard says.
_ASCII_LINK = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?([/?#][!-~]*)?", re.IGNORECASE)


def read_source_url(file: FileValues) -> str:
    """Return the link to the source without tracking parameters, or "" for an original contribution."""
    return without_tracking(read_first_link(file, SOURCE_LINK_KEYS))


def read_source_url_original(file: FileValues) -> str:
    """Return the source link as it was found, before it was cleaned here or at the source, or ""."""
    link = read_first_link(file, ORIGINAL_LINK_KEYS)
    if not link and (found := read_first_link(file, SOURCE_LINK_KEYS)) != file.fields["source_url"]:
        link = found
    _check_copy(file, "openProjectCustomFields.cleanUrl", file.fields["source_url"])
    _check_copy(file, "openProjectCustomFields.sourceUrl", link)
    return link


def read_publisher(file: FileValues) -> PublisherRef | None:
    """Return the publisher: the brand where it is a host name, else the source link's host under the brand's name.

    An empty text as the brand means that there is none, whatever the link.
    """
    key = find_brand_key(file)
    if file.get(key) == "":
        return None
    brand = re.sub(r"^www\.", "", file.text(key, MAX_PUBLISHER), flags=re.IGNORECASE)
    domain = brand.lower() if HOST_NAME.match(brand.lower()) else host_of(file.fields["source_url"])
    return PublisherRef(domain, brand or domain) if HOST_NAME.match(domain) else None


def find_brand_key(file: FileValues) -> str:
    """Return the key of the brand."""
    return "link.brand" if file.get("link.brand") is not None else "linkBrand"


def _check_copy(file: FileValues, key: str, link: str) -> None:
    copy = file.get(key)
    if isinstance(copy, str) and copy not in ("", link) and link and url_key(copy) != url_key(link):
        file.warn("derived-differs", "differs from link and is ignored; correct or remove it", key)


def read_via_name(file: FileValues) -> str:
    return file.text("via", MAX_VIA)


def read_via_url(file: FileValues) -> str:
    return without_tracking(read_first_link(file, ("viaLink",)))


def read_first_link(file: FileValues, keys: tuple[str, ...]) -> str:
    """Return the first link under some keys, or ""."""
    for key in keys:
        for entry, value in file.entries(key):
            if not isinstance(value, dict) and (link := clean_link(file, value, entry)):
                return link
    return ""


def clean_link(file: FileValues, value: Value, key: str) -> str:
    """Return an `http` or `https` link without credentials, its host in ASCII; or "" with a warning."""
    text = file.as_text(value, key)
    if not text:
        return ""
    try:
        url = ada_url.URL(text)
    except ValueError:
        url = None
    if url is None or url.protocol not in ("http:", "https:"):
        file.warn("link-scheme", f"{quote(text)} is not an http or https link and is ignored; correct it", key)
        return ""
    if url.username or url.password:
        url.username = url.password = ""
        file.warn("link-credentials", "the link's user name and password are dropped; remove them", key)
        text = url.href
    return _checked(file, text if _ASCII_LINK.fullmatch(text) else url.href, key)


def _checked(file: FileValues, link: str, key: str) -> str:
    if len(link) > MAX_URL:
        file.warn("link-too-long", f"link longer than {MAX_URL:,} characters and ignored; shorten it", key)
        return ""
    try:
        validate_http_link(link)
    except ValidationError:
        file.warn("link-malformed", f"{quote(link)} is not a link to any host and is ignored; correct it", key)
        return ""
    return link
