"""Imports with an `_index.md` above the files: it can hide them, and its changes reach unchanged files."""

import tarfile
import zipfile
from pathlib import Path

import pytest
from django.core.management import call_command

from curation.models import CuratedItem, ImportRecord, SourceDocument

from .conftest import RunImport, WriteFile

pytestmark = pytest.mark.django_db(transaction=True)

HIDING = "---\ntitle: A section\ncascade:\n  draft: true\n---\n"


def states() -> dict[str, str]:
    return dict(CuratedItem.objects.values_list("slug", "status"))


def test_a_cascade_hides_the_files_of_its_folder_and_below(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    for name in ("post/a.md", "post/deep/b.md", "c.md"):
        write_file(name)
    (content / "post" / "_index.md").write_text(HIDING)
    assert import_().counts["created"] == 3
    assert states() == {"a": "draft", "b": "draft", "c": "published"}
    (record,) = ImportRecord.objects.filter(path__endswith="/a.md")
    assert [problem["message"].partition(", so")[0] for problem in record.problems] == [
        "hidden at the source (draft: true in the cascade of post/_index.md)"
    ]


def test_a_change_of_only_the_cascade_reaches_unchanged_files(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("post/a.md")
    write_file("c.md")
    import_()
    (content / "post" / "_index.md").write_text(HIDING)
    report = import_()
    assert (report.counts["updated"], report.counts["unchanged"]) == (1, 1)
    assert states() == {"a": "draft", "c": "published"}
    assert import_().counts["unchanged"] == 2
    (content / "post" / "_index.md").write_text(HIDING.replace("true", "false"))
    import_()
    (content / "post" / "_index.md").unlink()
    import_()
    assert states() == {"a": "published", "c": "published"}


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_an_archive_has_cascades_too(
    tmp_path: Path, content: Path, write_file: WriteFile, import_: RunImport, form: str
) -> None:
    write_file("post/a.md")
    (content / "post" / "_index.md").write_text(HIDING)
    archive = tmp_path / f"site.{form}"
    if form == "zip":
        with zipfile.ZipFile(archive, "w") as file:
            for name in ("a.md", "_index.md"):
                file.write(content / "post" / name, f"content/post/{name}")
    else:
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(content, "content")
    import_(archive)
    assert states() == {"a": "draft"}


def test_files_of_a_language_inherit_from_the_index_of_that_language(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("post/a.fr.md", slug="a-fr")
    write_file("post/a.md")
    (content / "post" / "_index.fr.md").write_text(HIDING)
    import_()
    assert states() == {"a-fr": "draft", "a": "published"}


def test_a_file_without_a_language_has_the_default_language(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    for name in ("post/a.md", "other/b.md", "other/c.fr.md"):
        write_file(name, slug=name.partition("/")[2][0])
    (content / "post" / "_index.en.md").write_text(HIDING)
    (content / "other" / "_index.md").write_text(HIDING.replace("  draft", "  target: {lang: en}\n  draft"))
    import_()
    assert states() == {"a": "draft", "b": "draft", "c": "published"}


def test_nothing_outside_the_imported_folder_hides_a_file(
    content: Path, write_file: WriteFile, import_: RunImport, tmp_path: Path
) -> None:
    write_file("post/a.md")
    (content / "_index.md").write_text(HIDING)
    (tmp_path / "hiding.md").write_text(HIDING)
    (content / "post" / "_index.md").symlink_to(tmp_path / "hiding.md")
    import_(content / "post")
    assert states() == {"a": "published"}


def test_items_that_are_hidden_by_their_folder_are_exported_byte_for_byte(
    content: Path, write_file: WriteFile, import_: RunImport, tmp_path: Path
) -> None:
    path = write_file("post/_drafts/a.md")
    other = write_file("post/b.md")
    (content / "post" / "_index.md").write_text(HIDING)
    import_()
    assert states() == {"a": "draft", "b": "draft"}
    call_command("export_markdown", str(tmp_path / "out"), "--all")
    written = {file.name: file.read_bytes() for file in (tmp_path / "out").rglob("*.md")}
    assert written == {"a.md": path.read_bytes(), "b.md": other.read_bytes()}
    assert set(SourceDocument.objects.values_list("content_path", flat=True)) == {"post/_drafts/a.md", "post/b.md"}
