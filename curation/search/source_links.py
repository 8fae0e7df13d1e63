"""Items by their source link, however it is written."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from curation.models import CuratedItem, SourceDocument


def keys_with_link(key: str) -> QuerySet[Any, int]:
    """Return the keys of the items that have a source link, by its `url_key()`; links of further documents count."""
    items = CuratedItem.objects.filter(source_url_key=key).order_by().values_list("pk", flat=True)
    further = SourceDocument.objects.filter(is_primary=False, source_url_key=key).order_by()
    return items.union(further.values_list("item", flat=True))
