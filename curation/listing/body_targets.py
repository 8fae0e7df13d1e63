"""The targets of the pictures, links and breadcrumbs of items: files and pages of this site that readers find now.

`CuratedItem.body_html` has pictures and links as their author wrote them. `site_links.resolve` looked up and stored
their targets when the body was written. Whether these are public is decided here, when they are shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.files.storage import default_storage
from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, QuerySet
from django.utils import timezone

from curation.db.compiled_query import ParamList, compiled_query
from curation.lib.page_urls import address
from curation.markdown.references import path_of, references_in, suffix_of
from curation.models import BodyReference, CuratedItem, Image
from curation.site_links.pages import is_page, page_exists, page_url
from curation.site_links.resolve import is_uncertain, needs_reference, resolved_references

from .summaries import ItemPicture, picture_of

Kind = BodyReference.Kind
#: Maximum number of items whose references are loaded by one query.
MAX_ITEMS = 101


@dataclass(frozen=True, slots=True)
class Target:
    """The path of a file or page, or a picture to show; neither where readers find nothing."""

    url: str = ""
    picture: ItemPicture | None = None


#: The targets of an item's references, by their kind and `href`.
Targets = Mapping[tuple[str, str], Target]
NO_TARGET = Target()
_ATTRIBUTE = "_targets"


class ReferenceRow(NamedTuple):
    """A reference and the columns of its possible targets; `page_exists` and `is_published` are about this moment."""

    item_id: int
    kind: str
    href: str
    document: str
    page: str
    key: str
    page_exists: bool
    target__slug: str | None
    is_published: bool
    image__file: str | None
    image__width: int | None
    image__height: int | None
    image__has_renditions: bool | None


@compiled_query(ReferenceRow, items=ParamList(BigIntegerField(), MAX_ITEMS), now=DateTimeField())
def _reference_rows(items: Any, now: Any) -> QuerySet[BodyReference, Any]:
    published = CuratedItem.objects.published_among([OuterRef("target")], now)
    rows = BodyReference.objects.filter(item__pk__in=items).order_by()
    return rows.annotate(is_published=Exists(published), page_exists=page_exists(now)).values_list(
        *ReferenceRow._fields
    )


def load_targets(items: Sequence[CuratedItem], *, breadcrumbs: bool = False) -> None:
    """Load the targets of items' bodies, and with `breadcrumbs` of their breadcrumbs, for `targets_of()`.

    Costs one query for every `MAX_ITEMS` items that have references to this site, none where no item has any.
    """
    needing = [item for item in items if _has_references(item) or (breadcrumbs and _has_breadcrumbs(item))]
    targets: defaultdict[int, dict[tuple[str, str], Target]] = defaultdict(dict)
    for start in range(0, len(needing), MAX_ITEMS):
        keys = [item.pk for item in needing[start : start + MAX_ITEMS]]
        for row in _reference_rows(items=keys, now=timezone.now()):
            targets[row.item_id][row.kind, row.href] = _target(row)
    for item in items:
        item.__dict__[_ATTRIBUTE] = targets.get(item.pk, {})


def load_targets_unsaved(item: CuratedItem) -> None:
    """Load the targets of a body that differs from the stored one, as in a preview; in at most four queries."""
    references = resolved_references(item)
    images = Image.objects.in_bulk([row.image_id for row in references if row.image_id])
    published = CuratedItem.objects.published_among([row.target_id for row in references if row.target_id])
    slugs = dict(published.values_list("pk", "slug"))
    item.__dict__[_ATTRIBUTE] = {
        (reference.kind, reference.href): _target(_unsaved_row(reference, images, slugs)) for reference in references
    }


def _unsaved_row(reference: BodyReference, images: Mapping[int, Image], slugs: Mapping[int, str]) -> ReferenceRow:
    image = images.get(reference.image_id or 0)
    return ReferenceRow(
        item_id=reference.item_id,
        kind=reference.kind,
        href=reference.href,
        document=reference.document,
        page=reference.page,
        key=reference.key,
        page_exists=bool(reference.page) and is_page(reference.page, reference.key),
        target__slug=slugs.get(reference.target_id or 0),
        is_published=reference.target_id in slugs,
        image__file=image.name if image else None,
        image__width=image.width if image else None,
        image__height=image.height if image else None,
        image__has_renditions=image.has_renditions if image else None,
    )


def targets_of(item: CuratedItem) -> Targets:
    """Return the targets that were loaded for an item; load them if none were."""
    if _ATTRIBUTE not in item.__dict__:
        load_targets([item])
    targets: Targets = item.__dict__[_ATTRIBUTE]
    return targets


def breadcrumb_path(item: CuratedItem, path: str) -> str:
    """Return the path that a breadcrumb of an item links to, "" for none.

    `load_targets()` must have loaded the targets of breadcrumbs before.
    """
    return targets_of(item).get((Kind.CRUMB, path), NO_TARGET).url if needs_reference(path) else path


def _has_references(item: CuratedItem) -> bool:
    return any(map(is_uncertain, references_in(item.body_html)))


def _has_breadcrumbs(item: CuratedItem) -> bool:
    crumbs = item.breadcrumbs if isinstance(item.breadcrumbs, list) else []
    return any(needs_reference(str(crumb.get("path") or "")) for crumb in crumbs if isinstance(crumb, dict))


def _target(row: ReferenceRow) -> Target:
    picture = picture_of(row)
    if row.kind == Kind.PICTURE:
        return Target(picture=picture)
    if picture or row.document:
        return Target(default_storage.url(picture.name if picture else row.document))
    if row.target__slug and row.is_published:
        return Target(address("item", row.target__slug) + suffix_of(row.href))
    if row.page and row.page_exists:
        path = path_of(row.href)
        # A feed of the page: its own path names the format.
        own = path if path.startswith("/") and "." in path.rpartition("/")[2] else page_url(row.page, row.key)
        return Target(own + suffix_of(row.href))
    return NO_TARGET
