"""An import of files whose import was undone: the items in the bin become those of the files again, as if new."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image as PillowImage

from curation.importing.history.undo import undo
from curation.importing.options import Options
from curation.importing.preview import preview
from curation.importing.sources.discover import discover
from curation.items import drafts
from curation.items.bin import delete_for_ever, move_to_bin, restore
from curation.models import BodyReference, CuratedItem, DeletedItem, Image, ImportRun, Revision, SourceDocument, Topic
from tests.factories import COMMAND, make_item
from tests.importing.conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]
ALL = CuratedItem.objects.all
STORY: dict[str, Any] = {"categories": ["X: One"], "author": "Ann", "tags": ["t"], "aliases": ["/old"]}


def undo_last() -> None:
    undo(ImportRun.objects.latest("pk"))


def contents() -> list[Any]:
    """Return everything that readers, editors and later imports can tell of the items, but for IDs and times."""
    columns = (
        "slug",
        "title",
        "body",
        "body_html",
        "status",
        "published_at",
        "image__sha256",
        "binned_from",
        "summary",
    )
    return [
        list(ALL().order_by("slug").values(*columns)),
        list(
            ALL()
            .order_by("slug", "itemtopic__position", "tags__name", "aliases__path")
            .values_list(
                "slug",
                "itemtopic__topic__label",
                "itemtopic__listed_at",
                "authors__name",
                "tags__name",
                "aliases__path",
            )
        ),
        list(SourceDocument.objects.order_by("path").values_list("path", "sha256", "record", "media", "is_primary")),
    ]


@pytest.mark.parametrize("for_ever", [False, True])
def test_the_same_files_are_imported_like_new_ones(
    for_ever: bool, write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    PillowImage.new("RGB", (60, 40)).save(content / "x.png")
    write_file("a.md", featuredImage="x.png", body="![](x.png)", **STORY)
    write_file("copy/a.md", featuredImage="x.png", body="![](x.png)", **STORY)
    write_file("same-slug.md", slug="a", external_id=7)
    first = import_()
    before = contents()
    undo_last()
    if for_ever:
        delete_for_ever(ALL(), COMMAND)
        assert DeletedItem.objects.exists()
    second = import_()
    assert second.counts == first.counts
    assert [file.problems for file in second.files] == [file.problems for file in first.files]
    assert contents() == before
    assert import_().counts["unchanged"] == 3


def test_a_mended_file_and_other_options_count_as_for_a_new_item(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", categories=["Wrong"], aliases=["/wrong"], body="Wrong.")
    import_()
    undo_last()
    Topic.objects.all().delete()
    write_file("a.md", slug="right", categories=["Right"], aliases=["/right"], body="Right.")
    assert import_(status="draft").counts["created"] == 1
    item = CuratedItem.objects.get()
    assert (item.slug, item.body, item.status, item.binned_at) == ("right", "Right.", "draft", None)
    assert [topic.label for topic in item.topics.all()] == ["Right"]
    assert sorted(alias.path for alias in item.aliases.all()) == ["/news/a", "/right"], "readers know the old address"


def test_the_item_keeps_its_history(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md")
    import_()
    undo_last()
    write_file("a.md", title="New")
    import_()
    second = ImportRun.objects.latest("pk")
    verbs = Revision.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["created", "binned", "restored"]
    revision = Revision.objects.get(verb=Revision.Verb.RESTORED)
    assert (revision.run, sorted(revision.changes)) == (second, ["status", "title"])


def test_the_second_import_is_undone_like_the_first_and_the_third_works_too(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", **STORY)
    import_()
    before = contents()
    undo_last()
    write_file("a.md", title="New", body="New.", **STORY)
    import_()
    undo_last()
    assert CuratedItem.objects.get().status == "bin"
    write_file("a.md", **STORY)
    assert import_().counts["created"] == 1
    assert contents() == before


def test_an_item_that_an_editor_restored_and_deleted_again_is_left_out(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md")
    import_()
    undo_last()
    restore(ALL(), COMMAND)
    move_to_bin(ALL(), COMMAND)
    assert import_().counts["skipped"] == 1
    assert import_(force=True).counts["skipped"] == 1
    delete_for_ever(ALL(), COMMAND)
    assert import_().counts["skipped"] == 1


def test_the_preview_shows_a_new_item_and_keeps_the_bin_as_it_is(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    write_file("a.md")
    import_()
    undo_last()
    shown = preview(discover([content]), Options(jobs=1))
    assert [(file.outcome, file.problems) for file in shown.files] == [("created", [])]
    assert CuratedItem.objects.get().status == "bin"


def test_a_copy_alone_takes_the_item_up(write_file: WriteFile, import_: RunImport) -> None:
    write_file("a.md", slug="a")
    copy = write_file("b.md", slug="a", title="Title of a", link="https://example.org/a")
    import_()
    undo_last()
    assert import_(copy).counts["created"] == 1
    assert SourceDocument.objects.get(is_primary=True).path == str(copy)
    assert CuratedItem.objects.get().status == "published"


def test_items_taken_up_cost_no_query_each(write_file: WriteFile, import_: RunImport) -> None:
    counts = []
    for number in (2, 4):
        for name in range(number):
            write_file(f"{number}-{name}.md", **{**STORY, "aliases": []})
        import_()
        undo_last()
        with CaptureQueriesContext(connection) as queries:
            assert import_().counts["created"] == number
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_another_story_gets_the_address_of_an_item_that_an_undo_moved_to_the_bin(
    write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", external_id=7, slug="story")
    write_file("b.md", external_id=9, body="See [it](/news/story/).")
    import_()
    undo(ImportRun.objects.get())
    write_file("a.md", external_id=8, slug="story", title="The ID is mended")
    report = import_()
    assert report.counts["created"] == 2
    assert [problem for file in report.files for problem in file.problems] == []
    titles = {item.slug: (item.title, item.status) for item in ALL()}
    assert titles["story"] == ("The ID is mended", "published")
    assert titles["story-2"] == ("Title of a", "bin")
    change = Revision.objects.filter(item__slug="story-2").latest("pk").changes
    assert change == {"slug": ["story", "story-2"], "aliases": [["/post/2019/05/01/story"], []]}
    assert BodyReference.objects.get().target == ALL().get(slug="story")
    write_file("a.md", external_id=7, slug="story", title="Title of a")
    import_()
    assert ALL().get(slug="story-2").status == "published", "it keeps the address that it has by now"


def test_images_that_a_draft_names_outlive_the_undone_import(
    write_file: WriteFile, import_: RunImport, content: Path
) -> None:
    for name, width in (("used.png", 8), ("in_body.png", 9), ("unused.png", 10)):
        PillowImage.new("RGB", (width, 8)).save(content / name)
        write_file(f"{name}.md", featuredImage=name)
    import_()
    used, in_body = (Image.objects.get(original_name=name) for name in ("used.png", "in_body.png"))
    undo_last()
    body = f"![](/images/{in_body.sha256[:16]}/in_body.png)"
    drafts.keep(make_item(), {"image": used.pk, "body": body, "pdf": ""}, COMMAND, shown="", base_id=0)
    delete_for_ever(ALL(), COMMAND)
    assert {*Image.objects.all()} == {used, in_body}
