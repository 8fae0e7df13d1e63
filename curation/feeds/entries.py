"""The content of feeds, in any format: plain text, absolute URLs, and HTML that does not depend on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html

from curation.lib.media_types import of_format
from curation.listing.body_targets import load_targets
from curation.listing.cursors import Cursor, read_batch
from curation.listing.lists import ItemList
from curation.markdown import EXTERNAL_REL
from curation.models import Author, CuratedItem
from curation.models.items import ItemQuerySet
from curation.templating.bodies import body_with_absolute_urls

#: Number of entries of a page of a feed.
LENGTH = 20
#: The last change of a feed without entries.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: Returns the absolute URL of a path.
AbsoluteUrl = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Category:
    """A category of an entry: its `term` in `scheme`, a URL, and its `label` for readers."""

    scheme: str
    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The image of an entry; `size` is in bytes."""

    url: str
    media_type: str
    size: int
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An item in a feed. `id` does not change with the slug; `content` is HTML, everything else plain text.

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
    enclosure: Enclosure | None
    language: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of a feed, at `url`, of the list at `page_url`.

    `first_url` is the first page of the feed, `next_url` the next one, "" on the last.
    """

    title: str
    description: str
    page_url: str
    url: str
    first_url: str
    next_url: str
    entries: tuple[FeedEntry, ...]

    @property
    def links(self) -> dict[str, str]:
        """The URLs of the feed's own pages, by link relation."""
        links = {"self": self.url, "first": self.first_url, "next": self.next_url}
        return {relation: url for relation, url in links.items() if url}

    @property
    def updated(self) -> datetime:
        return max((entry.updated for entry in self.entries), default=EPOCH)


def read_feed(item_list: ItemList[Any], extension: str, after: Cursor | None, absolute: AbsoluteUrl) -> Feed:
    """Return the page of a list's feed after a cursor; `extension` is that of the feed's address."""
    batch = read_batch(with_entry_fields(item_list.items), after, LENGTH)
    load_targets(batch.items)
    return Feed(
        title=f"{item_list.title} · {settings.SITE_NAME}",
        description=item_list.description,
        page_url=absolute(item_list.url),
        url=absolute(item_list.feed_url(extension, str(after or ""))),
        first_url=absolute(item_list.feed_url(extension)),
        next_url=absolute(item_list.feed_url(extension, str(batch.next))) if batch.next else "",
        entries=tuple(_entry(item, absolute) for item in batch.items),
    )


def with_entry_fields(items: ItemQuerySet) -> ItemQuerySet:
    """Load the columns and relations of entries, in five queries; link targets of bodies are loaded separately."""
    relations = items.with_relations("itemauthor_set", "itemtopic_set", "itemoffering_set", "itemtag_set")
    return relations.select_related("publisher", "image").defer("body", "body_text", "meta", "media_provenance")


def _entry(item: CuratedItem, absolute: AbsoluteUrl) -> FeedEntry:
    url = absolute(item.get_absolute_url())
    published = cast(datetime, item.published_at)
    return FeedEntry(
        id=uuid5(NAMESPACE_URL, f"item {item.pk} of {item.created_at.isoformat()}").urn,
        url=url,
        title=item.title,
        summary=item.shown_summary,
        content=_content(item, url),
        published=published,
        updated=item.modified_at or published,
        source_url=item.source_url,
        source=item.source_name,
        authors=tuple(_person(relation.author, absolute) for relation in item.itemauthor_set.all()),
        categories=tuple(_categories(item, absolute)),
        enclosure=_enclosure(item, absolute),
        language=item.language,
    )


def _content(item: CuratedItem, url: str) -> str:
    """Return the body, or the summary of an item without one, followed by a link to the source."""
    body = body_with_absolute_urls(item, url) or format_html("<p>{}</p>", item.shown_summary)
    if not item.source_url:
        return body
    link = '<p><a href="{}" rel="{}">Read at {}</a></p>'
    return body + "\n" + format_html(link, item.source_url, EXTERNAL_REL, item.source_name)


def _person(author: Author, absolute: AbsoluteUrl) -> Person:
    return Person(author.name, absolute(author.get_absolute_url()))


def _categories(item: CuratedItem, absolute: AbsoluteUrl) -> Iterator[Category]:
    for topic in (relation.topic for relation in item.itemtopic_set.all()):
        yield Category(absolute(topic.vocabulary.get_absolute_url()), topic.slug, topic.label)
    for offering in (relation.offering for relation in item.itemoffering_set.all()):
        yield Category(absolute(reverse("offerings")), offering.slug, offering.name)
    for tag in (relation.tag for relation in item.itemtag_set.all()):
        yield Category("", tag.name, tag.name)


def _enclosure(item: CuratedItem, absolute: AbsoluteUrl) -> Enclosure | None:
    image = item.image
    if image is None:
        return None
    media_type = of_format(image.format).content_type
    return Enclosure(absolute(image.file.url), media_type, image.size, image.width, image.height, item.alternative_text)
