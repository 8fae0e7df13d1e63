"""The head of a page: title, canonical URL, `<meta>` tags and JSON-LD, for search engines and social networks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString

from curation.lib.sentences import truncate_at_sentence
from curation.listing.detail import ItemDetail
from curation.models import CuratedItem, Image

from .breadcrumbs import Breadcrumb, home
from .structured_data import breadcrumb_list, collection_page, news_article, organization, script_text

MAX_DESCRIPTION_LENGTH = 200


@dataclass(frozen=True, slots=True)
class MetaTag:
    """A `<meta>` element: `attribute` is "name" or "property" (Open Graph)."""

    attribute: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a page: `tags` include the description, `data` is the text of its JSON-LD. URLs are absolute."""

    title: str
    canonical: str
    tags: tuple[MetaTag, ...]
    data: SafeString


IMAGE_TAGS = ("og:image", "og:image:width", "og:image:height", "og:image:alt")
#: The card of Twitter for a page with an image of its own: https://developer.x.com/en/docs/x-for-websites/cards.
LARGE_CARD = "summary_large_image"
#: The image of pages without one: static file, width and height in pixels.
DEFAULT_IMAGE = ("icons/share.png", "1200", "630")


def list_head(
    url: str,
    title: str,
    description: str,
    *,
    trail: Sequence[Breadcrumb] = (),
    entries: Sequence[tuple[str, str]] = (),
    is_indexed: bool = True,
) -> Head:
    """Describe a page with a list. `url` is the absolute URL of the page.

    `trail` are the pages between the front page and this one, `entries` the titles and paths of the rows. Without
    `is_indexed`, search engines are asked not to index the page but to follow its links.
    """
    description = truncate_at_sentence(description, MAX_DESCRIPTION_LENGTH)
    content = _common_tags(url, title, description)
    content |= {"robots": "" if is_indexed else "noindex, follow", "og:type": "website"}
    things = [collection_page(url, title, description, entries), organization(url)]
    if trail:
        things.append(breadcrumb_list(url, [home(), *trail], title))
    return Head(title, url, _tags(content), script_text(things))


#: The tags that an item's `meta` may set, by their keys in front matter in lower case.
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
URL_TAGS = ("og:image", "og:url", "twitter:image")


def item_head(url: str, detail: ItemDetail, trail: Sequence[Breadcrumb]) -> Head:
    """Describe an item's page, whose absolute URL is `url`. What the item's `meta` sets comes first."""
    item = detail.item
    overrides = _overrides(item.meta, url)
    content = _common_tags(url, item.title, truncate_at_sentence(item.shown_summary, MAX_DESCRIPTION_LENGTH))
    content |= _article_tags(item)
    if "og:image" in overrides:  # its size and alternative text are unknown
        content |= dict.fromkeys(IMAGE_TAGS, "") | {"twitter:card": LARGE_CARD}
    elif item.image:
        content |= _image_tags(url, item.image, item.alternative_text)
    content |= {"title": item.title, **overrides}
    things = [news_article(url, detail), breadcrumb_list(url, trail, item.title), organization(url)]
    return Head(content.pop("title"), url, _tags(content), script_text(things))


def _common_tags(url: str, title: str, description: str) -> dict[str, str]:
    """Return the tags of every page, with the default image."""
    file, width, height = DEFAULT_IMAGE
    return {
        "description": description,
        "og:title": title,
        "og:description": description,
        "og:url": url,
        "og:site_name": settings.SITE_NAME,
        "og:image": urljoin(url, static(file)),
        "og:image:width": width,
        "og:image:height": height,
        "og:image:alt": settings.SITE_NAME,
        "twitter:card": "summary",
    }


def _article_tags(item: CuratedItem) -> dict[str, str]:
    return {
        "og:type": "article",
        "article:published_time": item.published_at.isoformat() if item.published_at else "",
        "article:modified_time": item.modified_at.isoformat() if item.modified_at else "",
        "article:section": item.section or item.kind,
    }


def _image_tags(url: str, image: Image, alt: str) -> dict[str, str]:
    contents = (urljoin(url, image.file.url), str(image.width), str(image.height), alt)
    return dict(zip(IMAGE_TAGS, contents, strict=True)) | {"twitter:card": LARGE_CARD}


def _overrides(meta: object, url: str) -> dict[str, str]:
    """Return the tags that an item's `meta` sets; keys and values that are not valid are left out."""
    groups = [meta.get(group) for group in ("html", "openGraph", "twitter")] if isinstance(meta, Mapping) else []
    overrides = {
        OVERRIDES[key.lower()]: value.strip()
        for group in groups
        if isinstance(group, Mapping)
        for key, value in group.items()
        if key.lower() in OVERRIDES and isinstance(value, str)
    }
    overrides |= {name: _absolute(url, overrides[name]) for name in URL_TAGS if overrides.get(name)}
    return {name: content for name, content in overrides.items() if content}


def _absolute(url: str, link: str) -> str:
    """Return a link of a page as an absolute URL, "" for an invalid one (`http://[`)."""
    try:
        return urljoin(url, link)
    except ValueError:
        return ""


def _tags(content: Mapping[str, str]) -> tuple[MetaTag, ...]:
    return tuple(
        MetaTag("property" if name.startswith(("og:", "article:", "fb:")) else "name", name, text)
        for name, text in content.items()
        if text
    )
