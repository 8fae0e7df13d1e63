"""Plans: deciding what to do with a file changes nothing; later files of a batch see a plan once it is applied."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model

from curation.importing import batch_writer
from curation.importing.lookup import KnownItem, Lookup
from curation.importing.parse import ParsedFile
from curation.importing.plan import Plan, Planner
from curation.models import Alias, CuratedItem, SourceDocument

from .conftest import RunImport, WriteFile
from .test_body_files import draw

pytestmark = pytest.mark.django_db

OUTCOMES = ("created", "updated", "conflicted", "unchanged")


def columns_of(row: Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def state_of(known: KnownItem) -> tuple[object, ...]:
    documents = [(id(document), columns_of(document)) for document in known.documents]
    return columns_of(known.item), documents, list(known.aliases), set(known.open_conflicts)


def state_of_lookup(lookup: Lookup) -> tuple[object, ...]:
    """Return copies of the indexes of a lookup, of its items and of their documents."""
    indexes = {name: index for name, index in vars(lookup).items() if name.startswith("by_")}
    copies = {
        name: {
            key: [id(known) for known in (value if isinstance(value, list | dict) else [value])]
            for key, value in index.items()
        }
        for name, index in indexes.items()
    }
    known_items = {*lookup.by_slug.values(), *lookup.by_path.values(), *lookup.items.values()}
    return copies, {id(known): state_of(known) for known in known_items}


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """The plans of all imports of a test, each checked to have changed nothing while it was made."""
    made: list[Plan] = []

    class CheckedPlanner(Planner):
        def plan(self, parsed: ParsedFile) -> Plan:
            before = state_of_lookup(self._lookup)
            plan = super().plan(parsed)
            assert state_of_lookup(self._lookup) == before
            made.append(plan)
            return plan

    monkeypatch.setattr(batch_writer, "Planner", CheckedPlanner)
    return made


def new_files(write: WriteFile, _import: RunImport) -> None:
    write("a.md", slug="taken", aliases=["/old"], featuredImage="a.png", external_id=1)
    write("b.md", slug="taken", aliases=["/old"], body="![](a.png)")


def changed_files(write: WriteFile, import_: RunImport) -> None:
    new_files(write, import_)
    import_()
    CuratedItem.objects.filter(slug="taken").update(title="An editor's title")
    write("a.md", slug="moved", title="The file's title", external_id=1, link="https://example.org/moved")
    write("b.md", slug="taken", body="Another body.")


def unchanged_files(write: WriteFile, import_: RunImport) -> None:
    new_files(write, import_)
    import_()


def adopted_files(write: WriteFile, _import: RunImport) -> None:
    CuratedItem.objects.create(slug="a", title="Title of a", body="A *body*.", source_url="https://example.org/a")
    write("a.md", body="A *body*.")


def repeats_before_and_after(write: WriteFile, import_: RunImport) -> None:
    write("m.md", external_id=1, title="One")
    import_()
    write("a.md", external_id=1, title="One", aliases=["/a"])
    write("z.md", external_id=1, title="One", aliases=["/z"])


def page_at_the_alias_of_another_item(write: WriteFile, import_: RunImport) -> None:
    write("b.md", aliases=["/news/a"])
    import_()
    write("a.md")


def path_of_another_item(write: WriteFile, import_: RunImport) -> None:
    write("a.md", external_id=1)
    import_()
    write("a.md", external_id=2)


SCENARIOS: list[tuple[Callable[[WriteFile, RunImport], None], dict[str, int]]] = [
    (new_files, {"created": 2}),
    (changed_files, {"conflicted": 1, "updated": 1}),
    (unchanged_files, {"unchanged": 2}),
    (adopted_files, {"updated": 1}),
    (repeats_before_and_after, {"updated": 3}),
    (page_at_the_alias_of_another_item, {"created": 1, "unchanged": 1}),
    (path_of_another_item, {"created": 1}),
]


@pytest.mark.parametrize(("prepare", "outcomes"), SCENARIOS, ids=[scenario[0].__name__ for scenario in SCENARIOS])
def test_planning_changes_neither_items_nor_documents_nor_the_lookup(
    prepare: Callable[[WriteFile, RunImport], None],
    outcomes: dict[str, int],
    write_file: WriteFile,
    import_: RunImport,
    content: Path,
    plans: list[Plan],
) -> None:
    draw(content / "a.png")
    prepare(write_file, import_)
    plans.clear()
    import_(force=True)
    found = [plan.outcome for plan in plans]
    assert {outcome: found.count(outcome) for outcome in OUTCOMES if outcome in found} == outcomes


def test_a_plan_cannot_be_changed(write_file: WriteFile, import_: RunImport, plans: list[Plan]) -> None:
    write_file("a.md")
    import_()
    (plan,) = plans
    for field in fields(plan):
        with pytest.raises(FrozenInstanceError):
            setattr(plan, field.name, None)


@pytest.mark.parametrize("batch_size", [1, 100])
def test_an_alias_that_an_earlier_file_gave_up_is_free(
    batch_size: int, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", aliases=["/old"])
    import_()
    write_file("a.md")
    write_file("b.md", aliases=["/old"])
    expected = import_(dry_run=True, batch_size=batch_size)
    assert import_(batch_size=batch_size).counts == expected.counts
    assert expected.counts["warnings"] == 0
    assert Alias.objects.get(path="/old").item.slug == "b"


@pytest.mark.parametrize("batch_size", [1, 100])
def test_a_file_cannot_take_back_an_alias_at_which_an_earlier_file_has_its_page(
    batch_size: int, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("b.md", aliases=["/news/a"])
    import_()
    write_file("a.md")
    write_file("b.md", aliases=["/news/a"], body="Changed.")
    report = import_(batch_size=batch_size)
    assert "alias-live" in {problem.code for file in report.files for problem in file.problems}
    assert not Alias.objects.exists()


def test_the_primary_file_of_an_item_is_the_first_in_path_order_of_a_batch(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("m.md", external_id=1, title="One")
    import_()
    for name in "az":
        write_file(f"{name}.md", external_id=1, title="One")
    import_()
    primary = SourceDocument.objects.get(is_primary=True)
    assert primary.path.endswith("a.md")
    assert SourceDocument.objects.count() == 3
