"""The paths of files in archives: none leads out, none has two meanings, and the list of them is limited."""

import io
import stat
import zipfile
from collections.abc import Iterator
from errno import ENOENT
from pathlib import Path, PurePosixPath

import pytest

from curation.importing.sources import archives
from curation.importing.sources.archives import (
    MAX_FAULTS,
    MAX_PATH,
    MAX_RATIO,
    MAX_UNPACKED_BYTES,
    MIN_BOMB_BYTES,
    UTF8_FLAG,
    ArchivePath,
    ArchiveRefused,
    LimitedReader,
    Member,
    MemberIndex,
    ZipArchive,
    archive_of,
    check_size,
    close_archives,
    is_archive,
)

MEMBER, OTHER = Member("a", 1, 0, True), Member("b", 2, 0, True)


def index_of(*names: str) -> MemberIndex:
    index = MemberIndex()
    for name in names:
        index.add(name, MEMBER)
    return index


@pytest.mark.parametrize(
    ("name", "path", "folders"),
    [
        ("a.md", "/a.md", set()),
        ("./b/./a.md", "/b/a.md", {"/b"}),
        ("b//c/a.md", "/b/c/a.md", {"/b", "/b/c"}),
        ("b\\c\\a.md", "/b/c/a.md", {"/b", "/b/c"}),
        ("..b/c../...", "/..b/c../...", {"/..b", "/..b/c.."}),
        ("bc:/a.md", "/bc:/a.md", {"/bc:"}),
        ("b/c:/a.md", "/b/c:/a.md", {"/b", "/b/c:"}),
        ("C:a.md", "/C:a.md", set()),
    ],
)
def test_a_file_has_a_path_from_the_top_and_the_folders_above_it_exist(name: str, path: str, folders: set[str]) -> None:
    index = index_of(name)
    assert (index.files, index.folders, index.faults) == ({path: MEMBER}, {"/"} | folders, [])


@pytest.mark.parametrize("name", ["b/c/", "b\\c\\", "b/c"])
def test_a_folder_is_no_file(name: str) -> None:
    index = MemberIndex()
    index.add(name, None if name[-1] == "c" else MEMBER)
    assert (index.files, index.folders, index.faults) == ({}, {"/", "/b", "/b/c"}, [])


@pytest.mark.parametrize(
    "name",
    [
        *("..", "../a.md", "b/../../a.md", "b/..", "b/../a.md", "..\\a.md", "b\\..\\a.md", "../"),
        *("/a.md", "//a.md", "\\a.md", "\\\\server\\a.md", "C:\\a.md", "c:/a.md", "z:/", "Z:\\"),
    ],
)
@pytest.mark.parametrize("member", [MEMBER, None])
def test_a_name_that_leads_out_is_left_out_with_its_reason(name: str, member: Member | None) -> None:
    index = index_of("good.md")
    index.add(name, member)
    assert (set(index.files), index.folders) == ({"/good.md"}, {"/"})
    assert index.faults == [f"“{name}” leads out of the archive; make it again with names inside it"]


def test_of_two_files_with_one_path_neither_is_read() -> None:
    index = index_of("b/a.md", "good.md")
    for name in ("b\\a.md", "./b/a.md", "b/a.md"):
        index.add(name, OTHER)
    assert index.files == {"/good.md": MEMBER}
    assert index.faults == ["holds “b\\a.md” twice; make it again with one of them"]


@pytest.mark.parametrize(
    "name", ["__MACOSX/a.md", "b/__MACOSX/a.md", "b\\__MACOSX\\a.md", "._a.md", "b/._a", ".DS_Store", "b/Thumbs.db"]
)
def test_files_of_operating_systems_are_left_out_without_a_word(name: str) -> None:
    index = index_of(name, "desktop.ini", "._b/a.md")
    assert (set(index.files), index.faults) == ({"/._b/a.md"}, [])


def test_a_file_with_a_fault_is_left_out_but_a_folder_has_none() -> None:
    index = MemberIndex()
    index.add("b/a.md", MEMBER, "is odd; mend it")
    index.add("c/", MEMBER, "is odd; mend it")
    assert (index.files, index.folders, index.faults) == ({}, {"/", "/c"}, ["“b/a.md” is odd; mend it"])


