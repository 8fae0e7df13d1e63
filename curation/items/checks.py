"""Content checks: what keeps an item from being published, and what an editor should look at before it is.

Codes are stable: lists, addresses, reports and the API name them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q
from django.utils import timezone

from curation.lib.web_urls import host_of
from curation.models import CuratedItem, Revision
from curation.models.gaps import GAPS, MAX_TITLE_CHARS, SOURCE_DESCRIPTIONS
from curation.models.items import ItemQuerySet

Status, Verb = CuratedItem.Status, Revision.Verb

#: A first publication that is dated further back stands where no reader of the front page or a feed meets it.
OLD_AFTER = timedelta(days=30)
#: Revisions of an item that are searched for the last change of its picture.
MAX_REVISIONS = 200

_HEADING = re.compile(r"<h([1-6])\b")
#: Verbs of items that readers have seen. (`published_at` alone does not tell: a draft may have a planned time.)
_PUBLISHING = (Verb.PUBLISHED, Verb.SCHEDULED, Verb.WITHDRAWN)


class Level(Enum):
    """Whether a check refuses a publication, or only warns."""

    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Check:
    """A check. `message` tells an editor what is wrong and what to do; `noun` completes “3 items …”.

    `field` is the form field to mend. An item fails if `test` returns true for it, loaded with publisher and image; it
    may differ from the saved one. `condition` returns the same as a condition for the database, where there is one:
    `codes()` in `tests/items/test_checks.py` compares the two. It `reads_history` if `test` reads revisions.
    """

    code: str
    level: Level
    message: str
    noun: str
    field: str
    test: Callable[[CuratedItem], bool]
    condition: Callable[[], Q] | None = None
    reads_history: bool = False

    @property
    def annotation(self) -> str:
        return f"fails_{self.code.replace('-', '_')}"


def first_publication_is_old() -> Q:
    """Return the condition of drafts whose first publication would be dated further back than `OLD_AFTER`."""
    is_new = Q(status__in=(Status.DRAFT, Status.REVIEW)) & ~was_published()
    return is_new & Q(published_at__lt=timezone.now() - OLD_AFTER)


def was_published() -> Q:
    """Return the condition of items that were published, as far as their revisions reach back."""
    return Q(Exists(Revision.objects.filter(item=OuterRef("pk"), is_applied=True, verb__in=_PUBLISHING)))


def _has_old_first_publication(item: CuratedItem) -> bool:
    if item.status not in (Status.DRAFT, Status.REVIEW) or item.published_at is None:
        return False
    is_old = item.published_at < timezone.now() - OLD_AFTER
    return is_old and not item.revisions.filter(is_applied=True, verb__in=_PUBLISHING).exists()


def _copies_the_source(item: CuratedItem) -> bool:
    texts = (item.meta.get(group, {}).get(name, "") for group, name in SOURCE_DESCRIPTIONS)
    return bool(item.summary and item.source_url) and any(item.summary in text for text in texts)


def _host_differs(item: CuratedItem) -> bool:
    host = host_of(item.source_url)
    return bool(item.publisher and host) and not f".{host}".endswith(f".{item.publisher.domain}")  # type: ignore[union-attr]


def _skips_a_level(item: CuratedItem) -> bool:
    levels = [int(level) for level in _HEADING.findall(item.body_html)]
    return any(after > before + 1 for before, after in pairwise(levels))


def _copies_the_body(item: CuratedItem) -> bool:
    summary = _words(item.summary)
    return bool(summary) and f" {summary} " in f" {_words(item.body_text)} "


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _alt_is_the_file_name(item: CuratedItem) -> bool:
    name = item.image.original_name if item.image else ""
    return bool(item.image_alt and name) and _words(item.image_alt) in (_words(name), _words(PurePath(name).stem))


def _alt_is_of_another_picture(item: CuratedItem) -> bool:
    """Whether the picture was changed after its alternative text. Reads the item's revisions."""
    if not (item.image_id and item.image_alt):
        return False
    rows = item.revisions.filter(is_applied=True).order_by("-id").values_list("changes", flat=True)
    changes: Any  # the stubs take it for bytes
    for changes in rows[:MAX_REVISIONS]:
        if "image_alt" in changes:
            return False
        if "image" in changes:
            return changes["image"][0] is not None
    return False


