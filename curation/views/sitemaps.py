"""Sitemaps by https://www.sitemaps.org/protocol.html, with Google's extensions for images and news."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control

from curation.lib.site_url import absolute_url
from curation.listing import sitemap

XML = "application/xml; charset=utf-8"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
CORE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
IMAGE = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def index(_request: HttpRequest) -> HttpResponse:
    """Answer the index of the sitemaps that name a page."""
    named: list[tuple[str, tuple[object, ...], datetime | None]] = [("sitemap_pages", (), sitemap.last_change())]
    for name, section in sitemap.SECTIONS.items():
        named += [("sitemap_part", (name, number), changed) for number, changed in section.parts()]
    if recent := sitemap.recent_news():
        named.append(("sitemap_news", (), recent[0].published))
    lines = [_entry_line("sitemap", absolute_url(reverse(name, args=args)), when) for name, args, when in named]
    return HttpResponse(_document("sitemapindex", CORE, lines), content_type=XML)


def pages(_request: HttpRequest) -> HttpResponse:
    changed = sitemap.last_change()
    lines = [_entry_line("url", absolute_url(reverse(name)), changed) for name in sitemap.PAGES]
    return HttpResponse(_document("urlset", CORE, lines), content_type=XML)


def part(_request: HttpRequest, section: str, number: str) -> HttpResponse:
    """Answer a part of a section."""
    if section not in sitemap.SECTIONS:
        raise Http404("There is no such sitemap.")
    lines = [_entry(entry) for entry in sitemap.SECTIONS[section].part(int(number))]
    if not lines:
        raise Http404("This sitemap has no such part.")
    return HttpResponse(_document("urlset", f"{CORE} {IMAGE}", lines), content_type=XML)


@cache_control(public=True, max_age=600)  # items leave it as time passes
def news(_request: HttpRequest) -> HttpResponse:
    """Answer the items of the last 48 hours for Google News."""
    lines = [_entry_line("url", absolute_url(entry.path), None, _news(entry)) for entry in sitemap.recent_news()]
    return HttpResponse(_document("urlset", f"{CORE} {NEWS}", lines), content_type=XML)


def _news(entry: sitemap.NewsEntry) -> str:
    publication = _element("news:name", settings.SITE_NAME) + _element("news:language", entry.language or "en")
    date = _element("news:publication_date", entry.published.isoformat(timespec="seconds"))
    title = _element("news:title", entry.title)
    return f"<news:news><news:publication>{publication}</news:publication>{date}{title}</news:news>"


def _document(root: str, namespaces: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"{DECLARATION}<{root} {namespaces}>\n"
    yield from lines
    yield f"</{root}>\n"


def _entry(entry: sitemap.SitemapEntry) -> str:
    image = _element("image:loc", absolute_url(entry.image)) if entry.image else ""
    more = f"<image:image>{image}</image:image>" if image else ""
    return _entry_line("url", absolute_url(entry.path), entry.changed, more)


def _entry_line(kind: str, address: str, changed: datetime | None, more: str = "") -> str:
    """Return an entry of a sitemap or of an index, on a line."""
    lastmod = _element("lastmod", changed.isoformat(timespec="seconds")) if changed else ""
    return f"<{kind}>{_element('loc', address)}{lastmod}{more}</{kind}>\n"


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"
