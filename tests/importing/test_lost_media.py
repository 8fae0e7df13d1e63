"""An import stores again what is missing from the media folder."""

import shutil
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from PIL import Image as Pillow

from curation.lib.images import clean
from curation.models import CuratedItem, Image

from .conftest import RunImport, WriteFile

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_process")]


@pytest.fixture
def files(write_file: WriteFile, content: Path) -> list[Path]:
    """Two files with the same picture, a PDF, and a picture in the body."""
    Pillow.new("RGB", (30, 20), "red").save(content / "a.png")
    Pillow.new("RGB", (30, 20), "blue").save(content / "b.jpg")
    (content / "paper.pdf").write_bytes(b"%PDF-1.7 paper")
    keys = {"featuredImage": "a.png", "featuredPdf": {"href": "paper.pdf"}}
    return [write_file("one.md", body="![B](b.jpg)", **keys), write_file("two.md", featuredImage="a.png")]


def stored(media_root: Path) -> dict[str, bytes]:
    return {path.relative_to(media_root).as_posix(): path.read_bytes() for path in media_root.rglob("*.*")}


@pytest.mark.parametrize("how", ["unchanged", "forced", "changed"])
@pytest.mark.usefixtures("files")
def test_lost_files_are_stored_again_and_told_once(
    how: str, write_file: WriteFile, import_: RunImport, media_root: Path
) -> None:
    import_()
    Image.objects.update(has_renditions=True)
    before = stored(media_root)
    assert len(before) == 3
    shutil.rmtree(media_root)
    if how == "changed":
        keys = {"featuredImage": "a.png", "featuredPdf": {"href": "paper.pdf"}}
        write_file("one.md", body="![B](b.jpg) Changed.", **keys)
    report = import_(force=how == "forced")
    assert stored(media_root) == before
    assert not Image.objects.filter(has_renditions=True).exists()
    assert sum("was lost from the site's media, and is stored again" in line for line in report.lines("note")) == 3
    assert report.counts["updated"] == (how == "changed")
    assert not list(import_(force=how == "forced").lines("note"))


@pytest.mark.usefixtures("files")
def test_a_dry_run_stores_nothing(import_: RunImport, media_root: Path) -> None:
    import_()
    shutil.rmtree(media_root)
    assert list(import_(dry_run=True).lines("note"))
    assert not media_root.exists() or stored(media_root) == {}


@pytest.mark.usefixtures("files")
def test_files_that_an_editor_removed_stay_away(import_: RunImport, media_root: Path) -> None:
    import_()
    for item in CuratedItem.objects.all():
        item.image, item.pdf = None, ""
        item.save()
        item.references.all().delete()
    Image.objects.all().delete()
    shutil.rmtree(media_root)
    report = import_()
    assert report.counts["unchanged"] == 2
    assert stored(media_root) == {}


@pytest.mark.usefixtures("files")
def test_each_stored_file_is_looked_for_once_and_without_a_query(
    import_: RunImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_()
    looked: list[str] = []
    exists = FileSystemStorage.exists

    def noting_exists(storage: FileSystemStorage, name: str) -> bool:
        looked.append(name)
        return exists(storage, name)

    monkeypatch.setattr(FileSystemStorage, "exists", noting_exists)
    import_()
    assert len(looked) == 3
    assert all(default_storage.exists(name) for name in looked[:3])


def test_a_picture_that_is_uploaded_again_is_stored_again(
    media_root: Path, files: list[Path], import_: RunImport
) -> None:
    import_()
    picture = clean((files[0].parent / "a.png").read_bytes())
    image = Image.objects.get(sha256=picture.sha256)
    (media_root / image.name).unlink()
    again, is_new = Image.objects.store(picture, "again.png")
    assert (again, is_new) == (image, False)
    assert (media_root / image.name).read_bytes() == picture.data
