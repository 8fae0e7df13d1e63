"""Unchanged files that were read by other rules are read again."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.frontmatter.reading import document
from curation.frontmatter.reading.rules import READ_RULES, ReadRule, first_text
from curation.frontmatter.reading.rules_version import RULES_VERSION, version_of
from curation.importing import documents, reader
from curation.importing.history.undo import undo
from curation.importing.parse import LoadedFile, ParsedFile, RefusedFile, parse_content, with_result
from curation.importing.workers import Parsers
from curation.models import CuratedItem, ImportRun, SourceDocument

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db

ChangeRules = Callable[[Sequence[ReadRule]], None]


@pytest.fixture
def parsed_files() -> list[str]:
    """Paths of the files that were parsed since `change_rules`."""
    return []


@pytest.fixture
def change_rules(monkeypatch: pytest.MonkeyPatch, parsed_files: list[str]) -> ChangeRules:
    """Put other read rules in place, and parse in this process, where they are in place."""

    def submit(self: Parsers, files: Sequence[LoadedFile]) -> Callable[[], list[ParsedFile | RefusedFile]]:
        parsed_files.extend(file.source.name for file in files)
        return lambda: [with_result(file, parse_content(*file.parse_arguments, self.flavour)) for file in files]

    def change(changed: Sequence[ReadRule]) -> None:
        monkeypatch.setattr(Parsers, "submit", submit)
        monkeypatch.setattr(document, "READ_RULES", changed)
        for module in (documents, reader):
            monkeypatch.setattr(module, "RULES_VERSION", version_of(changed))

    return change


def with_rule(rule: ReadRule) -> list[ReadRule]:
    """Return the read rules with another one for a field."""
    return [rule if rule.field == known.field else known for known in READ_RULES]


#: The kind is read from a key that no rule has named before.
KIND_FROM_RUBRIC = with_rule(ReadRule("kind", ("rubric",), first_text("rubric")))


def test_a_new_key_reaches_files_that_were_imported_before(
    write_file: WriteFile, import_: RunImport, change_rules: ChangeRules
) -> None:
    write_file("a.md", rubric="Interview")
    write_file("b.md")
    import_()
    change_rules(KIND_FROM_RUBRIC)
    report = import_()
    assert (report.counts["updated"], report.counts["unchanged"]) == (1, 1)
    assert set(CuratedItem.objects.values_list("slug", "kind")) == {("a", "Interview"), ("b", "")}


def test_files_are_read_again_only_once(
    write_file: WriteFile, import_: RunImport, change_rules: ChangeRules, parsed_files: list[str]
) -> None:
    write_file("a.md", rubric="Interview")
    write_file("b.md")
    write_file("copy.md", title="Title of b", slug="b")  # a further file of an item is remembered as well
    import_()
    change_rules(KIND_FROM_RUBRIC)
    import_()
    assert set(SourceDocument.objects.values_list("rules_version", flat=True)) == {version_of(KIND_FROM_RUBRIC)}
    assert len(parsed_files) == 3
    assert import_().counts["unchanged"] == 3
    assert len(parsed_files) == 3


def test_an_editors_change_stays_when_rules_change(
    write_file: WriteFile, import_: RunImport, change_rules: ChangeRules
) -> None:
    write_file("a.md", rubric="Interview")
    write_file("b.md", rubric="Opinion")
    import_()
    CuratedItem.objects.filter(slug="a").update(title="An editor's title", language="fr")
    CuratedItem.objects.filter(slug="b").update(kind="News")
    change_rules(KIND_FROM_RUBRIC)
    report = import_()
    assert (report.counts["updated"], report.counts["conflicted"]) == (1, 1)
    a, b = CuratedItem.objects.order_by("slug")
    assert (a.title, a.language, a.kind) == ("An editor's title", "fr", "Interview")
    assert b.kind == "News"


def test_old_files_are_read_again_as_well_when_an_import_is_limited_to_recent_ones(
    write_file: WriteFile, import_: RunImport, change_rules: ChangeRules
) -> None:
    write_file("a.md", rubric="Interview")
    import_()
    change_rules(KIND_FROM_RUBRIC)
    later = timezone.now() + timedelta(days=1)
    assert import_(since=later).counts["updated"] == 1
    assert import_(since=later).counts["skipped"] == 1


def test_an_undo_restores_the_version_of_the_rules(
    write_file: WriteFile, import_: RunImport, change_rules: ChangeRules
) -> None:
    write_file("a.md", rubric="Interview")
    import_()
    change_rules(KIND_FROM_RUBRIC)
    import_()
    undo(ImportRun.objects.latest("pk"))
    assert CuratedItem.objects.get().kind == ""
    assert SourceDocument.objects.get().rules_version == RULES_VERSION


def test_an_item_that_other_rules_updated_is_kept_when_the_run_that_created_it_is_undone(
    write_file: WriteFile, import_: RunImport, change_rules: ChangeRules
) -> None:
    write_file("a.md", rubric="Interview")
    import_()
    change_rules(KIND_FROM_RUBRIC)
    import_()
    result = undo(ImportRun.objects.earliest("pk"))
    assert (result.binned, len(result.skipped)) == (0, 1)
    assert CuratedItem.objects.get().kind == "Interview"


def test_the_rules_version_takes_no_query_of_its_own(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    with CaptureQueriesContext(connection) as captured:
        import_()
    # In quotes: the paths of the run contain the test's name.
    assert sum('"rules_version"' in query["sql"] for query in captured) == 1


def test_a_document_has_the_version_of_the_rules_that_read_it(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    assert SourceDocument.objects.get().rules_version == RULES_VERSION
