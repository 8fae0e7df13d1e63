"""Topics that stand for one another in pages, feeds, filters and the API: those of an equivalence that `shows_all`."""

from __future__ import annotations

from collections import defaultdict

from curation.caching.memo import memoised
from curation.models import Topic


def with_equivalents(topic: int) -> tuple[int, ...]:
    """Return the IDs of the topics whose items a topic shows: its own, and those of its equivalents."""
    return memoised("equivalent topics", _read).get(topic, (topic,))


def _read() -> dict[int, tuple[int, ...]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    shown = Topic.objects.filter(equivalence__shows_all=True).order_by("pk")
    for topic, equivalence in shown.values_list("pk", "equivalence"):
        groups[equivalence].append(topic)
    return {
        topic: (topic, *(other for other in group if other != topic)) for group in groups.values() for topic in group
    }
