"""The navigation of the desk: its pages, those that a user may open, with the keys that open them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db.models import IntegerField, Subquery
from django.http import HttpRequest
from django.urls import reverse

from curation.items.actors import Actor
from curation.items.reviews import waiting_rows
from curation.models import Conflict, CuratedItem

from .pages import PAGES

#: The application of items. The pages of others are for administrators.
OWN_APP = "curation"
#: The models whose lists the bar of the navigation names, each with its label, icon and keys.
BAR = {
    "CuratedItem": ("Items", "items", "g i"),
    "ImportRun": ("Imports", "imports", ""),
    "Topic": ("Topics", "topics", ""),
    "Image": ("Images", "images", ""),
}
#: Maximum number in a badge; beyond it stands “99+”.
MAX_COUNT = 99


@dataclass(frozen=True, slots=True)
class Badge:
    """A number beside a page: the address of the list that it counts, and the words that follow it."""

    count: int
    words: str
    url: str

    @property
    def text(self) -> str:
        return f"{MAX_COUNT}+" if self.count > MAX_COUNT else str(self.count)

    @property
    def label(self) -> str:
        return f"{self.text} {self.words}"


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """A page of the desk. `current` is the value of its link's `aria-current`, "" on other pages."""

    label: str
    url: str
    icon: str = ""
    keys: str = ""
    current: str = ""
    badge: Badge | None = None


@dataclass(frozen=True, slots=True)
class Navigation:
    """The pages that a user may open: those in the bar, and the others by group. `add_url` is "" without the right.

    `conflicts` is the number of open conflicts, `None` if there are none that the user may see.
    """

    bar: Sequence[NavigationLink]
    more: Sequence[tuple[str, Sequence[NavigationLink]]]
    add_url: str
    conflicts: Badge | None

    @property
    def is_more_open(self) -> bool:
        """Whether the page that is open is among the others."""
        return any(page.current for _group, pages in self.more for page in pages)


def navigation(request: HttpRequest, apps: Sequence[Mapping[str, Any]]) -> Navigation:
    """Return the navigation of a request, from the applications that `AdminSite.get_app_list()` gives its user.

    At most one query, for the numbers of open conflicts and of items that wait for the user's review.
    """
    models = {model["object_name"]: model for app in apps if app["app_label"] == OWN_APP for model in app["models"]}
    today = reverse("admin:index")
    # Error pages are shown to those who are not logged in as well.
    may_review = models and any(page.name == "review" and page.is_allowed(request) for page in PAGES)
    badges = _badges(request, models, may_review=bool(may_review))
    bar = [NavigationLink("Today", today, "today", "g t", "page" if request.path == today else "")]
    for name, (label, icon, keys) in BAR.items():
        if url := models.get(name, {}).get("admin_url"):
            bar.append(NavigationLink(label, url, icon, keys, _current(request, url), badges.get(name)))
    if may_review:
        url = reverse("admin:review")
        bar.insert(2, NavigationLink("Review", url, "review", "g r", _current(request, url), badges.get("review")))
    add_url = models.get("CuratedItem", {}).get("add_url") or ""
    return Navigation(bar, list(_others(request, apps)), add_url, badges.get("ImportRun"))


def _others(request: HttpRequest, apps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Sequence[NavigationLink]]]:
    """Yield the pages beside those of the bar by application, each with its name, "" for that of items."""
    for app in apps:
        pages = [
            NavigationLink(model["name"], url, current=_current(request, url))
            for model in app["models"]
            if model["object_name"] not in BAR and (url := model["admin_url"])
        ]
        if pages:
            yield "" if app["app_label"] == OWN_APP else app["name"], pages


def _current(request: HttpRequest, url: str) -> str:
    if request.path == url:
        return "page"
    return "true" if request.path.startswith(url) else ""


class _RowCount(Subquery):
    """The number of rows of a queryset."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def _badges(request: HttpRequest, models: Mapping[str, Mapping[str, Any]], *, may_review: bool) -> dict[str, Badge]:
    """Return the numbers beside the pages of imports and of the review, without those that are 0; one query.

    Each table is counted up to one row beyond `MAX_COUNT`. The numbers are not memoised: neither conflicts nor drafts
    over live items change the version of the content.
    """
    conflicts_url = models.get("Conflict", {}).get("admin_url")
    conflicts = Conflict.objects.exclude(item__status=CuratedItem.Status.BIN) if conflicts_url else None
    waiting = waiting_rows(Actor.of(request.user)) if may_review else ()
    counted = (*([conflicts] if conflicts is not None else []), *waiting)
    if not counted:
        return {}
    numbers = [_RowCount(rows.order_by().values("pk")[: MAX_COUNT + 1]) for rows in counted]
    counts = list(User.objects.filter(pk=request.user.pk or 0).values_list(*numbers).get())
    badges = {}
    if conflicts is not None and (count := counts.pop(0)):
        badges["ImportRun"] = Badge(count, "open conflict" if count == 1 else "open conflicts", conflicts_url or "")
    if count := sum(counts):
        badges["review"] = Badge(count, "waiting", reverse("admin:review"))
    return badges
