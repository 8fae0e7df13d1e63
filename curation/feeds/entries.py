"""What a feed says, whichever way it is written: plain text, whole addresses, and HTML that stands on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html

from curation.bodies import body_elsewhere, load
from curation.cursors import Cursor, stretch
from curation.listings import Listing
from curation.models import Author, CuratedItem
from curation.models.items import ItemQuerySet
from curation.rendering import OUTSIDE_REL

LENGTH = 20
#: What an empty feed says of its last change.
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp", "AVIF": "image/avif"}

#: Makes a whole address of a path.
Whole = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Category:
    """What an entry is filed under: `term` among those of `scheme`, an address; `label` is for people."""

    scheme: str
    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    url: str
    media_type: str
    size: int
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in a feed. `id` outlives a change of its slug; `content` is HTML, all else is plain text.

    `language` is a tag of BCP 47, "" for that of the site.
    """

    id: str
    url: str
    title: str
    summary: str
    content: str
    published: datetime
    updated: datetime
    source_url: str
    source: str
    authors: tuple[Person, ...]
    categories: tuple[Category, ...]
    picture: Picture | None
    language: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed: of the list at `page_url`, itself at `url`; `first_url` begins it, `next_url` ("") goes on."""

    title: str
    description: str
    page_url: str
    url: str
    first_url: str
    next_url: str
    entries: tuple[Entry, ...]

    @property
    def links(self) -> dict[str, str]:
        """Where the feed itself is, by relation."""
        links = {"self": self.url, "first": self.first_url, "next": self.next_url}
        return {relation: url for relation, url in links.items() if url}

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=LONG_AGO)


def read_feed(listing: Listing[Any], form: str, after: Cursor | None, whole: Whole) -> Feed:
    """Return the page of a list's feed that comes after a place; `form` is the end of its address."""
    found = stretch(loaded(listing.items), after, LENGTH)
    load(found.items)
    return Feed(
        title=f"{listing.title} · {settings.SITE_NAME}",
        description=listing.description,
        page_url=whole(listing.url),
        url=whole(listing.feed_url(form, str(after or ""))),
        first_url=whole(listing.feed_url(form)),
        next_url=whole(listing.feed_url(form, str(found.next))) if found.next else "",
        entries=tuple(_entry(item, whole) for item in found.items),
    )


def loaded(items: ItemQuerySet) -> ItemQuerySet:
    """Load what entries say, besides what their bodies lead to, in five queries."""
    relations = items.with_relations("itemauthor_set", "itemtopic_set", "itemoffering_set", "itemtag_set")
    return relations.select_related("publisher", "image").defer("body", "body_text", "meta", "media_provenance")


def _entry(item: CuratedItem, whole: Whole) -> Entry:
    url = whole(item.get_absolute_url())
    published = cast(datetime, item.published_at)
    return Entry(
        id=uuid5(NAMESPACE_URL, f"item {item.pk} of {item.created_at.isoformat()}").urn,
        url=url,
        title=item.title,
        summary=item.shown_summary,
        content=_content(item, url),
        published=published,
        updated=item.modified_at or published,
        source_url=item.source_url,
        source=item.source_name,
        authors=tuple(_person(relation.author, whole) for relation in item.itemauthor_set.all()),
        categories=tuple(_categories(item, whole)),
        picture=_picture(item, whole),
        language=item.language,
    )


def _content(item: CuratedItem, url: str) -> str:
    """Return the body, or the summary for want of one, and the way to the source, which is what an item is for."""
    body = body_elsewhere(item, url) or format_html("<p>{}</p>", item.shown_summary)
    if not item.source_url:
        return body
    link = '<p><a href="{}" rel="{}">Read at {}</a></p>'
    return body + "\n" + format_html(link, item.source_url, OUTSIDE_REL, item.source_name)


def _person(author: Author, whole: Whole) -> Person:
    return Person(author.name, whole(author.get_absolute_url()))


def _categories(item: CuratedItem, whole: Whole) -> Iterator[Category]:
    for topic in (relation.topic for relation in item.itemtopic_set.all()):
        yield Category(whole(topic.vocabulary.get_absolute_url()), topic.slug, topic.label)
    for offering in (relation.offering for relation in item.itemoffering_set.all()):
        yield Category(whole(reverse("offerings")), offering.slug, offering.name)
    for tag in (relation.tag for relation in item.itemtag_set.all()):
        yield Category("", tag.name, tag.name)


def _picture(item: CuratedItem, whole: Whole) -> Picture | None:
    image = item.image
    if image is None:
        return None
    kind = MEDIA_TYPES[image.format]
    return Picture(whole(image.file.url), kind, image.size, image.width, image.height, item.image_alt)
