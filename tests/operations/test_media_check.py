"""Stored files are compared with the rows that refer to them, and repaired."""

import io
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.test import override_settings
from PIL import Image as Pillow

from curation.lib.images import clean
from curation.models import BodyReference, CuratedItem, FormerDocument, Image, ItemDraft, Revision
from curation.models.pdfs import used_pdfs
from tests.factories import make_item

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a paper"
Check = Callable[..., tuple[int, str]]


def jpeg(colour: str = "red", **options: Any) -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (300, 200), colour).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.fixture
def image() -> Image:
    """A stored picture, whose file is not the one that was uploaded, with its renditions."""
    image, _ = Image.objects.store(clean(jpeg(comment=b"by Ann")), "a.jpg")
    image.make_renditions()
    return image


@pytest.fixture
def item() -> CuratedItem:
    item = make_item()
    item.pdf.save("paper.pdf", ContentFile(PDF))
    return item


@pytest.fixture
def check_media(capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*arguments: object) -> tuple[int, str]:
        try:
            call_command("check_media", *map(str, arguments))
        except CommandError as error:
            return error.returncode, capsys.readouterr().out
        return 0, capsys.readouterr().out

    return run


def age(media_root: Path) -> None:
    for path in media_root.rglob("*"):
        os.utime(path, (1, 1))


@pytest.mark.usefixtures("image", "item")
def test_a_sound_storage_passes(check_media: Check) -> None:
    for options in ((), ("--digests",)):
        assert check_media(*options) == (0, "6 files: 0 missing, 0 damaged; 0 without a row.\n")


def test_each_kind_of_difference_is_named(
    image: Image, item: CuratedItem, media_root: Path, check_media: Check
) -> None:
    rendition = next(iter(image.file.get_picture_files_list())).name
    (media_root / rendition).unlink()
    (media_root / str(item.pdf.name)).unlink()
    (media_root / image.name).write_bytes(b"half")
    (media_root / "documents" / "old.pdf").write_bytes(PDF)
    age(media_root)
    code, output = check_media()
    assert code == 1
    assert output.splitlines() == [
        *sorted(f"{name} is missing" for name in (str(item.pdf.name), rendition)),
        f"{image.name} has 4 bytes instead of {image.size:,}",
        "documents/old.pdf has no row",
        "6 files: 2 missing, 1 damaged; 1 without a row.",
    ]


def test_other_bytes_of_the_same_size_are_found_by_their_digest(
    image: Image, media_root: Path, check_media: Check
) -> None:
    path = media_root / image.name
    data = bytearray(path.read_bytes())
    data[-10] ^= 1
    path.write_bytes(data)
    assert check_media()[0] == 0
    assert check_media("--digests") == (
        1,
        f"{image.name} has another SHA-256\n5 files: 0 missing, 1 damaged; 0 without a row.\n",
    )


def test_files_of_an_import_that_is_not_committed_are_no_orphans(media_root: Path, check_media: Check) -> None:
    default_storage.save("documents/new.pdf", ContentFile(PDF))
    assert check_media()[0] == 0
    age(media_root)
    assert check_media()[0] == 1


@pytest.mark.parametrize("is_copy", [True, False], ids=["a copy of the media", "the files that were imported"])
def test_what_is_lost_is_found_in_a_folder_by_its_digest(
    is_copy: bool, image: Image, media_root: Path, tmp_path: Path, check_media: Check
) -> None:
    stored, folder = (media_root / image.name).read_bytes(), tmp_path / "folder"
    folder.mkdir()
    (folder / "any-name.bin").write_bytes(stored if is_copy else jpeg(comment=b"by Ann"))
    (folder / "other.jpg").write_bytes(jpeg("blue"))
    shutil.rmtree(media_root)
    code, output = check_media("--repair", folder)
    assert (code, output.splitlines()[-2:]) == (
        0,
        ["1 repaired; renditions of 1 queued.", "1 files: 0 missing, 0 damaged; 0 without a row."],
    )
    assert (media_root / image.name).read_bytes() == stored
    image.refresh_from_db()
    assert not image.has_renditions


def test_a_pdf_of_an_earlier_version_is_found_by_its_name(
    item: CuratedItem, media_root: Path, tmp_path: Path, check_media: Check
) -> None:
    shutil.copytree(media_root, tmp_path / "copy")
    shutil.rmtree(media_root)
    assert check_media("--repair", tmp_path / "copy")[0] == 0
    assert (media_root / str(item.pdf.name)).read_bytes() == PDF


def test_what_a_folder_does_not_have_stays_missing(
    image: Image, media_root: Path, tmp_path: Path, check_media: Check
) -> None:
    (media_root / image.name).unlink()
    code, output = check_media("--repair", tmp_path / "media")
    assert code == 1
    assert f"{image.name}: not found in {tmp_path / 'media'}" in output
    assert check_media("--repair", tmp_path / "gone")[0] == 2


def test_orphans_are_deleted_when_the_operator_says_yes(
    media_root: Path, monkeypatch: pytest.MonkeyPatch, check_media: Check
) -> None:
    path = media_root / "documents" / "old.pdf"
    path.parent.mkdir(parents=True)
    path.write_bytes(PDF)
    age(media_root)
    answers = ["no", "yes"]
    monkeypatch.setattr("builtins.input", lambda _question: answers.pop(0))
    assert "1 file without a row would be deleted." in check_media("--delete-orphans", "--dry-run")[1]
    assert check_media("--delete-orphans")[0] == 1
    assert path.exists()
    assert check_media("--delete-orphans")[0] == 0
    assert not path.exists()


def test_a_file_that_gets_a_row_during_the_question_stays(
    image: Image, item: CuratedItem, media_root: Path, monkeypatch: pytest.MonkeyPatch, check_media: Check
) -> None:
    columns, pdf = Image.objects.values().get(), item.pdf.name
    Image.objects.all()._raw_delete("default")  # keeps the files
    CuratedItem.objects.update(pdf="")
    (media_root / "documents" / "old.pdf").write_bytes(PDF)
    age(media_root)

    def store_the_same_files(_question: str) -> str:
        Image.objects.create(**columns)
        CuratedItem.objects.update(pdf=pdf)
        return "yes"

    monkeypatch.setattr("builtins.input", store_the_same_files)
    code, output = check_media("--delete-orphans")
    assert "1 file without a row deleted; 6 got a row meanwhile.\n" in output
    assert (code, check_media()) == (0, (0, "6 files: 0 missing, 0 damaged; 0 without a row.\n"))


def test_pdfs_of_links_drafts_and_histories_are_no_orphans() -> None:
    item = make_item()
    FormerDocument.objects.create(item=item, document="documents/former.pdf")
    BodyReference.objects.create(item=item, kind="link", href="a.pdf", document="documents/linked.pdf")
    Revision.objects.create(item=item, verb="saved", pdf="documents/replaced.pdf")
    ItemDraft.objects.create(item=item, state={"pdf": "documents/draft.pdf"})
    assert used_pdfs() == {f"documents/{name}.pdf" for name in ("former", "linked", "replaced", "draft")}


@override_settings(STORAGES={"default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}})
def test_a_storage_without_a_file_system_is_compared_too(tmp_path: Path, check_media: Check) -> None:
    assert check_media()[0] == 0
    image, _ = Image.objects.store(clean(jpeg()), "a.jpg")
    image.make_renditions()
    assert check_media("--digests")[0] == 0
    image.file.storage.delete(image.name)
    (tmp_path / "a.jpg").write_bytes(jpeg())
    assert check_media()[0] == 1
    assert check_media("--repair", tmp_path)[0] == 0
    assert image.is_stored
