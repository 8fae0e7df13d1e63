"""Atom 1.0 (RFC 4287), with pages by RFC 5005."""

from xml.etree.ElementTree import Element

from django.conf import settings

from .entries import Feed, FeedEntry
from .xml import add, document

MEDIA_TYPE = "application/atom+xml"


def write_atom(feed: Feed) -> bytes:
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "en"})
    add(root, "id", feed.first_url)
    add(root, "title", feed.title)
    add(root, "subtitle", feed.description)
    add(root, "updated", feed.updated.isoformat())
    add(add(root, "author"), "name", settings.SITE_NAME)
    add(root, "link", rel="alternate", href=feed.page_url, type="text/html")
    for relation, url in feed.links.items():
        add(root, "link", rel=relation, href=url, type="application/atom+xml")
    for entry in feed.entries:
        _add_entry(root, entry)
    return document(root)


def _add_entry(root: Element, entry: FeedEntry) -> None:
    language = {"xml:lang": entry.language} if entry.language else {}
    element = add(root, "entry", **language)
    add(element, "id", entry.id)
    add(element, "title", entry.title)
    add(element, "link", rel="alternate", href=entry.url, type="text/html")
    add(element, "published", entry.published.isoformat())
    add(element, "updated", entry.updated.isoformat())
    for author in entry.authors:
        person = add(element, "author")
        add(person, "name", author.name)
        add(person, "uri", author.url)
    for category in entry.categories:
        add(element, "category", term=category.term, scheme=category.scheme, label=category.label)
    if entry.source_url:
        add(element, "link", rel="via", href=entry.source_url, title=entry.source)
    if enclosure := entry.enclosure:
        same = {"href": enclosure.url, "type": enclosure.media_type, "length": str(enclosure.size)}
        add(element, "link", rel="enclosure", title=enclosure.alt, **same)
    add(element, "summary", entry.summary)
    add(element, "content", entry.content, type="html")
