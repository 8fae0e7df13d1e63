"""Links to the outside: where a story was found, who published it, who pointed to it."""

import re

import ada_url
from django.core.exceptions import ValidationError

from curation.links import host_of, url_key, validate_http_link

from .limits import PUBLISHER, URL, VIA
from .records import PublisherRef
from .source import Source
from .values import Value, shown

#: Where the source link may be, best first.
SOURCE_LINK_KEYS = (
    *("link.href", "link.herf", "link", "openProjectCustomFields.cleanUrl", "openProjectCustomFields.sourceUrl"),
    *("href", "original", "rssmi_source_link"),
)
ORIGINAL_LINK_KEYS = ("link.original", "original", "openProjectCustomFields.sourceUrl")
#: A host name as `Publisher` takes it.
HOST = re.compile(r"^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$")
# Links in these characters keep their spelling; others get the form of the WHATWG URL Standard.
_PLAIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?([/?#][!-~]*)?", re.IGNORECASE)


def source_url(source: Source) -> str:
    """Return the link to the source, or "" for an original contribution."""
    return first_link(source, SOURCE_LINK_KEYS)


def source_url_original(source: Source) -> str:
    """Return the source link as it was found, before it was cleaned, or ""."""
    link = first_link(source, ORIGINAL_LINK_KEYS)
    _check_copy(source, "openProjectCustomFields.cleanUrl", source.fields["source_url"])
    _check_copy(source, "openProjectCustomFields.sourceUrl", link)
    return link


def publisher(source: Source) -> PublisherRef | None:
    """Return the publisher: the brand where it is a host name, else the source link's host under the brand's name.

    An empty text as the brand says that there is none, whatever the link.
    """
    key = brand_key(source)
    if source.get(key) == "":
        return None
    brand = re.sub(r"^www\.", "", source.text(key, PUBLISHER), flags=re.IGNORECASE)
    domain = brand.lower() if HOST.match(brand.lower()) else host_of(source.fields["source_url"])
    return PublisherRef(domain, brand or domain) if HOST.match(domain) else None


def brand_key(source: Source) -> str:
    """Return the key that names the publisher."""
    return "link.brand" if source.get("link.brand") is not None else "linkBrand"


def _check_copy(source: Source, key: str, link: str) -> None:
    copy = source.get(key)
    if isinstance(copy, str) and copy not in ("", link) and link and url_key(copy) != url_key(link):
        source.warn("derived-differs", "says something else than link and is ignored; correct or remove it", key)


def via_name(source: Source) -> str:
    return source.text("via", VIA)


def via_url(source: Source) -> str:
    return first_link(source, ("viaLink",))


def first_link(source: Source, keys: tuple[str, ...]) -> str:
    """Return the first link under some keys, or ""."""
    for key in keys:
        for entry, value in source.entries(key):
            if not isinstance(value, dict) and (link := web_link(source, value, entry)):
                return link
    return ""


def web_link(source: Source, value: Value, key: str) -> str:
    """Return an `http` or `https` link without credentials, its host in ASCII; or "" with a warning."""
    text = source.as_text(value, key)
    if not text:
        return ""
    try:
        url = ada_url.URL(text)
    except ValueError:
        url = None
    if url is None or url.protocol not in ("http:", "https:"):
        source.warn("link-scheme", f"{shown(text)} is no http or https link and ignored; correct it", key)
        return ""
    if url.username or url.password:
        url.username = url.password = ""
        source.warn("link-credentials", "the link's user name and password are dropped; remove them", key)
        text = url.href
    return _storable(source, text if _PLAIN.fullmatch(text) else url.href, key)


def _storable(source: Source, link: str, key: str) -> str:
    if len(link) > URL:
        source.warn("link-too-long", f"link longer than {URL:,} characters and ignored; shorten it", key)
        return ""
    try:
        validate_http_link(link)
    except ValidationError:
        source.warn("link-malformed", f"{shown(link)} is no link that leads anywhere, ignored; correct it", key)
        return ""
    return link
