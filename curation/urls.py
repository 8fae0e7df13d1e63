"""Addresses for readers. The names are used by `get_absolute_url()`; keep them."""

from django.urls import path, re_path

from .views import news, offerings, site, sitemaps, topics
from .views.credits import author, publisher
from .views.items import item

urlpatterns = [
    path("", news.home, name="home"),
    path("robots.txt", site.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemap-news.xml", sitemaps.news, name="sitemap_news"),
    path("sitemap-<slug:section>-<int:number>.xml", sitemaps.part, name="sitemap_part"),
    path("manifest.webmanifest", site.manifest, name="manifest"),
    path("opensearch.xml", site.opensearch, name="opensearch"),
    path("news/", news.news, name="news"),
    path("news/<slug:slug>/", item, name="item"),
    path("topic/", topics.topics, name="topics"),
    path("topic/<slug:slug>/", topics.topic, name="topic"),
    path("vocabulary/<slug:slug>/", topics.vocabulary, name="vocabulary"),
    re_path(r"^tag/(?P<slug>[-\w]*)/$", topics.tag, name="tag"),  # “❤” has no slug, and is a tag all the same
    path("offering/", offerings.offerings, name="offerings"),
    path("offering/<slug:slug>/", offerings.offering, name="offering"),
    re_path(r"^publisher/(?P<domain>[^/\x00]+)/$", publisher, name="publisher"),
    path("author/<slug:slug>/", author, name="author"),
]
