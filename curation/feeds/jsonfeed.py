"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

import json
from typing import Any

from .entries import Entry, Feed, Picture

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write_json(feed: Feed) -> bytes:
    said = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.page_url,
        "feed_url": feed.url,
        "description": feed.description,
        "next_url": feed.next_url,
        "language": "en",
    }
    return json.dumps({**_without_blanks(said), "items": [_item(entry) for entry in feed.entries]}).encode()


def _item(entry: Entry) -> dict[str, Any]:
    picture = entry.picture
    said = {
        "id": entry.id,
        "url": entry.url,
        "external_url": entry.source_url,
        "title": entry.title,
        "content_html": entry.content,
        "summary": entry.summary,
        "image": picture.url if picture else "",
        "date_published": entry.published.isoformat(),
        "date_modified": entry.updated.isoformat(),
        "authors": [{"name": author.name, "url": author.url} for author in entry.authors],
        "tags": [category.label for category in entry.categories],
        "language": entry.language,
        "attachments": [_attachment(picture)] if picture else [],
    }
    return _without_blanks(said)


def _attachment(picture: Picture) -> dict[str, Any]:
    said = {
        "url": picture.url,
        "mime_type": picture.media_type,
        "title": picture.alt,
        "size_in_bytes": picture.size,
    }
    return _without_blanks(said)


def _without_blanks(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}
