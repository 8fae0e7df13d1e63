"""Give an item values back that it had, or that somebody typed and it did not get: as a new revision."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from curation.frontmatter.problems import Rejected
from curation.frontmatter.reading.paths import page_path
from curation.frontmatter.record import ItemRecord
from curation.models import Alias, CuratedItem, Image, Revision
from curation.site_links.resolve import refresh_references, resolve_references_to

from .actors import Actor
from .addresses import SlugTaken, rename, slug_for_title
from .checks import Check, failed_refusals
from .item_columns import columns_of
from .record import with_record_relations
from .related_rows import RelatedRows
from .revisions import record_since
from .saving import FilledItem, save_aliases, save_items
from .state import LABELS, State, changes_between, record_in, state_of
from .workflow import may_change

Status = CuratedItem.Status
#: Fields that decide when readers see a published item: only somebody who may publish changes them.
TIMES = frozenset(["published_at", "expires_at"])
#: Fields that are put back with another: the text of a picture, and the sources of media.
_TOGETHER = {"image": ("image_alt",)}
_MEDIA = frozenset(["image", "pdf"])


class CannotPutBack(Exception):
    """A value that the item cannot have again. The message gives the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """The result: the ID of the new revision, `None` if nothing changed, and the names of the changed fields."""

    revision: int | None
    fields: tuple[str, ...]


def fields_to_put_back(item: CuratedItem, actor: Actor) -> Set[str]:
    """Return the fields that an actor may put back. The status is none of them: the verbs of `workflow` change it."""
    without = {"status"}
    if item.status == Status.PUBLISHED and not actor.may("publish"):
        without |= TIMES
    return LABELS.keys() - without


@transaction.atomic
def put_back(
    item_id: int,
    source: State,
    fields: Iterable[str],
    actor: Actor,
    *,
    reason: str,
    verb: str = Revision.Verb.PUT_BACK,
) -> PutBack:
    """Give an item the values of a state in some fields. Raises `CannotPutBack`, and then has changed nothing, or
    `PermissionError`.

    A published item may not come to fail a check that would refuse its publication.
    Topics, offerings, authors, tags and publishers that were deleted since are created again, as imports do. The state
    has the present names of the others (`named_rows`).
    """
    locked = CuratedItem.objects.filter(pk=item_id).select_for_update(of=("self",))
    item = with_record_relations(locked).get()
    if item.status == Status.BIN:
        raise CannotPutBack("the item is in the bin; restore it first")
    if not may_change(actor, item):
        raise PermissionError(f"{actor.name} may not change this item.")
    former = state_of(item)
    wanted = fields_to_put_back(item, actor) & with_companions(fields)
    target = former | {name: source.get(name) for name in wanted} | _provenance(former, source, wanted)
    if "slug" not in wanted:
        target["slug"] = slug_for_title(item, target["title"])
    if not changes_between(former, target):
        return PutBack(None, ())
    is_published = item.status == Status.PUBLISHED
    failed = failed_refusals(item) if is_published else []
    _write(item, former, target, wanted, actor)
    if is_published:
        _refuse([check for check in failed_refusals(item) if check not in failed])
    record_since({item.pk: former}, verb, actor, reason=reason)
    written = item.revisions.filter(verb=verb).order_by("-pk").first()
    return PutBack(written.pk, tuple(written.changes)) if written else PutBack(None, ())


def _refuse(failed: Iterable[Check]) -> None:
    """Raise `CannotPutBack`, which undoes the change of a published item, if there are failed checks."""
    if nouns := " and ".join(check.noun for check in failed):
        remedy = "put back more fields together, or withdraw the item first"
        raise CannotPutBack(f"the item is published, and would be {nouns}; {remedy}")


def with_companions(fields: Iterable[str]) -> set[str]:
    """Return fields with those that are put back with them."""
    fields = set(fields)
    return fields.union(*(_TOGETHER.get(name, ()) for name in fields))


def _provenance(former: State, source: State, wanted: Set[str]) -> dict[str, Any]:
    """Return the origin of media: that of the source for the media that are put back."""
    origin = dict(former["media_provenance"])
    for name in wanted & _MEDIA:
        origin.pop(name, None)
        if name in (source.get("media_provenance") or {}):
            origin[name] = source["media_provenance"][name]
    return {"media_provenance": origin}


def _write(item: CuratedItem, former: State, target: State, wanted: Set[str], actor: Actor) -> None:
    record = record_in(target)
    _check_media(target, wanted)
    aliases = _aliases(item, former, target, wanted)
    try:
        rename(item, record.slug, actor)
        for column, value in columns_of(record).items():
            setattr(item, column, value)
        item.image_id, item.image_alt, item.pdf = target["image"], target["image_alt"], target["pdf"]
        item.media_provenance = target["media_provenance"]
        item.validate_constraints()
    except SlugTaken as taken:
        raise CannotPutBack(f"{taken} Give one of the two another address first, or put back other fields") from taken
    except Rejected as refusal:
        raise CannotPutBack("; ".join(problem.message.rstrip(".") for problem in refusal.problems)) from refusal
    except ValidationError as error:
        raise CannotPutBack(" ".join(error.messages).rstrip(".")) from error
    _save(item, record, aliases)


def _save(item: CuratedItem, record: ItemRecord, aliases: list[str] | None) -> None:
    save_items([FilledItem(item, record)], RelatedRows([record]))
    if aliases is not None:
        save_aliases({item.pk: aliases})
    CuratedItem.objects.filter(pk=item.pk).update(edited_at=timezone.now())
    refresh_references([item])
    resolve_references_to([item])


def _check_media(target: State, wanted: Set[str]) -> None:
    """Raise `CannotPutBack` for a picture or a PDF that was deleted."""
    image, pdf = target["image"], target["pdf"]
    if "image" in wanted and image and not Image.objects.filter(pk=image).exists():
        raise CannotPutBack("the picture was deleted since; choose another on the item’s page")
    if "pdf" in wanted and pdf and not default_storage.exists(pdf):
        raise CannotPutBack("the PDF was deleted since; attach it again on the item’s page")


def _aliases(item: CuratedItem, former: State, target: State, wanted: Set[str]) -> list[str] | None:
    """Return the redirects that the item will have; `None` where `rename()` leaves the right ones.

    The address that the item has now redirects in any case. Raises `CannotPutBack` for a path of another item.
    """
    if "aliases" not in wanted:
        return None
    own = page_path(target["slug"])
    paths = {*target["aliases"], page_path(former["slug"])} - {own}
    others = Alias.objects.filter(path__in=paths).exclude(item=item).select_related("item").first()
    if others is not None:
        raise CannotPutBack(f"{others.path} redirects to “{others.item}” now; remove it there first")
    slugs = {path.rpartition("/")[2]: path for path in paths}
    pages = CuratedItem.objects.filter(slug__in=slugs).exclude(pk=item.pk)
    for page in pages:
        if page_path(page.slug) in paths:
            raise CannotPutBack(f"{page_path(page.slug)}/ is the page of “{page}” now; give it another address first")
    return sorted(paths)
