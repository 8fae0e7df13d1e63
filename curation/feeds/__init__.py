"""Lists of items as feeds: RSS 2.0, Atom 1.0 and JSON Feed 1.1, each written from the same `Feed`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from curation.listings import Listing

from . import atom, jsonfeed, rss
from .entries import Feed, read_feed

__all__ = ["FORMS", "Feed", "FeedLink", "Form", "feed_links", "read_feed"]


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a feed: its name for people, its media type, and how it is done."""

    name: str
    media_type: str
    write: Callable[[Feed], bytes]


#: By the end of a feed's address.
FORMS = {
    "rss": Form("RSS", rss.MEDIA_TYPE, rss.write_rss),
    "atom": Form("Atom", atom.MEDIA_TYPE, atom.write_atom),
    "json": Form("JSON Feed", jsonfeed.MEDIA_TYPE, jsonfeed.write_json),
}


@dataclass(frozen=True, slots=True)
class FeedLink:
    """How a page tells of a feed of its list."""

    name: str
    media_type: str
    title: str
    url: str


def feed_links(listing: Listing[Any]) -> list[FeedLink]:
    """Return a link to the feed of a list in each form."""
    return [
        FeedLink(form.name, form.media_type, f"{form.name}: {listing.title}", listing.feed_url(end))
        for end, form in FORMS.items()
    ]
