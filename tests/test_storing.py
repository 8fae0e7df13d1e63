"""Files in the media folder are there whole or not at all."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, default_storage

from curation.storing import store


def files(media_root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in media_root.rglob("*") if path.is_file()}


def test_a_file_is_stored_under_its_name(media_root: Path) -> None:
    assert store(default_storage, "a/b/x.pdf", b"whole") == "a/b/x.pdf"
    assert (media_root / "a/b/x.pdf").read_bytes() == b"whole"


def test_half_a_file_of_an_import_that_was_killed_is_written_over(media_root: Path) -> None:
    default_storage.save("x.pdf", ContentFile(b"who"))
    assert store(default_storage, "x.pdf", b"whole") == "x.pdf"
    assert files(media_root) == {"x.pdf": b"whole"}


def test_a_file_that_does_not_fit_on_the_disk_leaves_nothing(media_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_half(storage: FileSystemStorage, name: str, _content: Any) -> str:
        Path(storage.path(name)).write_bytes(b"who")
        raise OSError(28, "No space left on device")

    media_root.mkdir()
    monkeypatch.setattr(FileSystemStorage, "_save", write_half)
    with pytest.raises(OSError, match="No space left"):
        store(default_storage, "x.pdf", b"whole")
    assert files(media_root) == {}


def test_a_storage_that_is_no_folder_will_do() -> None:
    storage = InMemoryStorage()
    store(storage, "x.pdf", b"whole")
    with storage.open("x.pdf") as file:
        assert file.read() == b"whole"
