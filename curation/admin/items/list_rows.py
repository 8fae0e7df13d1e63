"""The rows of the item list: what each tells of its item, in a fixed number of queries for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.badges import badge, state_badge
from curation.items.actors import Actor
from curation.items.checks import IN_DATABASE, failed_codes
from curation.items.workflow import may_change, state_label
from curation.lib.web_urls import host_of
from curation.models import CuratedItem, Revision
from curation.templating.pictures import picture

MAX_TOPICS = 3
#: What a row tells of a gap or a failed check, by its code.
WORDS = {
    "no-title": "no title",
    "no-content": "no link, no text",
    "title-long": "long title",
    "old-date": "old date",
    "summary-missing": "no own summary",
    "summary-of-source": "summary of the source",
    "alt-missing": "no alternative text",
    "no-topic": "no topic",
    "no-image": "no picture",
}


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row. `problems` are the words of failed checks; `changed_by` and `changed_at` tell of the last change."""

    item: CuratedItem
    problems: tuple[str, ...]
    changed_by: str
    changed_at: datetime
    may_edit: bool

    @property
    def state(self) -> SafeString:
        shown = state_badge(state_label(self.item))
        is_drafted = getattr(self.item, "has_draft", False)  # annotated by the list
        return format_html("{} {}", shown, badge("draft", "draft over live")) if is_drafted else shown

    @property
    def picture(self) -> SafeString | str:
        return picture(self.item.image, sizes="72px") if self.item.image else ""

    @property
    def topics(self) -> str:
        names = [relation.topic.label for relation in self.item.itemtopic_set.all()]
        return " · ".join(names[:MAX_TOPICS]) + (" …" if len(names) > MAX_TOPICS else "")

    @property
    def source(self) -> str:
        return str(self.item.publisher or "") or host_of(self.item.source_url)


def list_rows(items: Sequence[CuratedItem], actor: Actor) -> Iterator[ListRow]:
    """Yield the rows of loaded items, in two queries."""
    ids = [item.pk for item in items]
    codes = failed_codes(CuratedItem.objects.filter(pk__in=ids), IN_DATABASE) if ids else {}
    changes = _last_changes(ids)
    reader = actor.user.pk if actor.user else None
    for item in items:
        found = (*codes.get(item.pk, ()), *(() if item.image_id else ("no-image",)))
        problems = tuple(words for code, words in WORDS.items() if code in found)
        change = changes.get(item.pk)
        changed_by = change.done_by(reader) if change else ""
        yield ListRow(
            item, problems, changed_by, change.created_at if change else item.updated_at, may_change(actor, item)
        )


def _last_changes(ids: Sequence[int]) -> dict[int, Revision]:
    """Return the last revision of each item, without its changes."""
    applied = Revision.objects.filter(item__in=ids, is_applied=True).order_by()
    last = applied.values("item").annotate(last=Max("pk")).values("last")
    rows = Revision.objects.filter(pk__in=last).only("item", "verb", "user", "user_name", "run", "created_at")
    return {row.item_id: row for row in rows}
