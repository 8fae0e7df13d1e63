"""Rendering all bodies again updates their derived columns, and nothing else."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.items.rerender import BATCH, rerender
from curation.models import BodyReference, ContentVersion, CuratedItem
from curation.search.index import check
from tests.factories import make_item

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    output = StringIO()
    call_command("render_bodies", *arguments, stdout=output)
    return output.getvalue().splitlines()


def age(item: CuratedItem, **columns: str) -> None:
    """Make an item look as an earlier version rendered it."""
    CuratedItem.objects.filter(pk=item.pk).update(**columns)


@pytest.fixture
def item() -> CuratedItem:
    """An item whose body was shown as one paragraph."""
    item = make_item("A story", slug="a-story", body="Intro:\n- one\n- [two](other.md)\n", summary="")
    old = "Intro: - one - two"
    age(item, body_html=f"<p>{old}</p>", body_text=old, shown_summary=old)
    BodyReference.objects.all().delete()
    return item


def test_html_text_and_a_derived_summary_are_updated(item: CuratedItem) -> None:
    assert run() == [
        "a-story: other text, other summary",
        "1 items, 1 rendered otherwise, 1 with other text, 1 with another summary",
    ]
    item.refresh_from_db()
    assert "<li>one</li>" in item.body_html
    assert item.body_text == "Intro:\none\ntwo"
    assert (item.summary, item.shown_summary) == ("", "Intro: one two")
    assert BodyReference.objects.get().href == "other.md"


def test_searches_find_the_new_text(item: CuratedItem) -> None:
    run()
    assert [wrong for _count, wrong in check()] == [[]]


def test_a_second_run_writes_nothing(item: CuratedItem) -> None:
    run()
    version = ContentVersion.objects.get().token
    assert run() == ["1 items, 0 rendered otherwise, 0 with other text, 0 with another summary"]
    assert ContentVersion.objects.get().token == version


@pytest.mark.django_db(transaction=True)
def test_a_changed_body_changes_the_content_version(item: CuratedItem) -> None:
    version = ContentVersion.objects.get().token
    run()
    assert ContentVersion.objects.get().token != version


def test_a_dry_run_reports_the_same_and_writes_nothing(item: CuratedItem) -> None:
    before = CuratedItem.objects.values().get()
    told = run("--dry-run")
    assert CuratedItem.objects.values().get() == before
    assert told[-1].endswith(" (dry run: nothing was kept)")
    assert [line.removesuffix(" (dry run: nothing was kept)") for line in told] == run()


def test_a_summary_by_an_editor_is_kept(item: CuratedItem) -> None:
    words = "An editor's words."
    age(item, summary=words, shown_summary=words)
    assert run()[0] == "a-story: other text"
    item.refresh_from_db()
    assert (item.summary, item.shown_summary) == (words, words)


def test_times_of_items_do_not_change(item: CuratedItem) -> None:
    run()
    before = item.updated_at
    item.refresh_from_db()
    assert item.updated_at == before


def test_each_item_is_rendered_in_its_flavour(item: CuratedItem) -> None:
    age(item, flavour="markdown", body="Intro:\n- one")
    run()
    item.refresh_from_db()
    assert item.body_html == "<p>Intro:\n- one</p>"


def test_all_items_are_processed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.items.rerender.BATCH", 2)
    items = [make_item(f"Story {number}", slug=f"s-{number}", body="*x*") for number in range(5)]
    for item in items:
        age(item, body_html="")
    batches = list(rerender())
    assert [done for done, _outcomes in batches] == [2, 2, 1]
    assert [outcome.slug for _done, outcomes in batches for outcome in outcomes] == [item.slug for item in items]
    assert not CuratedItem.objects.filter(body_html="").exists()
    assert BATCH >= 100


def test_a_batch_costs_the_same_queries_for_any_content() -> None:
    counts = []
    for count in (2, 4):
        for number in range(count):
            age(make_item(f"{count} {number}", slug=f"q-{count}-{number}", body="[x](y.md)"), body_html="")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list(rerender())
        counts.append(len(queries))
    assert counts[0] == counts[1]
