"""Content checks."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from curation.items.checks import (
    BY_CODE,
    CHECKS,
    IN_DATABASE,
    condition,
    count_failures,
    failing,
    failures,
)
from curation.items.revisions import Change, record_changes
from curation.items.workflow import perform
from curation.models import CuratedItem, Revision
from curation.models.gaps import MAX_TITLE_CHARS
from tests.admin.images import make_image
from tests.factories import COMMAND, make_item, make_publisher, make_topic

pytestmark = pytest.mark.django_db
Status, Verb = CuratedItem.Status, Revision.Verb
LONG_AGO = timezone.now() - timedelta(days=31)


def make_complete(**fields: Any) -> CuratedItem:
    """Make a draft that passes every check."""
    values = {
        "status": Status.DRAFT,
        "published_at": None,
        "summary": "Words of its own.",
        "body": "Text.\n\n## One\n\n### Two",
        "topics": [make_topic()],
        **fields,
    }
    return make_item(**values)


def codes(item: CuratedItem) -> list[str]:
    saved = CuratedItem.objects.get(pk=item.pk)
    failed = failures(saved)
    assert failing(saved, IN_DATABASE) == [check for check in failed if check in IN_DATABASE]
    return [check.code for check in failed]


def test_a_complete_item_passes() -> None:
    publisher = make_publisher("example.org")
    item = make_complete(source_url="https://www.news.example.org/x", publisher=publisher)
    assert codes(item) == []


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("no-title", {"title": ""}),
        ("no-content", {"source_url": "", "body": "<!-- nothing -->", "summary": "Alone."}),
        ("title-long", {"title": "x" * (MAX_TITLE_CHARS + 1), "slug": "long"}),
        ("old-date", {"published_at": LONG_AGO}),
        ("old-date", {"published_at": LONG_AGO, "status": Status.REVIEW}),
        ("summary-missing", {"summary": ""}),
        ("summary-copied", {"summary": "“The  first line.”", "body": "Before. *The first* line, and more."}),
        (
            "summary-of-source",
            {
                "summary": "Their words.",
                "meta": {"openGraph": {"ogdescription": "Before. Their words."}},
                "source_url": "https://example.org/x",
            },
        ),
        ("heading-skipped", {"body": "## One\n\n#### Two"}),
        ("no-topic", {"topics": []}),
    ],
)
def test_an_item_fails_a_check(code: str, fields: dict[str, Any]) -> None:
    if code == "no-title":
        item = make_complete()
        CuratedItem.objects.update(title="")
    else:
        item = make_complete(**fields)
    assert codes(item) == [code]


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "x" * MAX_TITLE_CHARS, "slug": "x"},
        {"published_at": LONG_AGO + timedelta(days=2)},
        {"published_at": LONG_AGO, "status": Status.PUBLISHED},
        {"published_at": LONG_AGO, "status": Status.ARCHIVED},
        {"body": "### One\n\n## Two\n\n### Three"},
        {"source_url": ""},
        {"body": ""},
        {"summary": "The first", "body": "The firstborn."},
    ],
)
def test_an_item_passes_at_the_edge(fields: dict[str, Any]) -> None:
    assert codes(make_complete(**fields)) == []


def test_the_host_of_a_source_link_is_compared_with_the_publishers_domain() -> None:
    publisher = make_publisher("example.org")
    assert codes(make_complete(source_url="https://notexample.org/", publisher=publisher)) == ["host-differs"]
    assert codes(make_complete(source_url="", publisher=publisher)) == []


def test_an_alternative_text_is_asked_for_each_picture() -> None:
    image = make_image("scan-rings.png")
    assert codes(make_complete(image=image)) == ["alt-missing"]
    for name in ("Scan rings", "scan-rings.png"):
        assert codes(make_complete(image=image, image_alt=name)) == ["alt-file-name"]
    assert codes(make_complete(image=image, image_alt="Rings of a scan")) == []


def test_an_alternative_text_that_is_older_than_the_picture_is_asked_about() -> None:
    item = make_complete(image=make_image("b.png"), image_alt="Rings of a scan")

    def change(**changes: list[Any]) -> None:
        record_changes([Change(item.pk, changes)], Verb.SAVED, COMMAND)

    change(image=[None, 1], image_alt=["", "Rings"])
    change(image=[1, 2])
    change(title=["a", "b"])
    assert codes(item) == ["alt-unchanged"]
    change(image_alt=["Rings", "Rings of a scan"])
    assert codes(item) == []
    other = make_complete(image=make_image("c.png"), image_alt="Rings of a scan")
    record_changes([Change(other.pk, {"image": [None, 1]})], Verb.SAVED, COMMAND)
    assert codes(other) == []


def test_an_item_that_was_published_before_keeps_its_old_time() -> None:
    item = make_complete(published_at=LONG_AGO)
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND)
    perform(Verb.WITHDRAWN, CuratedItem.objects.all(), COMMAND)
    assert codes(item) == []
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND, now_if_before=timezone.now() - timedelta(days=30))
    item.refresh_from_db()
    assert item.published_at == LONG_AGO


def test_failures_of_many_items_are_counted_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_complete()
    for _ in range(2):
        make_complete(topics=[], summary="")
    with django_assert_num_queries(1):
        counts = count_failures(CuratedItem.objects.all())
    assert {check.code: number for check, number in counts.items()} == {"no-topic": 2, "summary-missing": 2}
    for check in IN_DATABASE:
        assert CuratedItem.objects.filter(condition(check)).count() == counts.get(check, 0)


def test_checks_have_one_way_to_be_answered() -> None:
    assert len(BY_CODE) == len(CHECKS)
