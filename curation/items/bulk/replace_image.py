"""Replace an image by another one in all items: their pictures, and the references in their bodies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import Exists, OuterRef, Q

from curation.markdown import flavour_of, replace_references
from curation.models import BodyReference, BulkChange, CuratedItem, Image
from curation.models.items import ItemQuerySet
from curation.site_links.picture_paths import picture_href

from . import fields
from .arguments import UNCHOSEN, Argument, RowGone
from .effects import FieldEffect

#: Number of texts left as they are that are named.
MAX_NAMED = 100
_FIELDS = ("image", "image_alt", "media_provenance", "body")


@dataclass(frozen=True, slots=True)
class Replacement:
    """An image and the one that takes its place. `keeps_texts`: items keep their own alternative texts."""

    old: Image
    new: Image
    keeps_texts: bool = False


@dataclass(frozen=True, slots=True)
class ReplacementArgument(Argument):
    """A `Replacement`."""

    def to_json(self, value: Any) -> Any:
        return {"old": value.old.pk, "new": value.new.pk, "keeps_texts": value.keeps_texts}

    def from_json(self, stored: Any) -> Any:
        images = Image.objects.in_bulk([stored["old"], stored["new"]])
        if len(images) < 2:
            raise RowGone("Image was deleted meanwhile")
        return Replacement(images[stored["old"]], images[stored["new"]], stored["keeps_texts"])

    def describe(self, value: Any) -> str:
        return f"“{value.new}” in place of “{value.old}”"


@dataclass(frozen=True, slots=True)
class ReplaceImage(FieldEffect):
    """Another image, in the picture of an item and in its text. `value` is a `Replacement`."""

    def load(self, items: ItemQuerySet, value: Any) -> ItemQuerySet:
        return self._annotated(fields.load(items, [self.field]), value)

    def load_to_change(self, items: ItemQuerySet, value: Any) -> ItemQuerySet:
        return self._annotated(fields.load(items, _FIELDS), value)

    def _annotated(self, items: ItemQuerySet, value: Any) -> ItemQuerySet:
        if value is UNCHOSEN:
            return items
        return items.annotate(is_in_body=Exists(_references(value.old).filter(item=OuterRef("pk"))))

    def has_value(self, item: Any, value: Replacement) -> bool:
        return item.image_id != value.old.pk and not item.is_in_body

    def new_values(
        self, items: Sequence[CuratedItem], value: Replacement, change: BulkChange
    ) -> dict[int, dict[str, Any]]:
        """Return the new values. Texts that have to be changed by hand are named in `kept` of the change's counts."""
        bodies, by_hand = _new_bodies(items, value)
        _name(change, [item for item in items if item.pk in by_hand])
        return {item.pk: _new_picture(item, value) | bodies.get(item.pk, {}) for item in items}


def items_to_change(image: Image) -> ItemQuerySet:
    """Return the items that have an image as their picture or in their text, and are not in the bin."""
    in_bodies = _references(image).order_by().values("item")
    return CuratedItem.objects.not_binned().filter(Q(image=image) | Q(pk__in=in_bodies))


def _references(image: Image) -> Any:
    return BodyReference.objects.filter(image=image)


def _new_picture(item: CuratedItem, value: Replacement) -> dict[str, Any]:
    """Return the fields of an item that get new values if the image is its picture; {} if it is not."""
    if item.image_id != value.old.pk:
        return {}
    new: dict[str, Any] = {"image": value.new.pk}
    if item.image_alt and not value.keeps_texts:
        new["image_alt"] = ""
    if "image" in item.media_provenance:
        new["media_provenance"] = {use: found for use, found in item.media_provenance.items() if use != "image"}
    return new


def _new_bodies(items: Sequence[CuratedItem], value: Replacement) -> tuple[Mapping[int, dict[str, str]], set[int]]:
    """Return the new bodies of the items whose texts refer to the image, and the IDs of those that are not changed."""
    hrefs: defaultdict[int, list[str]] = defaultdict(list)
    rows = _references(value.old).filter(item__in=[item.pk for item in items])
    for item_id, href in rows.order_by().values_list("item", "href"):
        hrefs[item_id].append(href)
    path = quote(picture_href(value.new))
    bodies: dict[int, dict[str, str]] = {}
    by_hand: set[int] = set()
    for item in items:
        if item.pk not in hrefs:
            continue
        body = replace_references(item.body, flavour_of(item.flavour), hrefs[item.pk], path)
        if body is None:
            by_hand.add(item.pk)
        else:
            bodies[item.pk] = {"body": body}
    return bodies, by_hand


def _name(change: BulkChange, items: Sequence[CuratedItem]) -> None:
    """Add items whose texts stay as they are to the counts of a change."""
    reason = "names the image in a way that is not replaced; change it by hand"
    entries = [{"item": item.pk, "title": str(item), "field": "Body", "reason": reason} for item in items]
    kept, total = change.counts.get("kept", []), change.counts.get("kept_total", 0)
    if entries:
        change.counts = {**change.counts, "kept": [*kept, *entries][:MAX_NAMED], "kept_total": total + len(entries)}
