"""Files are written to the storage whole or not at all."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, InMemoryStorage, default_storage

from curation.lib.durable_files import store


def files(media_root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in media_root.rglob("*") if path.is_file()}


def test_a_file_is_stored_under_its_name(media_root: Path) -> None:
    assert store(default_storage, "a/b/x.pdf", b"whole") == "a/b/x.pdf"
    assert (media_root / "a/b/x.pdf").read_bytes() == b"whole"


def test_a_partial_file_of_a_killed_import_is_overwritten(media_root: Path) -> None:
    default_storage.save("x.pdf", ContentFile(b"who"))
    assert store(default_storage, "x.pdf", b"whole") == "x.pdf"
    assert files(media_root) == {"x.pdf": b"whole"}


def test_no_part_of_a_file_is_left_on_a_full_disk(media_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write_half(storage: FileSystemStorage, name: str, _content: Any) -> str:
        Path(storage.path(name)).write_bytes(b"who")
        raise OSError(28, "No space left on device")

    media_root.mkdir()
    monkeypatch.setattr(FileSystemStorage, "_save", write_half)
    with pytest.raises(OSError, match="No space left"):
        store(default_storage, "x.pdf", b"whole")
    assert files(media_root) == {}


def test_a_storage_other_than_a_file_system_is_supported() -> None:
    storage = InMemoryStorage()
    store(storage, "x.pdf", b"whole")
    with storage.open("x.pdf") as file:
        assert file.read() == b"whole"
