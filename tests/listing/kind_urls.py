"""The site with a page and feeds of each kind, by a declaration as `LISTS` has."""

from django.urls import path, re_path

from curation.listing.lists import TextLists
from curation.urls import FEED
from curation.views.feeds import subject_feed
from curation.views.lists import subject_page
from medigy.urls import handler404, urlpatterns

KINDS = TextLists("kind", "kinds", "Kind")

__all__ = ["handler404"]

urlpatterns = [
    path("kind/<name:key>/", subject_page, {"lists": KINDS}, name="kind"),
    re_path(rf"^kind/(?P<key>[^/]*)/{FEED}", subject_feed, {"lists": KINDS}),
    *urlpatterns,
]
