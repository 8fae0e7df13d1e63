"""Pictures and PDFs of bodies: found, verified, stored once, updated when they change, gone with an undone import."""

import io
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Pillow

from curation.importing.history.undo import undo
from curation.items.bin import delete_for_ever, move_to_bin
from curation.items.put_back import put_back
from curation.items.state import state_of
from curation.models import BodyReference, CuratedItem, Image, ImportRun, SourceDocument
from tests.factories import COMMAND

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]

PDF = b"%PDF-1.4 report"


def draw(path: Path, colour: str = "red") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.new("RGB", (40, 20), colour).save(path, "PNG")
    return path


def pictures() -> list[str]:
    """Return what each picture of the one item's body is stored under, "" where it is not."""
    rows = BodyReference.objects.filter(kind="picture").order_by("pk")
    return [row.image.sha256 if row.image else "" for row in rows]


@pytest.mark.parametrize(
    ("href", "place"),
    [
        ("pic.png", "content/post/a/pic.png"),
        ("./pic.png?width=3#x", "content/post/a/pic.png"),
        ("images/pic.png", "content/post/a/images/pic.png"),
        ("../pic.png", "content/post/pic.png"),
        ("../../pic.png", "content/pic.png"),
        ("../../../static/img/pic.png", "static/img/pic.png"),
        ("/img/pic.png", "static/img/pic.png"),
        ("img/pic.png", "static/img/pic.png"),
        ("img/pic.png", "assets/img/pic.png"),
        ("/post/a/pic.png", "content/post/a/pic.png"),
        ("/assets/pic.png", "content/assets/pic.png"),
        ("<my pic.png>", "content/post/a/my pic.png"),
        ("my%20pic.png", "content/post/a/my pic.png"),
        ("b%C3%BCro.png", "content/post/a/büro.png"),
        ("bu\u0308ro.png", "content/post/a/büro.png"),
        ("{static}/img/pic.png", "static/img/pic.png"),
    ],
)
def test_a_picture_is_found_at_its_path(
    href: str, place: str, content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content.parent / place)
    write_file("post/a/index.md", slug="a", body=f"![Chart]({href})")
    report = import_()
    assert report.counts["warnings"] == 0, list(report.lines("warning"))
    assert [image.references.count() for image in Image.objects.all()] == [1]


@pytest.mark.parametrize(
    "body",
    [
        "![Chart](pic.png)",
        '<img src="pic.png" alt="Chart">',
        '<figure><img src="pic.png"><figcaption>Chart</figcaption></figure>',
        "[![Chart](pic.png)](https://example.org/)",
        "![Chart][1]\n\n[1]: pic.png",
    ],
)
def test_every_syntax_for_a_picture_is_recognised(
    body: str, content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content / "pic.png")
    write_file("a.md", body=body)
    assert import_().counts["warnings"] == 0
    assert len(pictures()) == 1
    assert all(pictures())


def test_a_picture_of_many_bodies_is_stored_once(content: Path, write_file: WriteFile, import_: RunImport) -> None:
    draw(content.parent / "static" / "x.png")
    for number in range(3):
        write_file(f"{number}.md", body="![](/x.png) ![](x.png)", featuredImage="/x.png")
    import_()
    image = Image.objects.get()
    assert (image.references.count(), image.items.count()) == (6, 3)
    assert default_storage.exists(image.name)