def test_a_path_has_a_maximum_length() -> None:
    index = index_of("x" * MAX_PATH, "y" * (MAX_PATH + 1))
    assert [*index.files] == ["/" + "x" * MAX_PATH]
    assert index.faults == [f"“{'y' * 100}…” has more than {MAX_PATH:,} characters; shorten it"]


def test_an_archive_has_a_maximum_number_of_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    index = index_of("b/", "../a.md", "._a.md")
    with pytest.raises(ArchiveRefused, match="holds more than 3 files; split it"):
        index.add("a.md", MEMBER)


@pytest.mark.parametrize(
    ("number", "more"), [(1, 0), (MAX_FAULTS, 0), (MAX_FAULTS + 1, 1), (MAX_FAULTS + 1_000, 1_000)]
)
@pytest.mark.parametrize("has_file", [True, False])
def test_the_first_faults_are_reported_and_refuse_an_archive_without_a_file(
    number: int, more: int, has_file: bool
) -> None:
    names = [f"../{count}" for count in range(number)]
    index = index_of(*names, *["a.md"] * has_file)
    expected = [*index.faults[:MAX_FAULTS]]
    if more:
        expected.append(f"{more:,} more of its names are like that; make the archive again")
    if has_file:
        index.check()
    else:
        with pytest.raises(ArchiveRefused) as refused:
            index.check()
        assert refused.value.reasons == tuple(expected)
    assert index.faults == expected


def test_an_empty_archive_is_no_fault() -> None:
    MemberIndex().check()


@pytest.mark.parametrize(
    ("unpacked", "packed", "reason"),
    [
        (MAX_UNPACKED_BYTES, MAX_UNPACKED_BYTES, ""),
        (MAX_UNPACKED_BYTES + 1, MAX_UNPACKED_BYTES, "more than 1,000 MB; split it"),
        (MIN_BOMB_BYTES, 1, ""),
        (MIN_BOMB_BYTES + 1, 1, "more than 200 times its size"),
        (1_000_000 * MAX_RATIO, 1_000_000, ""),
        (1_000_000 * MAX_RATIO + 1, 1_000_000, "more than 200 times its size"),
    ],
)
def test_a_bomb_and_what_is_too_large_are_refused(unpacked: int, packed: int, reason: str) -> None:
    if reason:
        with pytest.raises(ArchiveRefused, match=reason):
            check_size(unpacked, packed)
    else:
        check_size(unpacked, packed)


def test_a_list_is_read_up_to_its_limit() -> None:
    reader = LimitedReader(io.BytesIO(b"x" * 30), 20)
    assert (reader.read(5), reader.read(10), reader.read(5), reader.left) == (b"x" * 5, b"x" * 10, b"x" * 5, 0)
    assert reader.read(0) == b""
    assert reader.tell() == 20
    with pytest.raises(ArchiveRefused, match="has a list of files that is too long"):
        reader.read(1)


@pytest.mark.parametrize("size", [-1, 21, 1_000_000])
def test_no_more_is_read_than_shows_that_a_list_is_too_long(size: int) -> None:
    file = io.BytesIO(b"x" * 30)
    with pytest.raises(ArchiveRefused, match="has a list of files that is too long"):
        LimitedReader(file, 20).read(size)
    assert file.tell() == 21
    for most in (-1, 0, 1_000):
        assert len(LimitedReader(io.BytesIO(b"x" * 20), 20).read(most)) == (0 if most == 0 else 20)


# Zip files


