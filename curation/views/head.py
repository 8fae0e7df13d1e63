"""What a page says of itself to browsers, search engines and social networks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest

from curation.models import CuratedItem
from curation.pagination import Page
from curation.rendering import excerpt

DESCRIPTION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Tag:
    """A `<meta>` element: `attribute` is "name" or "property" (Open Graph)."""

    attribute: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a page. Addresses are absolute; `tags` are complete, the description among them."""

    title: str
    canonical: str
    tags: tuple[Tag, ...]


def list_head(
    request: HttpRequest, title: str, description: str, page: Page[Any] | None = None, *, indexed: bool = True
) -> Head:
    """Describe a page that lists. `indexed=False` asks search engines to follow its links only."""
    canonical = request.build_absolute_uri(request.path)
    if page and page.number > 1:
        title, canonical = f"{title}, page {page.number}", urljoin(canonical, page.url(page.number))
    content = {
        "description": excerpt(description, DESCRIPTION_LENGTH),
        "robots": "" if indexed else "noindex, follow",
        "og:type": "website",
        "og:title": title,
        "og:description": excerpt(description, DESCRIPTION_LENGTH),
        "og:url": canonical,
        "og:site_name": settings.SITE_NAME,
        "twitter:card": "summary",
    }
    return Head(title, canonical, _tags(content))


#: Where an item's own words for its page go, keyed as in front matter without regard to case.
OVERRIDES = {
    "title": "title",
    "description": "description",
    "keywords": "keywords",
    "robots": "robots",
    "author": "author",
    "ogtitle": "og:title",
    "ogdescription": "og:description",
    "ogimage": "og:image",
    "ogurl": "og:url",
    "ogtype": "og:type",
    "ogsite_name": "og:site_name",
    "oglocale": "og:locale",
    "ogupdated_time": "og:updated_time",
    "articlepublished_time": "article:published_time",
    "articlemodified_time": "article:modified_time",
    "articlepublisher": "article:publisher",
    "fbapp_id": "fb:app_id",
    "twittercard": "twitter:card",
    "twittertitle": "twitter:title",
    "twitterdescription": "twitter:description",
    "twitterimage": "twitter:image",
}
LINKS = ("og:image", "og:url", "twitter:image")


def item_head(request: HttpRequest, item: CuratedItem) -> Head:
    """Describe an item's page: in the item's own words for it where it has any, else from the item."""
    canonical = request.build_absolute_uri(item.get_absolute_url())
    content = _derived(item, canonical) | _overridden(item.meta)
    content |= {name: _absolute(canonical, content[name]) for name in LINKS if content.get(name)}
    return Head(content.pop("title"), canonical, _tags(content))


def _derived(item: CuratedItem, canonical: str) -> dict[str, str]:
    description = excerpt(item.summary, DESCRIPTION_LENGTH)
    return {
        "title": item.title,
        "description": description,
        "og:type": "article",
        "og:title": item.title,
        "og:description": description,
        "og:url": canonical,
        "og:site_name": settings.SITE_NAME,
        "og:image": item.image.file.url if item.image else "",
        "article:published_time": item.published_at.isoformat() if item.published_at else "",
        "article:modified_time": item.source_modified_at.isoformat() if item.source_modified_at else "",
        "twitter:card": "summary_large_image" if item.image else "summary",
    }


def _overridden(meta: object) -> dict[str, str]:
    """Return what an item's `meta` says, by the name of the tag; anything that is not as it should be is left out."""
    groups = [meta.get(group) for group in ("html", "openGraph", "twitter")] if isinstance(meta, Mapping) else []
    return {
        OVERRIDES[key.lower()]: value.strip()
        for group in groups
        if isinstance(group, Mapping)
        for key, value in group.items()
        if key.lower() in OVERRIDES and isinstance(value, str) and value.strip()
    }


def _absolute(canonical: str, link: str) -> str:
    """Return a link of a page as a whole address, or "" for what is none (`http://[`)."""
    try:
        return urljoin(canonical, link)
    except ValueError:
        return ""


def _tags(content: Mapping[str, str]) -> tuple[Tag, ...]:
    return tuple(
        Tag("property" if name.startswith(("og:", "article:", "fb:")) else "name", name, text)
        for name, text in content.items()
        if text
    )
