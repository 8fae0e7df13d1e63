"""Addresses for readers. The names are used by `get_absolute_url()`; keep them."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter

from . import listings
from .api.routes import api
from .feeds import FORMS
from .views import archive, coverage, feeds, news, offerings, search, site, sitemaps, topics
from .views.credits import author, publisher
from .views.items import item


class NameConverter:
    """A slug in an address, in any script; whether there is one such, the database says."""

    regex = "[^/.\x00]+"  # no slug has a dot: that is what files have

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NameConverter, "name")

#: A number as addresses here have it: without zeros before it, so that nothing has a second address.
NUMBER = "[1-9][0-9]{0,17}"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", news.home, name="home"),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap_news"),
    re_path(rf"^sitemap-(?P<section>[a-z]+)-(?P<number>{NUMBER})\.xml\Z", sitemaps.part, name="sitemap_part"),
    path("manifest.webmanifest", site.manifest, name="manifest"),
    path("opensearch.xml", site.opensearch, name="opensearch"),
    path("search/", search.search, name="search"),
    path("search/suggest/", search.suggest, name="suggest"),
    path("news/", news.news, name="news"),
    path("news/<name:slug>/", item, name="item"),
    path("topic/", topics.topics, name="topics"),
    path("topic/<name:slug>/", topics.topic, name="topic"),
    path("topic/<name:slug>/timeline/", coverage.topic_timeline, name="topic_timeline"),
    path("vocabulary/<name:slug>/", topics.vocabulary, name="vocabulary"),
    re_path(r"^tag/(?P<slug>[^/\x00]*)/$", topics.tag, name="tag"),  # old tags such as “❤” have no slug
    path("offering/", offerings.offerings, name="offerings"),
    path("offering/<name:slug>/", offerings.offering, name="offering"),
    path("offering/<name:slug>/timeline/", coverage.offering_timeline, name="offering_timeline"),
    re_path(r"^publisher/(?P<domain>[^/\x00]+)/$", publisher, name="publisher"),
    path("archive/", archive.archive, name="archive"),
    path("archive/<int:year>/", archive.year, name="archive_year"),
    path("archive/<int:year>/<int:month>/", archive.month, name="archive_month"),
    path("author/<name:slug>/", author, name="author"),
]

urlpatterns += [path("api/v1/", api.urls)]

FEED = rf"feed\.(?P<form>{'|'.join(FORMS)})\Z"
SLUG = r"(?P<slug>[^/\x00]*)"
urlpatterns += [
    re_path(f"^news/{FEED}", feeds.news_feed),
    re_path(rf"^archive/(?P<year>{NUMBER})/(?P<month>0[1-9]|1[0-2])/{FEED}", feeds.month_feed),
    re_path(f"^search/{FEED}", feeds.search_feed),
    re_path(f"^topic/{SLUG}/{FEED}", feeds.feed, {"listing": listings.topic}),
    re_path(f"^vocabulary/{SLUG}/{FEED}", feeds.feed, {"listing": listings.vocabulary}),
    re_path(f"^offering/{SLUG}/{FEED}", feeds.feed, {"listing": listings.offering}),
    re_path(rf"^publisher/(?P<domain>[^/\x00]+)/{FEED}", feeds.feed, {"listing": listings.publisher}),
    re_path(f"^author/{SLUG}/{FEED}", feeds.feed, {"listing": listings.author}),
    re_path(f"^tag/{SLUG}/{FEED}", feeds.feed, {"listing": listings.tag}),
]
