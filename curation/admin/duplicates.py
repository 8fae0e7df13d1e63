"""Items that point to the same page outside."""

from django.db.models import Q

from curation.links import url_key
from curation.models import CuratedItem, SourceDocument
from curation.models.items import ItemQuerySet


def items_with_link(url: str, besides: int | None = None) -> ItemQuerySet:
    """Return the items whose source link, or a further one that an import noted, leads where `url` does."""
    key = url_key(url)
    if not key:
        return CuratedItem.objects.none()
    further = SourceDocument.objects.filter(is_primary=False, source_url_key=key).values("item")
    same = Q(source_url_key=key) | Q(pk__in=further)
    return CuratedItem.objects.filter(same).exclude(pk=besides or 0).defer("body", "body_html", "body_text")
