"""Which files are one item (docs/front-matter.md, “Which files are one item”)."""

from pathlib import Path

import pytest
from django.test import Client

from curation.models import Alias, CuratedItem, SourceDocument

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


@pytest.fixture
def pair(write_file: WriteFile) -> tuple[Path, Path]:
    """Two files of one bookmark: the publisher moved, so slug and link differ."""
    first = write_file("a-story.md", external_id=1, title="A story", link="https://old.example.org/story")
    second = write_file("b-story.md", external_id=1, title="A story", link="https://new.example.org/story")
    return first, second


def assert_one_item(client: Client) -> None:
    item = CuratedItem.objects.get()
    assert (item.slug, item.source_url) == ("a-story", "https://old.example.org/story")
    documents = item.documents.order_by("path")
    assert [document.is_primary for document in documents] == [True, False]
    assert documents[1].source_url == "https://new.example.org/story"
    assert client.get("/news/b-story/").headers["Location"] == "/news/a-story/"


def test_two_files_of_one_bookmark_are_one_item(pair: tuple[Path, Path], import_: RunImport, client: Client) -> None:
    report = import_()
    assert (report.counts["created"], report.counts["updated"], report.counts["warnings"]) == (1, 1, 1)
    assert_one_item(client)
    assert import_().counts["unchanged"] == 2


def test_a_document_that_is_no_longer_primary_has_no_media(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    (content / "x.pdf").write_bytes(b"%PDF-1.7")
    for path in [write_file(name, external_id=1, title="A story", featuredPdf="x.pdf") for name in ("b.md", "a.md")]:
        import_(path)
    documents = SourceDocument.objects.order_by("path")
    assert [(document.is_primary, list(document.media)) for document in documents] == [(True, ["pdf"]), (False, [])]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_runs_makes_no_difference(
    order: tuple[int, int], pair: tuple[Path, Path], import_: RunImport, client: Client
) -> None:
    for index in order:
        assert import_(pair[index]).counts["rejected"] == 0
    assert_one_item(client)
    before = list(SourceDocument.objects.order_by("pk").values())
    assert import_().counts["unchanged"] == 2
    assert list(SourceDocument.objects.order_by("pk").values()) == before


def test_two_files_of_one_identity_with_different_text_are_an_error(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", external_id=1)
    write_file("b.md", external_id=1, body="Something else.")
    report = import_()
    assert (report.counts["created"], report.counts["rejected"]) == (1, 1)
    (line,) = report.lines("error")
    assert "b.md" in line
    assert "a.md" in line
    assert CuratedItem.objects.get().body == "A *body*."


def test_a_renamed_and_edited_file_is_an_update(write_file: WriteFile, import_: RunImport, client: Client) -> None:
    write_file("a.md", external_id=1).unlink()
    write_file("a.md", external_id=1)
    import_()
    (Path(SourceDocument.objects.get().path)).unlink()
    write_file("b.md", external_id=1, body="Something else.")
    report = import_()
    assert (report.counts["updated"], report.counts["rejected"]) == (1, 0)
    item = CuratedItem.objects.get()
    assert (item.slug, item.body) == ("b", "Something else.")
    assert SourceDocument.objects.get().path.endswith("b.md")
    assert client.get("/news/a/").headers["Location"] == "/news/b/"


def test_a_new_slug_in_a_file_renames_its_item_and_leaves_an_alias(
    write_file: WriteFile, import_: RunImport, client: Client
) -> None:
    write_file("a.md")
    import_()
    write_file("a.md", slug="new-name")
    assert import_().counts["updated"] == 1
    assert CuratedItem.objects.get().slug == "new-name"
    assert Alias.objects.filter(path="/news/a").exists()
    assert client.get("/news/a/").headers["Location"] == "/news/new-name/"


def test_a_file_with_the_content_of_an_item_created_in_the_admin_becomes_its_document(
    write_file: WriteFile, import_: RunImport
) -> None:
    from tests.factories import make_item

    make_item("Title of a", slug="a", body="A *body*.", kind="Opinion")
    assert import_(write_file("a.md")).counts["updated"] == 1
    assert CuratedItem.objects.get().kind == "Opinion"
    assert import_(write_file("a.md", body="Other.", title="Other")).counts["updated"] == 1


def test_a_file_never_overwrites_another_story_of_the_same_slug(write_file: WriteFile, import_: RunImport) -> None:
    from tests.factories import make_item

    make_item("Mine", slug="a", body="My words.")
    report = import_(write_file("a.md"))
    assert report.counts["created"] == 1
    assert next(iter(report.lines("warning"))).startswith(str(write_file("a.md")))
    assert dict(CuratedItem.objects.values_list("slug", "body")) == {"a": "My words.", "a-2": "A *body*."}
    assert import_().counts["unchanged"] == 1
    assert import_(write_file("a.md", body="Other.")).counts["updated"] == 1
    assert dict(CuratedItem.objects.values_list("slug", "body")) == {"a": "My words.", "a-2": "Other."}
