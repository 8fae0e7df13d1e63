"""The URLs of reader pages, feeds and API. `get_absolute_url()` uses the names; keep them."""

from django.urls import URLPattern, URLResolver, path, re_path, register_converter
from django.views.generic import RedirectView

from curation.api.routes import api
from curation.views.items import item

from .feeds import FORMATS
from .listing.lists import AUTHORS, LISTS, PUBLISHERS, TAGS
from .views import archive, coverage, feeds, news, offerings, previews, search, site, sitemaps, topics
from .views.lists import index_page, subject_page


class NameConverter:
    """A slug in an address, in any script. It need not exist."""

    regex = "[^/.\x00]+"  # only files have a dot

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(NameConverter, "name")

#: A number without leading zeros: a page has one address.
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
    path("preview/<name:token>/", previews.preview, name="preview"),
    path("topic/", topics.topics, name="topics"),
    path("topic/<name:key>/", topics.topic, name="topic"),
    path("topic/<name:key>/timeline/", coverage.topic_timeline, name="topic_timeline"),
    path("vocabulary/", RedirectView.as_view(pattern_name="topics", permanent=True), name="vocabularies"),
    path("vocabulary/<name:key>/", topics.vocabulary, name="vocabulary"),
    path("tag/", index_page, {"lists": TAGS}, name="tags"),
    re_path(
        r"^tag/(?P<key>[^/\x00]*)/$", subject_page, {"lists": TAGS, "template": "tag.html"}, name="tag"
    ),  # old tags such as “❤” have no slug
    path("offering/", offerings.offerings, name="offerings"),
    path("offering/<name:key>/", offerings.offering, name="offering"),
    path("offering/<name:key>/timeline/", coverage.offering_timeline, name="offering_timeline"),
    path("publisher/", index_page, {"lists": PUBLISHERS}, name="publishers"),
    re_path(
        r"^publisher/(?P<key>[^/\x00]+)/$",
        subject_page,
        {"lists": PUBLISHERS, "template": "publisher.html"},
        name="publisher",
    ),
    path("archive/", archive.archive, name="archive"),
    path("archive/<int:year>/", archive.year, name="archive_year"),
    path("archive/<int:year>/<int:month>/", archive.month, name="archive_month"),
    path("author/", index_page, {"lists": AUTHORS}, name="authors"),
    path("author/<name:key>/", subject_page, {"lists": AUTHORS, "template": "author.html"}, name="author"),
]

urlpatterns += [path("api/v1/", api.urls)]

FEED = rf"feed\.(?P<extension>{'|'.join(FORMATS)})\Z"
urlpatterns += [
    re_path(f"^news/{FEED}", feeds.query_feed, {"page": "news"}),
    re_path(f"^search/{FEED}", feeds.query_feed, {"page": "search"}),
    re_path(rf"^archive/(?P<year>{NUMBER})/(?P<month>0[1-9]|1[0-2])/{FEED}", feeds.month_feed),
    *(re_path(rf"^{lists.name}/(?P<key>[^/\x00]*)/{FEED}", feeds.subject_feed, {"lists": lists}) for lists in LISTS),
]
