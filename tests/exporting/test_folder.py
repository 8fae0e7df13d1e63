"""Files written into a folder, and never out of it."""

from pathlib import Path

import pytest

from curation.exporting.folder import Folder, OutsideFolder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.md").write_text("secret")
    return folder


def test_a_file_is_written_with_its_folders(dest: Path) -> None:
    assert Folder(dest).write("content/news/a.md", b"a")
    assert (dest / "content" / "news" / "a.md").read_bytes() == b"a"
    assert [path.name for path in dest.rglob("*") if path.is_file()] == ["a.md"]


def test_a_missing_folder_is_made_with_those_above_it(dest: Path) -> None:
    assert Folder(dest / "a" / "b").write("c.md", b"c")
    assert Folder(dest / "a" / "b").write("d.md", b"d")
    assert {path.name for path in (dest / "a" / "b").iterdir()} == {"c.md", "d.md"}


def test_a_file_that_is_there_already_is_not_touched(dest: Path) -> None:
    folder = Folder(dest)
    folder.write("a.md", b"a")
    (dest / "a.md").chmod(0o444)
    before = (dest / "a.md").stat()
    assert not folder.write("a.md", b"a")
    assert (dest / "a.md").stat() == before
    assert folder.write("a.md", b"b")
    assert (dest / "a.md").read_bytes() == b"b"


@pytest.mark.parametrize("path", ["../a.md", "x/../../a.md", "/tmp/a.md", "x/../a.md"])
def test_no_path_is_outside_the_folder(path: str, dest: Path) -> None:
    with pytest.raises(OutsideFolder, match="leads out"):
        Folder(dest).write(path, b"a")
    assert list(dest.rglob("*.md")) == []


def test_no_symbolic_link_leads_outside(dest: Path, outside: Path) -> None:
    dest.mkdir()
    (dest / "content").symlink_to(outside)
    with pytest.raises(OutsideFolder, match="leads out"):
        Folder(dest).write("content/news/a.md", b"a")
    assert [path.name for path in outside.iterdir()] == ["secret.md"]


def test_a_link_in_the_place_of_a_file_is_replaced(dest: Path, outside: Path) -> None:
    dest.mkdir()
    (dest / "secret.md").symlink_to(outside / "secret.md")
    assert Folder(dest).write("secret.md", b"secret")
    assert not (dest / "secret.md").is_symlink()
    assert (outside / "secret.md").read_text() == "secret"


def test_a_link_that_stays_inside_is_followed(dest: Path) -> None:
    (dest / "real").mkdir(parents=True)
    (dest / "content").symlink_to(dest / "real")
    Folder(dest).write("content/a.md", b"a")
    assert (dest / "real" / "a.md").read_bytes() == b"a"


def test_a_failed_write_leaves_no_partial_file(dest: Path) -> None:
    (dest / "a.md").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        Folder(dest).write("a.md", b"a")
    assert [path.name for path in dest.iterdir()] == ["a.md"]
