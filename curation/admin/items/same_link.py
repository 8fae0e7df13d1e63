"""Items with the same source link."""

from django.db.models import Q

from curation.lib.web_urls import url_key
from curation.models import CuratedItem, SourceDocument
from curation.models.items import ItemQuerySet


def items_with_link(url: str, exclude: int | None = None) -> ItemQuerySet:
    """Return the items that have a source link, however it is written; `exclude` is the ID of one to leave out.

    A further link, of a second document of the item, counts as well.
    """
    key = url_key(url)
    if not key:
        return CuratedItem.objects.none()
    further = SourceDocument.objects.filter(is_primary=False, source_url_key=key).values("item")
    same = Q(source_url_key=key) | Q(pk__in=further)
    return CuratedItem.objects.filter(same).exclude(pk=exclude or 0).defer("body", "body_html", "body_text")
