"""Structured data of pages: JSON-LD with the types and properties of https://schema.org/.

In every function, `url` is the absolute URL of the page that is described.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from curation.lib.page_urls import url as path_of
from curation.listing.detail import ItemDetail, Link
from curation.models import CuratedItem, Image

from .breadcrumbs import Breadcrumb

Thing = dict[str, Any]

#: Characters that could end the `<script>` element, or open a comment in it. `json.dumps` escapes everything outside
#: ASCII, U+2028 included.
ESCAPES = {character: f"\\u{ord(character):04X}" for character in "<>&"}


def script_text(things: Iterable[Thing]) -> SafeString:
    """Return things as the text of a `<script type="application/ld+json">`, safe with any characters in them."""
    text = json.dumps({"@context": "https://schema.org", "@graph": list(things)}, separators=(",", ":"))
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return mark_safe(text)  # noqa: S308


def absolute(url: str, path: str) -> str:
    """Return the absolute URL of a path of this site, given that of a page."""
    return url[: url.index("/", len("https://"))] + path


def organization(url: str) -> Thing:
    """Describe the organisation that runs the site."""
    return _organization(absolute(url, path_of("home")))


@lru_cache(maxsize=100)  # the site has a few host names, and every page describes it
def _organization(home: str) -> Thing:
    logo = {"@type": "ImageObject", "url": urljoin(home, static("icons/icon-512.png")), "width": 512, "height": 512}
    return {
        "@type": "Organization",
        "@id": f"{home}#organization",
        "name": settings.SITE_NAME,
        "url": home,
        "logo": logo,
    }


def breadcrumb_list(url: str, trail: Sequence[Breadcrumb], title: str) -> Thing:
    """Describe the trail to a page; the page itself, with its title, is the last step."""
    steps = [(step.label, absolute(url, step.path)) for step in trail if step.path]
    return {"@type": "BreadcrumbList", "itemListElement": _list_items([*steps, (title, url)], key="item")}


def collection_page(url: str, title: str, description: str, entries: Iterable[tuple[str, str]]) -> Thing:
    """Describe a page with a list; `entries` are the titles and paths of its rows, in order."""
    rows = [(name, absolute(url, path)) for name, path in entries]
    page: Thing = {
        "@type": "CollectionPage",
        "@id": url,
        "url": url,
        "name": title,
        "description": description,
        "publisher": {"@id": organization(url)["@id"]},
    }
    return page | (
        {"mainEntity": {"@type": "ItemList", "itemListElement": _list_items(rows, key="url")}} if rows else {}
    )


def news_article(url: str, detail: ItemDetail) -> Thing:
    """Describe an item: an article of this site, based on its source."""
    item = detail.item
    article: Thing = {
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "mainEntityOfPage": url,
        "url": url,
        "headline": item.title,
        "description": item.shown_summary,
        "datePublished": item.published_at.isoformat() if item.published_at else None,
        "dateModified": item.modified_at.isoformat() if item.modified_at else None,
        "inLanguage": item.language or "en",
        "articleSection": item.section or item.kind,
        "image": _image(url, item.image) if item.image else None,
        "author": [_linked("Person", url, author) for author in detail.authors],
        "publisher": {"@id": organization(url)["@id"]},
        "isBasedOn": _source(item) if item.source_url else None,
        "about": [_linked("Thing", url, topic) for topic in detail.topics],
        "mentions": [_linked("Thing", url, offering) for offering in detail.offerings],
        "keywords": [tag.name for tag in detail.tags],
    }
    return {name: value for name, value in article.items() if value}


def _source(item: CuratedItem) -> Thing:
    source: Thing = {"@type": "CreativeWork", "url": item.source_url}
    if item.publisher:
        website = f"https://{item.publisher.domain}/"
        source["publisher"] = {"@type": "Organization", "name": item.publisher.name, "url": website}
    return source


def _image(url: str, image: Image) -> Thing:
    file = urljoin(url, image.file.url)
    return {"@type": "ImageObject", "url": file, "width": image.width, "height": image.height}


def _linked(kind: str, url: str, link: Link) -> Thing:
    """Describe an author, a topic or an offering by its name and its page."""
    return {"@type": kind, "name": link.name, "url": absolute(url, link.get_absolute_url())}


def _list_items(rows: Iterable[tuple[str, str]], key: str) -> list[Thing]:
    return [
        {"@type": "ListItem", "position": position, "name": name, key: address}
        for position, (name, address) in enumerate(rows, start=1)
    ]
