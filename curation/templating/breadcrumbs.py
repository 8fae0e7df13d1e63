"""Breadcrumbs: the trail of pages from the front page to a page."""

from __future__ import annotations

from dataclasses import dataclass

from curation.lib.page_urls import url
from curation.lib.web_urls import is_site_path
from curation.listing.body_targets import breadcrumb_path
from curation.models import CuratedItem


@dataclass(frozen=True, slots=True)
class Breadcrumb:
    """A step of a trail; `path` is "" for a step without a page."""

    label: str
    path: str


def home() -> Breadcrumb:
    return Breadcrumb("Home", url("home"))


def item_trail(item: CuratedItem) -> list[Breadcrumb]:
    """Return the trail that an item's file gives, Home and News where it gives none; the item itself is left out.

    Its links lead to pages of this site that readers find now.
    """
    steps = item.breadcrumbs if isinstance(item.breadcrumbs, list) else []
    trail = [_breadcrumb(item, step) for step in steps if isinstance(step, dict) and step.get("label")]
    return trail or [home(), Breadcrumb("News", url("news"))]


def _breadcrumb(item: CuratedItem, step: dict[str, object]) -> Breadcrumb:
    path = str(step.get("path") or "")
    return Breadcrumb(str(step["label"]), breadcrumb_path(item, path) if is_site_path(path) else "")
