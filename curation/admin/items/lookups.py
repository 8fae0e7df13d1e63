"""Items that a text names: by address, number, link, slug or external ID."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from curation.lib.page_urls import address
from curation.lib.web_urls import url_key
from curation.models import Alias, CuratedItem, SourceDocument
from curation.models.aliases import normalise_path

from .filters import MAX_ID_DIGITS

#: Maximum number of items that one text names: a link may be that of several.
MAX_NAMED = 50
MAX_TEXT_CHARS = 2_000


def named_items(text: str) -> list[int]:
    """Return the IDs of the items outside the bin that a text names as a whole, at most `MAX_NAMED`; in one query.

    An address is that of the item's page, with or without the host, or one that redirects there. A link finds an item
    however it is written (`url_key()`).
    """
    text = text.replace("\x00", "").strip()[:MAX_TEXT_CHARS]
    if not text:
        return []
    items = CuratedItem.objects.not_binned().order_by()
    path = normalise_path(unquote(_path_of(text)))
    found = [
        items.filter(slug=_slug_of(path)),
        items.filter(pk__in=Alias.objects.filter(path=path).values("item")),
        items.filter(pk__in=SourceDocument.objects.filter(external_id=text).values("item")),
    ]
    number = text.removeprefix("#")
    if number.isascii() and number.isdecimal() and len(number) <= MAX_ID_DIGITS:
        found.append(items.filter(pk=int(number)))
    if key := url_key(text):
        found.append(items.filter(source_url_key=key))
    first, *others = (some.values_list("pk", flat=True) for some in found)
    return sorted(first.union(*others)[:MAX_NAMED], reverse=True)


def _path_of(text: str) -> str:
    """Return the path of a link, or a text as it is."""
    try:
        return urlsplit(text).path if "://" in text else text
    except ValueError:
        return text


def _slug_of(path: str) -> str:
    """Return the slug in the path of an item's page, or a slug itself; "" for other paths."""
    before, _, slug = path.rpartition("/")
    return slug if before in ("", normalise_path(address("item", "")).rstrip("/")) else ""
