"""What a page says of itself to browsers, search engines and social networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.safestring import SafeString

from curation.models import CuratedItem, Image
from curation.pagination import PAGE_SIZE, Page
from curation.sentences import beginning
from curation.stories import Story

from .linked_data import breadcrumb_list, collection_page, news_article, organization, script_text
from .trails import Crumb, home

DESCRIPTION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Tag:
    """A `<meta>` element: `attribute` is "name" or "property" (Open Graph)."""

    attribute: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a page: `tags` with the description among them, and `data`, JSON-LD. Addresses are absolute."""

    title: str
    canonical: str
    tags: tuple[Tag, ...]
    data: SafeString


PICTURE = ("og:image", "og:image:width", "og:image:height", "og:image:alt")
#: How Twitter shows a page with a picture of its own.
LARGE = "summary_large_image"
#: What stands for a page without one: file, width and height.
SHARE_PICTURE = ("icons/share.png", "1200", "630")


def list_head(
    request: HttpRequest,
    title: str,
    description: str,
    page: Page[Any] | None = None,
    *,
    trail: Sequence[Crumb] = (),
    kind: str = "website",
    indexed: bool = True,
) -> Head:
    """Describe a page that lists, at the end of a trail that begins below the front page.

    `kind` is a type of https://ogp.me/#types. `indexed=False` asks search engines to follow its links only.
    """
    canonical = request.build_absolute_uri(request.path)
    if page and page.number > 1:
        title, canonical = f"{title}, page {page.number}", urljoin(canonical, page.url(page.number))
    description = beginning(description, DESCRIPTION_LENGTH)
    content = _common(canonical, title, description) | {"robots": "" if indexed else "noindex, follow", "og:type": kind}
    listed = [(str(row), row.get_absolute_url()) for row in page.rows[:PAGE_SIZE]] if page else []
    things = [collection_page(canonical, title, description, listed), organization(canonical)]
    if trail:
        things.append(breadcrumb_list(canonical, [home(), *trail], title))
    return Head(title, canonical, _tags(content), script_text(things))


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


def item_head(request: HttpRequest, story: Story, trail: Sequence[Crumb]) -> Head:
    """Describe an item's page: in the item's own words for it where it has any, else from the item."""
    item = story.item
    canonical = request.build_absolute_uri(item.get_absolute_url())
    own = _overridden(item.meta, canonical)
    content = _common(canonical, item.title, beginning(item.shown_summary, DESCRIPTION_LENGTH)) | _article(item)
    if "og:image" in own:  # whose size and words nobody knows
        content |= dict.fromkeys(PICTURE, "") | {"twitter:card": LARGE}
    elif item.image:
        content |= _picture(canonical, item.image, item.image_alt)
    content |= {"title": item.title, **own}
    things = [
        news_article(canonical, story),
        breadcrumb_list(canonical, trail, item.title),
        organization(canonical),
    ]
    return Head(content.pop("title"), canonical, _tags(content), script_text(things))


def _common(canonical: str, title: str, description: str) -> dict[str, str]:
    """Return what every page says, those without a picture of their own among them."""
    file, width, height = SHARE_PICTURE
    return {
        "description": description,
        "og:title": title,
        "og:description": description,
        "og:url": canonical,
        "og:site_name": settings.SITE_NAME,
        "og:image": urljoin(canonical, static(file)),
        "og:image:width": width,
        "og:image:height": height,
        "og:image:alt": settings.SITE_NAME,
        "twitter:card": "summary",
    }


def _article(item: CuratedItem) -> dict[str, str]:
    return {
        "og:type": "article",
        "article:published_time": item.published_at.isoformat() if item.published_at else "",
        "article:modified_time": item.modified_at.isoformat() if item.modified_at else "",
        "article:section": item.section or item.kind,
    }


def _picture(canonical: str, image: Image, alt: str) -> dict[str, str]:
    said = (urljoin(canonical, image.file.url), str(image.width), str(image.height), alt)
    return dict(zip(PICTURE, said, strict=True)) | {"twitter:card": LARGE}


def _overridden(meta: object, canonical: str) -> dict[str, str]:
    """Return what an item's `meta` says, by the name of the tag; anything that is not as it should be is left out."""
    groups = [meta.get(group) for group in ("html", "openGraph", "twitter")] if isinstance(meta, Mapping) else []
    own = {
        OVERRIDES[key.lower()]: value.strip()
        for group in groups
        if isinstance(group, Mapping)
        for key, value in group.items()
        if key.lower() in OVERRIDES and isinstance(value, str)
    }
    own |= {name: _absolute(canonical, own[name]) for name in LINKS if own.get(name)}
    return {name: text for name, text in own.items() if text}


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