@pytest.mark.parametrize("batch_size", [1, 500])
def test_missing_pictures_cause_a_warning_in_each_run_until_they_exist(
    batch_size: int, content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", body="![One](one.png) ![Two](/two.png) and ![One](one.png) again")
    for _ in range(2):
        report = import_(batch_size=batch_size)
        assert [line.partition(": ")[2].partition(" no such")[0] for line in report.lines("warning")] == [
            "body: “one.png”",
            "body: “/two.png”",
        ]
    draw(content / "one.png")
    assert import_().counts["updated"] == 1
    assert [bool(picture) for picture in pictures()] == [True, False]


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [("x.png", b"GIF89a no", ""), ("x.svg", b"<svg/>", ""), ("x.pdf", PDF, "is a PDF")],
)
def test_a_file_that_is_not_a_picture_causes_a_warning(
    name: str, data: bytes, expected: str, content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    (content / name).write_bytes(data)
    write_file("a.md", body=f"![Words]({name})")
    (line,) = import_().lines("warning")
    assert f"body: “{name}” {expected}" in line
    assert not any(pictures())


def test_a_path_that_leads_out_of_the_given_folder_is_not_followed(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content.parent.parent / "secret.png")
    (content / "link.png").symlink_to(content.parent.parent / "secret.png")
    write_file("a.md", body="![](../../secret.png) ![](link.png) ![](/../../secret.png)")
    import_()
    assert Image.objects.count() == 0


def test_a_replaced_picture_is_noticed_and_an_undo_restores_the_old_one(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content / "a.png", "red")
    write_file("a.md", body="![](a.png)")
    import_()
    (before,) = pictures()
    assert import_().counts["unchanged"] == 1
    draw(content / "a.png", "blue")
    assert import_().counts["updated"] == 1
    (after,) = pictures()
    assert before != after
    undo(ImportRun.objects.latest("pk"))
    assert pictures() == [before]
    assert Image.objects.count() == 1
    assert import_().counts["updated"] == 1
    assert pictures() == [after]


def test_an_undo_restores_the_pictures_of_the_old_body(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content / "a.png", "red")
    draw(content / "b.png", "blue")
    write_file("a.md", body="![](a.png)")
    import_()
    before = pictures()
    write_file("a.md", body="![](b.png)")
    import_()
    assert pictures() != before
    undo(ImportRun.objects.latest("pk"))
    assert pictures() == before
    assert [row.href for row in BodyReference.objects.all()] == ["a.png"]


def test_pictures_and_pdfs_of_an_undone_import_go_when_the_bin_is_emptied(
    content: Path, write_file: WriteFile, import_: RunImport, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    draw(content / "a.png")
    (content / "r.pdf").write_bytes(PDF)
    write_file("a.md", body="![](a.png) [Report](r.pdf)")
    import_()
    image, (name,) = Image.objects.get(), BodyReference.objects.exclude(document="").values_list("document", flat=True)
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        undo(ImportRun.objects.get())
    assert default_storage.exists(image.name)
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        delete_for_ever(CuratedItem.objects.all(), COMMAND)
    assert not Image.objects.exists()
    assert not default_storage.exists(image.name)
    assert not default_storage.exists(name)


def test_a_pdf_that_a_body_linked_to_can_be_linked_again_until_the_item_is_deleted(
    content: Path, write_file: WriteFile, import_: RunImport, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    (content / "r.pdf").write_bytes(PDF)
    write_file("a.md", body="[Report](r.pdf)")
    import_()
    item = CuratedItem.objects.get()
    state = state_of(item)

    def linked() -> list[str]:
        return [*BodyReference.objects.exclude(document="").values_list("document", flat=True)]

    (name,) = linked()
    for body, names in (("Nothing.", []), (state["body"], [name]), ("Nothing.", [])):
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            put_back(item.pk, {**state, "body": body}, ["body"], COMMAND, reason="")
        assert (linked(), default_storage.exists(name)) == (names, True)
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        delete_for_ever(CuratedItem.objects.all(), COMMAND)
    assert not default_storage.exists(name)


def test_a_pdf_that_an_import_replaces_comes_back_with_the_undo(
    content: Path, write_file: WriteFile, import_: RunImport, django_capture_on_commit_callbacks: pytest.FixtureRequest
) -> None:
    for title, data in (("Old", PDF), ("New", PDF + b"2")):
        (content / "r.pdf").write_bytes(data)
        write_file("a.md", title=title, body="[Report](r.pdf)")
        with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
            import_()
    undo(ImportRun.objects.latest("pk"))
    name = BodyReference.objects.get().document
    assert name == f"documents/{sha256(PDF).hexdigest()}.pdf"
    assert default_storage.exists(name)


def test_a_dry_run_stores_nothing(content: Path, write_file: WriteFile, import_: RunImport) -> None:
    draw(content / "a.png")
    (content / "r.pdf").write_bytes(PDF)
    write_file("a.md", body="![](a.png) [Report](r.pdf) ![](gone.png)")
    report = import_(dry_run=True)
    assert (report.counts["created"], report.counts["warnings"]) == (1, 1)
    assert not BodyReference.objects.exists()
    assert not Image.objects.exists()


def test_pictures_come_from_an_archive(
    content: Path, write_file: WriteFile, import_: RunImport, tmp_path: Path
) -> None:
    buffer = io.BytesIO()
    Pillow.new("RGB", (8, 8)).save(buffer, "PNG")
    with ZipFile(tmp_path / "site.zip", "w") as archive:
        archive.writestr(
            "content/post/a/index.md", "---\ntitle: A\nslug: a\ndate: 2024-01-01\n---\n![](p.png) ![](/q.png)"
        )
        archive.writestr("content/post/a/p.png", buffer.getvalue())
        archive.writestr("static/q.png", buffer.getvalue())
    assert import_(tmp_path / "site.zip").counts["warnings"] == 0
    assert len(pictures()) == 2
    assert all(pictures())


def test_a_linked_pdf_or_picture_is_stored_and_linked(content: Path, write_file: WriteFile, import_: RunImport) -> None:
    draw(content / "a" / "full.png")
    (content / "a" / "report.pdf").write_bytes(PDF)
    write_file("a/index.md", slug="a", body="[Report](report.pdf#page=2) [Large](full.png) [Gone](gone.pdf)")
    (line,) = import_().lines("warning")
    assert "“gone.pdf” no such file" in line
    report, full, gone = BodyReference.objects.order_by("pk")
    assert default_storage.exists(report.document)
    assert full.image is not None
    assert (gone.document, gone.image) == ("", None)


def test_a_body_that_an_editor_changed_keeps_its_pictures(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    draw(content / "a.png")
    write_file("a.md", body="![](a.png)")
    import_()
    before, item = pictures(), CuratedItem.objects.get()
    item.body = "Changed. ![](a.png)"
    item.save()
    write_file("a.md", body="![](a.png)", tags=["new"])
    import_()
    assert pictures() == before


def test_a_body_without_references_takes_no_query_per_file_and_two_per_batch(
    content: Path, write_file: WriteFile, import_: RunImport
) -> None:
    from .test_cost import statements_of

    counts = []
    for folder, number in (("few", 2), ("many", 12)):
        for index in range(number):
            write_file(f"{folder}/{index}.md", slug=f"{folder}-{index}", body="[a](https://example.org/) [b](#c)")
        expected = statements_of(import_)
        counts.append(len([statement for statement in expected if "bodyreference" in statement]))
    assert counts[0] == counts[1] <= 3
    assert SourceDocument.objects.count() == 14


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("![a](https://example.org/a.png)", "body: a picture of another host is shown as a link"),
        ("![a](https://example.org/a.png) <img src='http://example.org/b.png'>", "body: 2 pictures of other hosts are"),
        ("`![a](https://example.org/a.png)` [a](https://example.org/a.png)", ""),
    ],
)
def test_pictures_of_other_hosts_cause_one_note_per_file_with_their_number(
    body: str, expected: str, write_file: WriteFile, import_: RunImport
) -> None:
    write_file("a.md", body=body)
    report = import_()
    assert report.counts["warnings"] == 0
    notes = [line.partition(": ")[2] for line in report.lines("note")]
    assert [note[: len(expected)] for note in notes] == ([expected] if expected else [])
