"""The trail of pages that leads to a page: breadcrumbs."""

from __future__ import annotations

from dataclasses import dataclass

from curation.bodies import crumb_path
from curation.models import CuratedItem
from curation.models.addresses import url


@dataclass(frozen=True, slots=True)
class Crumb:
    """A step of a trail; `path` is "" where there is nothing to go to."""

    label: str
    path: str


def home() -> Crumb:
    return Crumb("Home", url("home"))


def item_trail(item: CuratedItem) -> list[Crumb]:
    """Return an item's own trail, without the item; Home and News where it has none. Leads nowhere but to this site,
    and to what readers find there.
    """
    steps = item.breadcrumbs if isinstance(item.breadcrumbs, list) else []
    crumbs = [_crumb(item, step) for step in steps if isinstance(step, dict) and step.get("label")]
    return crumbs or [home(), Crumb("News", url("news"))]


def _crumb(item: CuratedItem, step: dict[str, object]) -> Crumb:
    path = str(step.get("path") or "")
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\"))
    return Crumb(str(step["label"]), crumb_path(item, path) if is_ours else "")
