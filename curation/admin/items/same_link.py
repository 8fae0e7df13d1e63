"""Items with the same source link."""

from curation.lib.web_urls import url_key
from curation.models import CuratedItem
from curation.models.items import ItemQuerySet
from curation.search.source_links import keys_with_link


def items_with_link(url: str, exclude: int | None = None) -> ItemQuerySet:
    """Return the items that have a source link, however it is written; `exclude` is the ID of one to leave out.

    A further link, of a second document of the item, counts as well.
    """
    key = url_key(url)
    if not key:
        return CuratedItem.objects.none()
    same = CuratedItem.objects.filter(pk__in=keys_with_link(key))
    return same.exclude(pk=exclude or 0).defer("body", "body_html", "body_text")
