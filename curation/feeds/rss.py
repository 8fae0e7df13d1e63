"""RSS 2.0 (https://www.rssboard.org/rss-specification), with common modules.

`content:encoded` is the full text, `dc:creator` an author, `dc:source` the URL of the source; `media:content` has more
details of the enclosure, and `atom:link` links to the feed and its next page (RFC 5005).
"""

from email.utils import format_datetime
from xml.etree.ElementTree import Element

from .entries import Enclosure, Feed, FeedEntry
from .xml import add, document

MEDIA_TYPE = "application/rss+xml"
NAMESPACES = {
    "xmlns:atom": "http://www.w3.org/2005/Atom",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
    "xmlns:media": "http://search.yahoo.com/mrss/",
}


def write_rss(feed: Feed) -> bytes:
    root = Element("rss", {"version": "2.0", **NAMESPACES})
    channel = add(root, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.page_url)
    add(channel, "description", feed.description)
    add(channel, "language", "en")
    add(channel, "lastBuildDate", format_datetime(feed.updated))
    for relation, url in feed.links.items():
        add(channel, "atom:link", rel=relation, href=url, type="application/rss+xml")
    for entry in feed.entries:
        _add_item(channel, entry)
    return document(root)


def _add_item(channel: Element, entry: FeedEntry) -> None:
    item = add(channel, "item")
    add(item, "title", entry.title)
    add(item, "link", entry.url)
    add(item, "guid", entry.id, isPermaLink="false")
    add(item, "pubDate", format_datetime(entry.published))
    add(item, "atom:updated", entry.updated.isoformat())
    for author in entry.authors:
        add(item, "dc:creator", author.name)
    for category in entry.categories:
        add(item, "category", category.label, domain=category.scheme)
    if entry.source_url:
        add(item, "dc:source", entry.source_url)
    if entry.language:
        add(item, "dc:language", entry.language)
    add(item, "description", entry.summary)
    add(item, "content:encoded", entry.content)
    if entry.enclosure:
        _add_enclosure(item, entry.enclosure)


def _add_enclosure(item: Element, enclosure: Enclosure) -> None:
    same = {"url": enclosure.url, "type": enclosure.media_type}
    add(item, "enclosure", length=str(enclosure.size), **same)
    sizes = {"fileSize": str(enclosure.size), "width": str(enclosure.width), "height": str(enclosure.height)}
    media = add(item, "media:content", medium="image", **same, **sizes)
    if enclosure.alt:
        add(media, "media:description", enclosure.alt, type="plain")
