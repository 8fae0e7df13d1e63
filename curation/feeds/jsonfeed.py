"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from typing import Any

from .entries import Enclosure, Feed, FeedEntry

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write_json(feed: Feed) -> bytes:
    fields = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.url,
        "description": feed.description,
        "next_url": feed.next_url,
        "language": "en",
    }
    return json.dumps({**_without_blanks(fields), "items": [_item(entry) for entry in feed.entries]}).encode()


def _item(entry: FeedEntry) -> dict[str, Any]:
    enclosure = entry.enclosure
    fields = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.source_url,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "image": enclosure.url if enclosure else "",
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": author.name, "url": author.url} for author in entry.authors],
        "tags": [category.label for category in entry.categories],
        "language": entry.language,
        "attachments": [_attachment(enclosure)] if enclosure else [],
    }
    return _without_blanks(fields)


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    fields = {
        "url": enclosure.url,
        "mime_type": enclosure.media_type,
        "title": enclosure.alt,
        "size_in_bytes": enclosure.size,
    }
    return _without_blanks(fields)


def _without_blanks(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