def make_zip(path: Path, **members: dict[str, int]) -> Path:
    """Make a zip file with a member for each name, whose entry in the list has these attributes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 1, 12, 0, 0)), b"x")
        for info in archive.filelist:
            for attribute, value in members[info.filename].items():
                setattr(info, attribute, value)
    return path


@pytest.mark.parametrize(
    ("attributes", "is_regular", "fault"),
    [
        ({}, True, ""),
        ({"external_attr": 0}, True, ""),
        ({"external_attr": (stat.S_IFREG | 0o644) << 16}, True, ""),
        ({"external_attr": (stat.S_IFLNK | 0o777) << 16}, False, ""),
        ({"external_attr": (stat.S_IFIFO | 0o644) << 16}, False, ""),
        ({"compress_type": zipfile.ZIP_DEFLATED}, True, ""),
        ({"compress_type": zipfile.ZIP_LZMA}, True, "“a” is compressed in a way other than deflate"),
        ({"flag_bits": 1}, True, "“a” is encrypted; make it again without a password"),
        ({"flag_bits": 9}, True, "“a” is encrypted; make it again without a password"),
        ({"flag_bits": UTF8_FLAG}, True, ""),
    ],
)
def test_a_member_of_a_zip_file_is_a_file_a_link_or_unreadable(
    attributes: dict[str, int], is_regular: bool, fault: str, tmp_path: Path
) -> None:
    index = ZipArchive(make_zip(tmp_path / "a.zip", b={}, a=attributes)).index
    assert [reason[: len(fault)] for reason in index.faults] == ([fault] if fault else [])
    assert set(index.files) == ({"/b"} if fault else {"/a", "/b"})
    if not fault:
        member = index.files["/a"]
        assert (member.key.filename, member.st_size, member.is_regular) == ("a", 1, is_regular)
        assert (member.st_mtime, member.st_mtime_ns) == (1_714_564_800, 1_714_564_800 * 10**9)


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        *(("a.zip", True), ("A.ZIP", True), ("a.tar.gz", True), ("a.Tgz", True), ("a.b.zip", True)),
        *(("a.md", False), ("a.tar", False), ("a.gz", False), ("a.zip.md", False), ("zip", False)),
    ],
)
def test_archives_are_known_by_their_suffix(name: str, is_one: bool) -> None:
    assert is_archive(Path("/data.zip") / name) is is_one


@pytest.mark.parametrize(
    ("name", "archive"),
    [
        ("/data/news.zip!/content/story.md", "/data/news.zip"),
        ("/data/News.TAR.GZ!/a.md", "/data/News.TAR.GZ"),
        ("/data/a.tgz!/b.zip!/c.md", "/data/a.tgz"),
        *(
            (name, "")
            for name in ("/data/news.zip", "/data/news.zip!", "/data/news.zipx!/a", "/data/zip!/a", "/news.md", "")
        ),
    ],
)
def test_a_stored_path_names_its_archive(name: str, archive: str) -> None:
    assert archive_of(name) == archive


# Paths


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Path]:
    link = {"external_attr": 0o120777 << 16}
    yield make_zip(tmp_path / "a.zip", **{"content/news/a.md": {}, "content/link.md": link, "static/b.png": {}})
    close_archives()


def test_a_path_in_an_archive_is_walked_as_one_of_a_folder_is(archive: Path) -> None:
    top = ArchivePath(archive)
    story = top / "content" / PurePosixPath("news/a.md")
    assert (str(story.inner), story.name, story.__fspath__()) == (
        "/content/news/a.md",
        "a.md",
        f"{archive}!/content/news/a.md",
    )
    assert archive_of(story.__fspath__()) == str(archive)
    assert (story.parent, story.resolve()) == (top / "content" / "news", story)
    assert story.parents == [top / "content/news", top / "content", top]


def test_files_and_folders_of_an_archive_are_told_apart(archive: Path) -> None:
    top = ArchivePath(archive)
    kinds = {name: ((top / name).is_file(), (top / name).is_dir()) for name in ("content", "content/news/a.md", "gone")}
    assert kinds == {"content": (False, True), "content/news/a.md": (True, False), "gone": (False, False)}
    assert top.is_dir()
    assert not (top / "content/link.md").is_file()
    assert (top / "content/news/a.md").stat().st_size == 1
    assert (top / "content/news/a.md").read(9) == b"x"
    for name in ("content", "gone"):
        with pytest.raises(FileNotFoundError, match="No such file") as missing:
            (top / name).stat()
        assert missing.value.errno == ENOENT


@pytest.mark.parametrize("name", ["../a.zip", "../../etc/passwd", "/etc/passwd", "content/../static/b.png"])
def test_no_path_in_an_archive_leads_out_of_it(name: str, archive: Path) -> None:
    path = ArchivePath(archive) / "content" / name
    assert path.archive == archive
    assert (path.is_file(), path.is_dir()) == (False, False)


def test_a_path_is_below_folders_of_its_own_archive_alone(archive: Path) -> None:
    top, other = ArchivePath(archive), ArchivePath(archive.with_name("b.zip"))
    story = top / "content/news/a.md"
    assert all(story.is_relative_to(folder) for folder in (top, top / "content", story))
    assert not any(story.is_relative_to(folder) for folder in (other, other / "content", top / "static", top / "con"))
