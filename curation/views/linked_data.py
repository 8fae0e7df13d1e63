"""What a page says of itself as JSON-LD, in the words of https://schema.org/."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from curation.models import CuratedItem, Image
from curation.models.addresses import url
from curation.stories import Named, Story

from .trails import Crumb

Thing = dict[str, Any]

#: What could end the `<script>` that the data stands in, or open a comment there. What is not ASCII, U+2028 among it,
#: `json.dumps` writes as an escape anyway.
ESCAPES = {character: f"\\u{ord(character):04X}" for character in "<>&"}


def script_text(things: Iterable[Thing]) -> SafeString:
    """Return things as the text of a `<script type="application/ld+json">`, whatever is in them."""
    text = json.dumps({"@context": "https://schema.org", "@graph": list(things)}, separators=(",", ":"))
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    return mark_safe(text)  # noqa: S308


def whole(here: str, path: str) -> str:
    """Return a path of this site as a whole address. `here` is any address of it."""
    return here[: here.index("/", len("https://"))] + path


def organization(here: str) -> Thing:
    """Describe who runs the site. `here` is any address of it."""
    return _organization(whole(here, url("home")))


@lru_cache(maxsize=100)  # the site goes by a few names, and every page says this
def _organization(home: str) -> Thing:
    logo = {"@type": "ImageObject", "url": urljoin(home, static("icons/icon-512.png")), "width": 512, "height": 512}
    return {
        "@type": "Organization",
        "@id": f"{home}#organization",
        "name": settings.SITE_NAME,
        "url": home,
        "logo": logo,
    }


def breadcrumb_list(here: str, trail: Sequence[Crumb], title: str) -> Thing:
    """Describe the trail that ends with the page itself, of this title and address."""
    steps = [(crumb.label, whole(here, crumb.path)) for crumb in trail if crumb.path]
    return {"@type": "BreadcrumbList", "itemListElement": _numbered([*steps, (title, here)], key="item")}


def collection_page(here: str, title: str, description: str, listed: Iterable[tuple[str, str]]) -> Thing:
    """Describe a page that lists; `listed` are the titles and paths of what it lists, in order."""
    rows = [(name, whole(here, path)) for name, path in listed]
    page: Thing = {
        "@type": "CollectionPage",
        "@id": here,
        "url": here,
        "name": title,
        "description": description,
        "publisher": {"@id": organization(here)["@id"]},
    }
    return page | ({"mainEntity": {"@type": "ItemList", "itemListElement": _numbered(rows, key="url")}} if rows else {})


def news_article(here: str, story: Story) -> Thing:
    """Describe an item: an article of this site that is based on another's."""
    item = story.item
    article: Thing = {
        "@type": "NewsArticle",
        "@id": f"{here}#article",
        "mainEntityOfPage": here,
        "url": here,
        "headline": item.title,
        "description": item.shown_summary,
        "datePublished": item.published_at.isoformat() if item.published_at else None,
        "dateModified": item.modified_at.isoformat() if item.modified_at else None,
        "inLanguage": item.language or "en",
        "articleSection": item.section or item.kind,
        "image": _image(here, item.image) if item.image else None,
        "author": [_named("Person", here, author) for author in story.authors],
        "publisher": {"@id": organization(here)["@id"]},
        "isBasedOn": _source(item) if item.source_url else None,
        "about": [_named("Thing", here, topic) for topic in story.topics],
        "mentions": [_named("Thing", here, offering) for offering in story.offerings],
        "keywords": [tag.name for tag in story.tags],
    }
    return {name: value for name, value in article.items() if value}


def _source(item: CuratedItem) -> Thing:
    source: Thing = {"@type": "CreativeWork", "url": item.source_url}
    if item.publisher:
        website = f"https://{item.publisher.domain}/"
        source["publisher"] = {"@type": "Organization", "name": item.publisher.name, "url": website}
    return source


def _image(here: str, image: Image) -> Thing:
    file = urljoin(here, image.file.url)
    return {"@type": "ImageObject", "url": file, "width": image.width, "height": image.height}


def _named(kind: str, here: str, named: Named) -> Thing:
    """Describe an author, a topic or an offering by its name and its page."""
    return {"@type": kind, "name": named.name, "url": whole(here, named.get_absolute_url())}


def _numbered(rows: Iterable[tuple[str, str]], key: str) -> list[Thing]:
    return [
        {"@type": "ListItem", "position": position, "name": name, key: url}
        for position, (name, url) in enumerate(rows, start=1)
    ]
