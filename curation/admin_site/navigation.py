"""The navigation of the desk: its pages, those that a user may open, with the keys that open them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

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
    """A number beside a page: the address of the list that it counts, and the words for it."""

    count: int
    noun: str
    url: str

    @property
    def text(self) -> str:
        return f"{MAX_COUNT}+" if self.count > MAX_COUNT else str(self.count)

    @property
    def label(self) -> str:
        return f"{self.text} {self.noun}{'' if self.count == 1 else 's'}"


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
    """The pages that a user may open: those in the bar, and the others by group. `add_url` is "" without the right."""

    bar: Sequence[NavigationLink]
    more: Sequence[tuple[str, Sequence[NavigationLink]]]
    add_url: str

    @property
    def conflicts(self) -> Badge | None:
        """The number of open conflicts, if there are any that the user may see."""
        return next((page.badge for page in self.bar if page.badge), None)

    @property
    def is_more_open(self) -> bool:
        """Whether the page that is open is among the others."""
        return any(page.current for _group, pages in self.more for page in pages)


def navigation(request: HttpRequest, apps: Sequence[Mapping[str, Any]]) -> Navigation:
    """Return the navigation of a request, from the applications that `AdminSite.get_app_list()` gives its user.

    At most one query, for the number of open conflicts.
    """
    models = {model["object_name"]: model for app in apps if app["app_label"] == OWN_APP for model in app["models"]}
    today = reverse("admin:index")
    bar = [NavigationLink("Today", today, "today", "g t", "page" if request.path == today else "")]
    for name, (label, icon, keys) in BAR.items():
        if url := models.get(name, {}).get("admin_url"):
            badge = _open_conflicts(models) if name == "ImportRun" else None
            bar.append(NavigationLink(label, url, icon, keys, _current(request, url), badge))
    # Error pages are shown to those who are not logged in as well.
    if models and any(page.name == "review" and page.is_allowed(request) for page in PAGES):
        url = reverse("admin:review")
        bar.insert(2, NavigationLink("Review", url, "review", "g r", _current(request, url)))
    return Navigation(bar, list(_others(request, apps)), models.get("CuratedItem", {}).get("add_url") or "")


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


def _open_conflicts(models: Mapping[str, Mapping[str, Any]]) -> Badge | None:
    """Return the number of open conflicts that the user sees, up to one beyond `MAX_COUNT`; `None` for none."""
    if not (url := models.get("Conflict", {}).get("admin_url")):
        return None
    rows = Conflict.objects.exclude(item__status=CuratedItem.Status.BIN).order_by()
    count = rows[: MAX_COUNT + 1].count()
    return Badge(count, "open conflict", url) if count else None