#: The checks, in the order in which pages show them. `slug-taken` is held by the form and by the database.
CHECKS = (
    Check(
        "no-title",
        Level.REFUSE,
        "The title is missing: write one.",
        "without a title",
        "title",
        lambda item: not item.title,
        GAPS["no-title"],
    ),
    Check(
        "no-content",
        Level.REFUSE,
        "There is neither a source link nor a text: give one of them.",
        "without source link and text",
        "source_url",
        lambda item: not item.source_url and not item.body_html,
        GAPS["no-content"],
    ),
    Check(
        "title-long",
        Level.WARN,
        f"The title has over {MAX_TITLE_CHARS} characters: search engines cut it.",
        f"with a title of over {MAX_TITLE_CHARS} characters",
        "title",
        lambda item: len(item.title) > MAX_TITLE_CHARS,
        GAPS["title-long"],
    ),
    Check(
        "old-date",
        Level.WARN,
        "The publication time is over 30 days ago: readers of the front page and of feeds would not meet the item.",
        "with a publication time over 30 days ago",
        "published_at",
        _has_old_first_publication,
        first_publication_is_old,
    ),
    Check(
        "host-differs",
        Level.WARN,
        "The source link leads to another host than the publisher's: choose the right publisher, or none.",
        "with a source link of another host than their publisher's",
        "publisher",
        _host_differs,
    ),
    Check(
        "summary-missing",
        Level.WARN,
        "The summary is taken from the text: write one.",
        "without a summary of their own",
        "summary",
        lambda item: not item.summary,
        GAPS["summary-missing"],
    ),
    Check(
        "summary-copied",
        Level.WARN,
        "The summary repeats words of the text: rewrite it, or empty it.",
        "with a summary that repeats the text",
        "summary",
        _copies_the_body,
    ),
    Check(
        "summary-of-source",
        Level.WARN,
        "The summary is the source’s own description, as its meta tags have it: write one in your words.",
        "with a summary that the source wrote",
        "summary",
        _copies_the_source,
        GAPS["summary-of-source"],
    ),
    Check(
        "heading-skipped",
        Level.WARN,
        "A heading of the text skips a level, as from ## to ####: screen readers list headings by level.",
        "with headings that skip a level",
        "body",
        _skips_a_level,
    ),
    Check(
        "alt-missing",
        Level.WARN,
        "The picture has no alternative text: say what it shows.",
        "with a picture without alternative text",
        "image_alt",
        lambda item: item.image_id is not None and not item.alternative_text,
        GAPS["alt-missing"],
    ),
    Check(
        "alt-file-name",
        Level.WARN,
        "The alternative text is the name of the file: say what the picture shows.",
        "with a file name as alternative text",
        "image_alt",
        _alt_is_the_file_name,
    ),
    Check(
        "alt-unchanged",
        Level.WARN,
        "The picture was changed, but not its alternative text: check that it fits.",
        "with the alternative text of another picture",
        "image_alt",
        _alt_is_of_another_picture,
        reads_history=True,
    ),
    Check(
        "no-topic",
        Level.WARN,
        "The item has no topic: readers find it by search alone.",
        "without a topic",
        "topics",
        lambda item: not item.itemtopic_set.all(),
        GAPS["no-topic"],
    ),
)
BY_CODE: Mapping[str, Check] = {check.code: check for check in CHECKS}
REFUSALS = tuple(check for check in CHECKS if check.level is Level.REFUSE)
#: Checks that a database can answer for any number of items.
IN_DATABASE = tuple(check for check in CHECKS if check.condition is not None)
#: Checks of an imported item. `old-date` is of drafts that editors publish.
AFTER_IMPORTS = tuple(check for check in IN_DATABASE if check.code != "old-date")


def condition(check: Check) -> Q:
    """Return the condition of items that fail a check of `IN_DATABASE`."""
    assert check.condition is not None  # noqa: S101  # for the types
    return check.condition()


def failure_annotations(checks: Iterable[Check]) -> dict[str, ExpressionWrapper[Q]]:
    """Return annotations that say which of these checks of `IN_DATABASE` an item fails, by `Check.annotation`."""
    return {check.annotation: ExpressionWrapper(condition(check), BooleanField()) for check in checks}


def failed_codes(items: ItemQuerySet, checks: Iterable[Check] = AFTER_IMPORTS) -> dict[int, tuple[str, ...]]:
    """Return the codes of the checks of `IN_DATABASE` that items fail, by ID; in one query."""
    checks = list(checks)
    annotated = items.order_by().annotate(**failure_annotations(checks))
    rows = annotated.values_list("pk", *(check.annotation for check in checks))
    return {
        pk: tuple(check.code for check, failed in zip(checks, values, strict=True) if failed) for pk, *values in rows
    }


def failures(item: CuratedItem) -> list[Check]:
    """Return the checks that an item fails, in at most three queries beside those for publisher and image."""
    return [check for check in CHECKS if check.test(item)]


def failing(item: CuratedItem, checks: Iterable[Check]) -> list[Check]:
    """Return those of some checks of `IN_DATABASE` that a saved item fails, in one query."""
    checks = list(checks)
    found = CuratedItem.objects.filter(pk=item.pk).annotate(**failure_annotations(checks))
    values = found.values(*(check.annotation for check in checks)).get()
    return [check for check in checks if values[check.annotation]]


def failed_refusals(item: CuratedItem) -> list[Check]:
    """Return the checks of `REFUSALS` that a saved item fails, in one query."""
    found = CuratedItem.objects.filter(pk=item.pk).annotate(**failure_annotations(REFUSALS))
    values = found.values(*(check.annotation for check in REFUSALS)).get()
    return [check for check in REFUSALS if values[check.annotation]]


def count_failures(items: ItemQuerySet, checks: Iterable[Check] = AFTER_IMPORTS) -> dict[Check, int]:
    """Return the number of items that fail each check of `IN_DATABASE`, without those that no item fails; one query."""
    checks = list(checks)
    counts = {check.annotation: Count("pk", filter=condition(check)) for check in checks}
    found = items.order_by().aggregate(**counts)
    return {check: found[check.annotation] for check in checks if found[check.annotation]}
