"""`manage.py export_markdown`: the choice of items, its output, and its queries."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.exporting.run import BATCH_SIZE, export
from curation.models import CuratedItem, Topic
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .conftest import export_markdown, import_markdown

pytestmark = pytest.mark.django_db


def names(dest: Path) -> list[str]:
    return sorted(path.stem for path in dest.rglob("*.md"))


@pytest.mark.parametrize("option", ["--topic", "--slug"])
def test_an_unknown_slug_is_wrong_usage(option: str, dest: Path) -> None:
    make_item(slug="known", topics=[make_topic("known", vocabulary="")])
    with pytest.raises(CommandError, match=r"nothing has the slug a, b\.") as error:
        call_command("export_markdown", str(dest), *(option, "known", option, "b", option, "a"))
    assert error.value.returncode == 2


def test_items_are_chosen_by_slug_topic_and_time(dest: Path) -> None:
    one, two = make_topic("One"), make_topic("Two")
    for slug, topics in (("a", [one]), ("b", [one, two]), ("c", [two]), ("d", [])):
        make_item(slug=slug, topics=topics, status="draft" if slug == "a" else "published")
    CuratedItem.objects.update(updated_at=datetime(2026, 1, 1, tzinfo=UTC))
    CuratedItem.objects.filter(slug="b").update(updated_at=datetime(2026, 2, 1, tzinfo=UTC))
    choices = {
        ("--topic", one.slug): ["b"],
        ("--topic", one.slug, "--all"): ["a", "b"],
        ("--topic", one.slug, "--topic", two.slug): ["b", "c"],
        ("--slug", "c", "--slug", "a"): ["a", "c"],
        ("--topic", one.slug, "--slug", "a"): ["a"],
        ("--since", "2026-01-15"): ["b"],
        ("--since", "2026-02-02"): [],
    }
    for number, (arguments, slugs) in enumerate(choices.items()):
        export_markdown(dest / str(number), *arguments)
        assert names(dest / str(number)) == slugs, arguments


def test_without_a_choice_the_published_items_are_exported_and_with_all_every_item(dest: Path) -> None:
    for status in ("published", "draft", "archived"):
        make_item(slug=status, status=status)
    make_item(slug="scheduled", published_at=timezone.now() + timedelta(days=1))
    export_markdown(dest / "some")
    export_markdown(dest / "all", "--all")
    assert names(dest / "some") == ["published"]
    assert names(dest / "all") == ["archived", "draft", "published", "scheduled"]


def test_a_destination_that_is_a_file_is_wrong_usage(dest: Path) -> None:
    dest.write_text("a file")
    with pytest.raises(CommandError, match="check the path") as error:
        call_command("export_markdown", str(dest), "--all")
    assert error.value.returncode == 2


def test_a_destination_that_cannot_be_made_is_a_failure_of_the_disk(dest: Path) -> None:
    with pytest.raises(CommandError, match="File name too long") as error:
        call_command("export_markdown", str(dest / ("x" * 300)), "--all")
    assert error.value.returncode == 4


def test_a_file_that_cannot_be_written_is_reported_and_the_others_are_written(
    dest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_item(slug="a")
    make_item(slug="b")
    (dest / "content" / "news" / "a.md").mkdir(parents=True)
    with pytest.raises(CommandError, match="1 files could not be written") as error:
        call_command("export_markdown", str(dest), "--all")
    assert error.value.returncode == 4
    assert "error: content/news/a.md: cannot be written (Is a directory)" in capsys.readouterr().out
    assert (dest / "content" / "news" / "b.md").is_file()


def test_a_link_that_leads_out_of_the_destination_is_named_and_is_no_failure_of_the_disk(
    dest: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_item(slug="a")
    dest.mkdir()
    (dest / "content").symlink_to(tmp_path)
    with pytest.raises(CommandError, match="choose another DEST") as error:
        call_command("export_markdown", str(dest), "--all")
    assert error.value.returncode == 1
    assert f"error: content/news/a.md: not written, as {dest}/content leads out of {dest}" in capsys.readouterr().out


def test_existing_files_are_not_deleted(dest: Path) -> None:
    make_item(slug="a")
    export_markdown(dest, "--all")
    CuratedItem.objects.update(slug="renamed")
    export_markdown(dest, "--all")
    assert names(dest) == ["a", "renamed"]


def make_rich_items(number: int) -> None:
    for _ in range(number):
        make_item(
            topics=[make_topic(), make_topic()],
            offerings=[make_offering(), make_offering()],
            authors=[make_author()],
            tags=["x", "y"],
            publisher=make_publisher(),
        )
    Topic.objects.all()[0].offerings.set([make_offering()])


def test_an_export_costs_the_same_queries_for_any_number_of_items_in_a_batch(content: Path) -> None:
    counts = []
    for number in (2, 4):
        make_rich_items(number)
        (content / f"{number}.md").write_text(f"---\ntitle: T\nslug: s{number}\ndate: 2023-01-31\n---\n")
        import_markdown(content)
        with CaptureQueriesContext(connection) as queries:
            assert len(list(export(CuratedItem.objects.all()))) > number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_more_items_than_a_batch_are_all_exported(monkeypatch: pytest.MonkeyPatch, dest: Path) -> None:
    monkeypatch.setattr("curation.exporting.run.BATCH_SIZE", 3)
    for _ in range(8):
        make_item()
    assert BATCH_SIZE > 8
    assert export_markdown(dest, "--all").startswith("0 as they came in, 0 with edits, 8 new")


def test_an_item_made_here_is_written_in_the_openproject_dialect(dest: Path) -> None:
    make_item(
        "A: title",
        slug="a",
        body="A *body*.\n",
        topics=[make_topic("Telehealth", vocabulary="Medigy"), make_topic("Digital Technology")],
        source_url="https://example.org/a",
        published_at=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        publisher=make_publisher("example.org"),
    )
    export_markdown(dest, "--all")
    written = (dest / "content" / "news" / "a.md").read_text()
    assert written.startswith("---\naliases: []\narchetype: curated-content\n")
    for lines in (
        "categories:\n  - Telehealth\n  - 'Symplur: Digital Technology'\n",
        "categoryUrl:\n  - topic/medigy-telehealth\n  - topic/symplur-digital-technology\n",
        "  medigyTopics:\n    - Telehealth\n    - 'Symplur: Digital Technology'\n",
        "date: '2026-01-31T09:30:00Z'\n",
        "link:\n  brand: example.org\n  href: https://example.org/a\n",
        "slug: a\nsource: open-project-curations\nstatus: ''\n",
        "title: 'A: title'\n",
    ):
        assert lines in written
    assert written.endswith("---\nA *body*.\n")
