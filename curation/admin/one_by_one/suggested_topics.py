"""Topics whose labels stand in the title, the summary or the text of an item."""

from __future__ import annotations

import re

from curation.lib.names import name_key
from curation.models import CuratedItem, Topic

#: Maximum number of topics that are suggested, and that are looked for.
MAX_SUGGESTED, MAX_TOPICS = 8, 5_000
#: Characters of a text that are searched.
MAX_TEXT = 20_000


def suggested_topics(item: CuratedItem) -> list[Topic]:
    """Return the topics that an item names, those with the longest labels first; in one query or two."""
    text = _words(f"{item.title} {item.summary} {item.body_text[:MAX_TEXT]}")
    named = [
        (pk, key)
        for pk, key in Topic.objects.filter(retired_at=None).order_by("pk").values_list("pk", "name_key")[:MAX_TOPICS]
        if (words := _words(key).strip()) and f" {words} " in text
    ]
    chosen = [pk for pk, _key in sorted(named, key=lambda found: (-len(found[1]), found[0]))[:MAX_SUGGESTED]]
    topics = Topic.objects.select_related("vocabulary").in_bulk(chosen)
    return [topics[pk] for pk in chosen]


def _words(text: str) -> str:
    words = re.findall(r"\w+", name_key(text))
    return f" {' '.join(words)} "
