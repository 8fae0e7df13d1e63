"""The addresses of items: rename an item, and keep its former addresses as aliases.

Until it is published or scheduled for the first time, the slug of an item that was made at the desk follows its title,
unless somebody has chosen another one.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import chain, count

from django.db import transaction

from curation.lib.slugs import numbered, slug_of
from curation.models import Alias, CuratedItem, Revision
from curation.models.aliases import normalise_path
from curation.site_links.resolve import resolve_references_to, unresolve_references_to

from .actors import Actor
from .revisions import recording

Status, Verb = CuratedItem.Status, Revision.Verb
#: The slugs of drafts without a title begin with it.
UNTITLED = "untitled-"
#: Revisions by which an item may get, or have had, a public address.
_PUBLIC = (Verb.PUBLISHED, Verb.SCHEDULED, Verb.WITHDRAWN, Verb.ARCHIVED, Verb.IMPORTED)
_MAX_SLUG: int = CuratedItem._meta.get_field("slug").max_length or 0  # for the types


class SlugTaken(Exception):
    """Another item, `holder`, has a slug."""

    def __init__(self, holder: CuratedItem) -> None:
        super().__init__(f"The slug “{holder.slug}” belongs to the item “{holder.title}”.")
        self.holder = holder


@transaction.atomic
def rename(item: CuratedItem, slug: str, actor: Actor) -> None:
    """Give a saved item a new slug, and make its old path an alias of it, unless nobody can know that. The caller
    writes the item's revision.

    Raises `SlugTaken` if another item has the slug. An alias of another item at the old path becomes this item's: it
    was the last to have its page there. That item gets a revision, and so does one with an alias at the new path.
    """
    if slug == item.slug:
        return
    if holder := CuratedItem.objects.filter(slug=slug).exclude(pk=item.pk).first():
        raise SlugTaken(holder)
    old_path = alias_path(item)
    item.slug = slug
    with _recording_lost_aliases(item, [old_path, alias_path(item)], actor):
        item.save(update_fields=["slug", "updated_at"])
        remove_aliases([alias_path(item)])
        if may_be_known(item) or item.referred_by.exists():
            Alias.objects.update_or_create(path=old_path, defaults={"item": item})
    resolve_references_to([item])


def may_be_known(item: CuratedItem) -> bool:
    """Whether a saved item has, had or will soon have a public address, or nothing is known of its beginning."""
    if item.status not in (Status.DRAFT, Status.REVIEW):
        return True
    verbs = item.revisions.filter(is_applied=True, verb__in=(Verb.CREATED, *_PUBLIC))
    return set(verbs.order_by().values_list("verb", flat=True)) != {Verb.CREATED}


def follows_title(item: CuratedItem) -> bool:
    """Whether the slug of a saved item changes with its title; in four queries at most."""
    return _is_made_of(item.title, item) and not may_be_known(item) and not item.documents.exists()


def slug_for_title(item: CuratedItem, title: str) -> str:
    """Return the slug of a saved item, which is not changed yet, with another title: its own, or a free one."""
    own: str = item.slug
    wanted = slug_of(title)[:_MAX_SLUG]
    if not wanted or _is_made_of(title, item) or not follows_title(item):
        return own
    slugs = chain([wanted], (numbered(wanted, number, _MAX_SLUG) for number in count(2)))
    return next(slug for slug in slugs if not _is_taken(slug, item))


def _is_taken(slug: str, item: CuratedItem) -> bool:
    """Whether another item has a slug, or had it."""
    aliases = Alias.objects.filter(path=alias_path(CuratedItem(slug=slug))).exclude(item=item)
    return CuratedItem.objects.filter(slug=slug).exclude(pk=item.pk).exists() or aliases.exists()


def _is_made_of(title: str, item: CuratedItem) -> bool:
    """Whether an item's slug is that of a title, with a number if another item has it; or that of no title."""
    slug: str = item.slug
    wanted, number = slug_of(title)[:_MAX_SLUG], slug.rpartition("-")[2]
    if not wanted:
        return not title and slug.startswith(UNTITLED)
    is_numbered = number.isdecimal() and slug == numbered(wanted, int(number), _MAX_SLUG)
    return slug == wanted or (is_numbered and _is_taken(wanted, item))


def claim_page(item: CuratedItem, actor: Actor) -> None:
    """Delete an alias of another item at the path of an item's page; that item gets a revision."""
    with _recording_lost_aliases(item, [alias_path(item)], actor):
        remove_aliases([alias_path(item)])


def _recording_lost_aliases(item: CuratedItem, paths: Sequence[str], actor: Actor) -> AbstractContextManager[None]:
    holders = Alias.objects.filter(path__in=paths).exclude(item=item).values_list("item", flat=True)
    return recording(holders, Verb.CHANGED, actor, reason=f"The address belongs to “{item}” now.")


def remove_aliases(paths: Sequence[str]) -> None:
    """Delete the aliases at some paths, which are those of other items' pages or become their aliases."""
    deleted, _ = Alias.objects.filter(path__in=paths).delete()
    if deleted:
        unresolve_references_to(paths)


def alias_path(item: CuratedItem) -> str:
    """Return the path of an item's page in the normalised form of aliases."""
    return normalise_path(item.get_absolute_url())
