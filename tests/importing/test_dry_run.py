"""A dry run reports what the import will do, and blocks other writers no longer than a batch."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from django.db import connection

from curation.importing.options import Options
from curation.importing.preview import preview
from curation.importing.report import Report
from curation.importing.sources.discover import discover
from curation.models import CuratedItem, ImportRun, Topic

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db


def repeats(write: WriteFile) -> None:
    for name in "ab":
        write(f"{name}.md", external_id=1, title="One", link=f"https://{name}.example.org/")
    write("c.md", external_id=1, title="Another")
    write("d.md", external_id=1, title="One", link="https://b.example.org/")


def addresses(write: WriteFile) -> None:
    write("a.md", slug="taken", aliases=["/old", "/news/live"])
    write("b.md", slug="taken", body="Another story.")
    write("c.md", aliases=["/old", "/news/taken"])
    write("d.md", slug="live")


def links(write: WriteFile) -> None:
    for name in "abc":
        write(f"{name}.md", link="https://example.org/same", title=name)


def names(write: WriteFile) -> None:
    for name, label in (("a", "Chart"), ("b", "Graph"), ("c", "chart")):
        offering = {"label": label, "permalink": "/offering/1"}
        write(f"{name}.md", categories=[f"Medigy: {label}"], author=label, tags=[label], relatedOfferings=[offering])


def reported(report: Report) -> list[tuple[object, ...]]:
    """Return what a report says of each file; the order of its problems says nothing."""
    return [(file.path, file.outcome, file.slug, set(file.problems)) for file in report.files]


SCENARIOS: list[Callable[[WriteFile], None]] = [repeats, addresses, links, names]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.__name__ for scenario in SCENARIOS])
@pytest.mark.parametrize("batch_size", [1, 2])
def test_a_dry_run_reports_the_same_as_the_import_whatever_the_batches(
    scenario: Callable[[WriteFile], None], batch_size: int, write_file: WriteFile, import_: RunImport
) -> None:
    scenario(write_file)
    expected = import_(dry_run=True, batch_size=batch_size)
    assert not CuratedItem.objects.exists()
    done = import_(batch_size=batch_size)
    assert [problem for file in done.files for problem in file.problems]
    assert reported(expected) == reported(done)
    assert expected.counts == done.counts


def test_addresses_that_known_items_give_up_are_free_for_later_files(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    moved = write_file("m.md", external_id=1)
    write_file("n.md", external_id=2)
    import_()
    moved.rename(content / "a.md")
    write_file("n.md", external_id=2, slug="renamed")
    write_file("z.md", slug="n")
    expected = import_(dry_run=True, prune=True, batch_size=1)
    assert not CuratedItem.objects.filter(slug="renamed").exists()
    done = import_(prune=True, batch_size=1)
    assert (done.counts["created"], done.counts["archived"], done.counts["rejected"]) == (1, 0, 0)
    assert reported(expected) == reported(done)
    assert expected.counts == done.counts


@pytest.mark.django_db(transaction=True)
def test_a_preview_does_not_block_writers(write_file: WriteFile, import_: RunImport, content: Path) -> None:
    saved: list[str] = []

    def save() -> None:
        summary = f"Save {len(saved) + 1}"
        CuratedItem.objects.filter(slug="a").update(summary=summary)
        Topic.objects.create(vocabulary=Topic.objects.get(label="One").vocabulary, label=summary, slug=summary)
        connection.close()
        saved.append(summary)

    def save_elsewhere(_files: int) -> None:
        editor = Thread(target=save)
        editor.start()
        editor.join(timeout=20)

    write_file("a.md", categories=["One"])
    import_()
    for name in "abc":
        write_file(f"{name}.md", body="New.", categories=["One", "Save 3"])
    expected = preview(discover([content]), Options(jobs=1, batch_size=1), save_elsewhere)
    assert saved == ["Save 1", "Save 2", "Save 3"]
    assert (expected.counts["created"], expected.counts["updated"]) == (2, 1)
    assert [item.summary for item in CuratedItem.objects.all()] == ["Save 3"]
    assert ImportRun.objects.count() == 1
