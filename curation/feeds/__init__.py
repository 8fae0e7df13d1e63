"""Feeds of item lists in RSS 2.0, Atom 1.0 and JSON Feed 1.1, each written from the same `Feed`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from curation.listing.lists import ItemList

from . import atom, jsonfeed, rss
from .entries import Feed, read_feed

__all__ = ["FORMATS", "Feed", "FeedFormat", "FeedLink", "feed_links", "read_feed"]


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A format of feeds: its name for readers, its media type, and its writer."""

    name: str
    media_type: str
    write: Callable[[Feed], bytes]


#: The formats by the extension of a feed's address.
FORMATS = {
    "rss": FeedFormat("RSS", rss.MEDIA_TYPE, rss.write_rss),
    "atom": FeedFormat("Atom", atom.MEDIA_TYPE, atom.write_atom),
    "json": FeedFormat("JSON Feed", jsonfeed.MEDIA_TYPE, jsonfeed.write_json),
}


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link from a page to a feed of its list."""

    name: str
    media_type: str
    title: str
    url: str


def feed_links(item_list: ItemList[Any]) -> list[FeedLink]:
    """Return a link to the feed of a list in each format."""
    return [
        FeedLink(
            feed_format.name,
            feed_format.media_type,
            f"{feed_format.name}: {item_list.title}",
            item_list.feed_url(extension),
        )
        for extension, feed_format in FORMATS.items()
    ]
