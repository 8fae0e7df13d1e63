"""Relations of an instance as if they had been prefetched."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model


def set_prefetched(instance: Model, relation: str, rows: Iterable[Any]) -> None:
    """Let `all()` of a relation return these rows, saved or not, as after `prefetch_related()` of Django."""
    found = getattr(instance, relation).all()
    found._result_cache, found._prefetch_done = list(rows), True
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[relation] = found


def prefetched(instance: Model, relation: str) -> Any:
    """Return the rows of a relation that were prefetched, as a queryset; `None` if they were not."""
    return instance.__dict__.get("_prefetched_objects_cache", {}).get(relation)
