"""Feeds as readers read them: feedparser for XML, and the rules of JSON Feed 1.1 for JSON."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser
from django.http import HttpResponse
from django.test import Client


def get(path: str, **headers: str) -> HttpResponse:
    response = Client().get(path, headers=headers)
    assert response.status_code == 200, f"{response.status_code} for {path}"
    return response


def parsed(path: str) -> Any:
    """Return an RSS or Atom feed as feedparser reads it, with nothing to complain of."""
    feed = feedparser.parse(get(path).content, sanitize_html=False, resolve_relative_uris=False)
    assert not feed.bozo, feed.bozo_exception
    assert feed.version in ("rss20", "atom10")
    return feed


def parsed_json(path: str) -> Any:
    feed = json.loads(get(path).content)
    check_json_feed(feed)
    return feed


def check_json_feed(feed: Any) -> None:
    """Hold a feed to the rules of https://www.jsonfeed.org/version/1.1/ for all that we write."""
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    allowed = {"version", "title", "home_page_url", "feed_url", "description", "next_url", "language", "items"}
    assert set(feed) <= allowed
    for name in ("home_page_url", "feed_url", "next_url"):
        assert name not in feed or is_address(feed[name]), name
    assert feed.get("next_url") != feed["feed_url"]
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    for item in feed["items"]:
        check_json_item(item)


def check_json_item(item: Any) -> None:
    texts = {"id", "url", "external_url", "title", "content_html", "summary", "image"}
    texts |= {"date_published", "date_modified"}
    assert set(item) <= texts | {"authors", "tags", "attachments"}
    assert all(isinstance(item[name], str) and item[name] for name in texts & set(item))
    assert item["id"]
    assert item["content_html"]
    assert all(is_address(item[name]) for name in ("url", "external_url", "image") if name in item)
    assert all(datetime.fromisoformat(item[name]).tzinfo for name in ("date_published", "date_modified"))
    for author in item.get("authors", []):
        assert set(author) <= {"name", "url", "avatar"}
        assert author.get("name") or author.get("url")
    assert all(isinstance(tag, str) for tag in item.get("tags", []))
    for attachment in item.get("attachments", []):
        assert {"url", "mime_type"} <= set(attachment) <= {"url", "mime_type", "title", "size_in_bytes"}
        assert is_address(attachment["url"])
        assert isinstance(attachment["size_in_bytes"], int)


def is_address(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)
