"""The addresses of items: rename an item, and keep its former addresses as aliases."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.db import transaction

from curation.models import Alias, CuratedItem, Revision
from curation.models.aliases import normalise_path
from curation.site_links.resolve import resolve_references_to, unresolve_references_to

from .actors import Actor
from .revisions import recording

Verb = Revision.Verb


class SlugTaken(Exception):
    """Another item, `holder`, has a slug."""

    def __init__(self, holder: CuratedItem) -> None:
        super().__init__(f"The slug “{holder.slug}” belongs to the item “{holder.title}”.")
        self.holder = holder


@transaction.atomic
def rename(item: CuratedItem, slug: str, actor: Actor) -> None:
    """Give a saved item a new slug, and make its old path an alias of it. The caller writes the item's revision.

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
        Alias.objects.update_or_create(path=old_path, defaults={"item": item})
    resolve_references_to([item])


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
