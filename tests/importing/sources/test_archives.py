"""Archives as folders: read without unpacking, with their images; harmful ones are refused."""

import gzip
import io
import os
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from curation.importing.sources import archives, seekable_gzip
from curation.importing.sources.archives import close_archives, open_archive
from curation.importing.sources.discover import SourceFile, Unreadable, discover, read_bytes
from curation.importing.sources.seekable_gzip import SeekableGzip
from curation.models import CuratedItem, Image, ImportRecord, SourceDocument
from tests.conftest import SHARED
from tests.importing.conftest import RunImport, WriteFile

Files = dict[str, bytes]
Pack = Callable[[Path, Files], Path]

#: Names that would lead out of the folder that an archive is unpacked to, on some system.
OUTSIDE = [
    *("../a.md", "/etc/a.md", "a/../../b.md", "..", "a/.."),
    *("a\\..\\b.md", "..\\a.md", "\\a.md", "\\\\server\\a.md", "C:\\a.md", "c:/a.md"),
]
STORY = b"---\ntitle: A story\nslug: %s\ndate: 2024-05-01\nfeaturedImage:\n  href: /img/a.png\n---\nA *body*."


@pytest.fixture(autouse=True)
def _close_archives() -> Iterator[None]:
    yield
    close_archives()


def make_zip(path: Path, files: Files, **changes: Any) -> Path:
    """Make a zip file; `changes` are attributes of its first member."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2024, 5, 1, 12, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
        for name, value in changes.items():
            setattr(archive.filelist[0], name, value)
    return path


def make_tar(path: Path, files: Files, **changes: Any) -> Path:
    """Make a compressed tar file; `changes` are attributes of each of its members."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = 1_714_564_800
            for attribute, value in changes.items():
                setattr(info, attribute, value)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.fixture(params=[("site.zip", make_zip), ("site.tar.gz", make_tar), ("site.TGZ", make_tar)], ids=lambda p: p[0])
def pack(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Files], Path]:
    """Make an archive of each kind."""
    name, make = request.param
    return lambda files: make(tmp_path / name, files)


def picture(colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (40, 20), colour).save(buffer, "PNG")
    return buffer.getvalue()


def reasons(path: Path) -> str:
    """Return why an archive is refused."""
    (source,) = discover([path])
    assert source.path == path
    return " ".join(source.refused)


# Reading


@pytest.mark.django_db
def test_an_archive_is_imported_as_a_folder_is(pack: Callable[[Files], Path], import_: RunImport) -> None:
    path = pack(
        {
            "site/content/news/a.md": STORY % b"a",
            "site/content/news/readme.txt": b"no Markdown",
            "site/static/img/a.png": picture(),
        }
    )
    report = import_(path)
    assert (report.counts["created"], report.counts["warnings"]) == (1, 0)
    assert SourceDocument.objects.get().path == f"{path}!/site/content/news/a.md"
    assert CuratedItem.objects.get().image == Image.objects.get()
    assert import_(path).counts["unchanged"] == 1


@pytest.mark.django_db
def test_an_image_beside_its_story_is_found(pack: Callable[[Files], Path], import_: RunImport) -> None:
    story = STORY.replace(b"/img/a.png", b"a.png") % b"a"
    assert import_(pack({"a.md": story, "a.png": picture()})).counts["warnings"] == 0
    assert Image.objects.count() == 1


@pytest.mark.django_db
def test_a_replaced_image_is_noticed(pack: Callable[[Files], Path], import_: RunImport) -> None:
    import_(pack({"a.md": STORY % b"a", "static/img/a.png": picture()}))
    assert import_(pack({"a.md": STORY % b"a", "static/img/a.png": picture("blue") + b"\0"})).counts["updated"] == 1
    assert Image.objects.count() == 2


@pytest.mark.django_db
def test_the_next_archive_changes_items_whatever_its_name(tmp_path: Path, import_: RunImport) -> None:
    import_(make_zip(tmp_path / "monday.zip", {"a.md": STORY % b"a"}))
    report = import_(make_zip(tmp_path / "tuesday.zip", {"b.md": (STORY % b"a").replace(b"story", b"tale")}))
    assert (report.counts["updated"], report.counts["rejected"]) == (1, 0)
    assert CuratedItem.objects.get().title == "A tale"


@pytest.mark.django_db
def test_items_from_an_archive_do_not_count_as_gone_from_its_folder(
    write_file: WriteFile, content: Path, import_: RunImport
) -> None:
    write_file("b.md")
    import_(make_zip(content / "site.zip", {"a.md": STORY % b"a"}))
    assert import_(content, prune=True).counts["archived"] == 0
    assert CuratedItem.objects.filter(status="archived").count() == 0


def test_archives_in_a_folder_are_ignored(content: Path) -> None:
    make_zip(content / "site.zip", {"a.md": STORY % b"a"})
    assert discover([content]) == []


def test_files_that_finder_adds_are_ignored(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "site.zip", {"a.md": b"", "__MACOSX/._a.md": b"\0\5\x16\7"})
    assert [source.path.name for source in discover([path])] == ["a.md"]


def test_names_and_times_are_those_in_the_archive(pack: Callable[[Files], Path]) -> None:
    first, second = discover([pack({"./b.md": b"b", "a\n.md": b"a"})])
    assert (first.name.rpartition("!")[2], second.name.rpartition("!")[2]) == ("/a\\n.md", "/b.md")
    assert f"{first.modified_at:%Y-%m-%d %H:%M}" == "2024-05-01 12:00"


def test_files_are_read_unchanged_in_any_order(tmp_path: Path) -> None:
    files = {f"{number}.md": os.urandom(30_000) for number in range(60)}
    sources = discover([make_tar(tmp_path / "site.tgz", files)])
    for source in [*sources, *reversed(sources), *sources[::7]]:
        assert read_bytes(source.path, 30_000) == files[source.path.name]
    with pytest.raises(Unreadable, match="larger than"):
        read_bytes(sources[0].path, 29_999)


@pytest.mark.parametrize("limit", [4, 9])
def test_seeking_backwards_takes_little_time_and_memory(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seekable_gzip, "MAX_CHECKPOINTS", limit)
    data = b"".join(number.to_bytes(4) for number in range(1_000_000))
    packed = gzip.compress(data[:1_000_000], 1) + gzip.compress(data[1_000_000:], 1) + b"\0" * 100
    unpacked = SeekableGzip(io.BytesIO(packed), lambda _unpacked, _packed: None)
    for place in (3_999_990, 0, 2_000_000, 999_990, 1_000_001, 5_000_000, 3_000_000):
        unpacked.seek(place)
        assert unpacked.read(70_000) == data[place : place + 70_000]
    assert len(unpacked._checkpoints) <= limit


@pytest.mark.django_db
def test_backslashes_are_separators(pack: Callable[[Files], Path], import_: RunImport) -> None:
    story = STORY.replace(b"/img/a.png", b"img/a.png") % b"a"
    path = pack({"news\\2024\\": b"", "news\\2024\\a.md": story, "news\\2024\\img\\a.png": picture()})
    report = import_(path)
    assert (report.counts["created"], report.counts["warnings"], report.counts["rejected"]) == (1, 0, 0)
    assert SourceDocument.objects.get().path == f"{path}!/news/2024/a.md"
    assert Image.objects.count() == 1


LEFT = ["__MACOSX/._a.md", "x/__MACOSX/a.md", "x/._a.md", "._b.md", "x\\._a.md", "x/.DS_Store", "Thumbs.db"]


def test_files_of_operating_systems_are_ignored(pack: Callable[[Files], Path]) -> None:
    path = pack({"x/a.md": b"", **dict.fromkeys(LEFT, b"\0\5\x16\7")})
    assert [(source.name, source.refused) for source in discover([path])] == [(f"{path}!/x/a.md", ())]


def test_attribute_files_of_finder_are_ignored_in_folders(write_file: WriteFile, content: Path) -> None:
    write_file("a.md")
    write_file("b/._a.md")
    assert [source.path for source in discover([content])] == [content / "a.md"]


def make_unflagged_zip(path: Path, names: list[bytes]) -> Path:
    """Make a zip file whose names are bytes, none marked as UTF-8."""
    blanks = [chr(ord("A") + number) * len(name) for number, name in enumerate(names)]
    data = make_zip(path, dict.fromkeys(blanks, b"")).read_bytes()
    for blank, name in zip(blanks, names, strict=True):
        data = data.replace(blank.encode(), name)
    path.write_bytes(data)
    return path


def test_names_without_the_flag_are_read_as_utf_8_if_they_are_valid(tmp_path: Path) -> None:
    names = ["prévention.md", "健康ニュース.md", "broschüre.md"]
    path = make_unflagged_zip(
        tmp_path / "a.zip", [names[0].encode(), names[1].encode(), names[2].encode("cp437"), b"plain-name.md"]
    )
    assert {source.path.name for source in discover([path])} == {*names, "plain-name.md"}
    assert [read_bytes(source.path, 10) for source in discover([path])] == [b""] * 4


def test_a_utf_8_name_that_leads_out_is_reported_whatever_its_flag(tmp_path: Path) -> None:
    path = make_unflagged_zip(tmp_path / "a.zip", ["../prévention.md".encode()])
    assert "“../prévention.md” leads out" in reasons(path)


# Refusing


@pytest.mark.parametrize("name", ["zip-bomb.zip", "zip-slip.zip"])
@pytest.mark.django_db
def test_hostile_archives_are_rejected_as_a_whole(name: str, hostile: Path, import_: RunImport) -> None:
    path = hostile / "upload" / name
    report = import_(path)
    assert (report.counts["rejected"], report.counts["seen"]) == (1, 1)
    for line in report.lines("error"):
        assert line.startswith(f"{path}: ")
        assert ";" in line
    assert not CuratedItem.objects.exists()
    assert ImportRecord.objects.get().path == str(path)


def test_a_bomb_is_refused_before_it_takes_memory(hostile: Path) -> None:
    tracemalloc.start()
    assert "more than 200 times its size" in reasons(hostile / "upload" / "zip-bomb.zip")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_leads_out_is_reported_and_the_other_files_are_read(make: Pack, name: str, tmp_path: Path) -> None:
    path = make(tmp_path / ("a.zip" if make is make_zip else "a.tgz"), {"good.md": b"", name: b""})
    refused, good = discover([path])
    assert refused.path == path
    (reason,) = refused.refused
    assert reason == f"“{name}” leads out of the archive; make it again with names inside it"
    assert (good.name, good.refused) == (f"{path}!/good.md", ())
    assert set(open_archive(path).index.files) == {"/good.md"}


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.parametrize("name", OUTSIDE)
def test_an_archive_of_only_such_names_is_refused(make: Pack, name: str, tmp_path: Path) -> None:
    path = make(tmp_path / ("a.zip" if make is make_zip else "a.tgz"), {name: b""})
    assert "leads out of the archive; make it again" in reasons(path)


@pytest.mark.django_db
def test_nothing_is_read_or_written_outside_for_a_name_that_leads_out(
    tmp_path: Path, import_: RunImport, pack: Callable[[Files], Path]
) -> None:
    (tmp_path / "secret.png").write_bytes(picture())
    story = STORY.replace(b"/img/a.png", b"../secret.png")
    path = pack({"../evil.md": STORY % b"evil", "../secret.png": picture("blue"), "ok/good.md": story % b"good"})
    report = import_(path)
    assert (report.counts["created"], report.counts["rejected"]) == (1, 1)
    assert [item.slug for item in CuratedItem.objects.all()] == ["good"]
    assert not Image.objects.exists()
    assert not list(tmp_path.rglob("evil.md"))
    errors = list(report.lines("error"))
    assert [line.startswith(f"{path}: “../") and line.endswith("[error]") for line in errors] == [True, True]


@pytest.mark.parametrize("changes", [{"flag_bits": 1}, {"compress_type": zipfile.ZIP_LZMA}], ids=["secret", "lzma"])
def test_a_member_that_cannot_be_read_does_not_affect_the_others(changes: dict[str, Any], tmp_path: Path) -> None:
    refused, good = discover([make_zip(tmp_path / "a.zip", {"a.md": b"", "good.md": b""}, **changes)])
    assert refused.refused[0].startswith("“a.md” is ")
    assert good.name.endswith("!/good.md")


def test_not_all_of_many_such_names_are_reported(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {f"../{number}": b"" for number in range(100)})
    assert "80 more of its names" in reasons(path)


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_name_that_is_too_long_is_reported_by_its_start(make: Pack, tmp_path: Path) -> None:
    path = tmp_path / ("a.zip" if make is make_zip else "a.tgz")
    long, good = discover([make(path, {"x" * 5_000 + ".md": b"", "good.md": b""})])
    assert long.refused == (f"“{'x' * 100}…” has more than 4,096 characters; shorten it",)
    assert good.name.endswith("!/good.md")


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_name_that_exists_twice_is_reported(make: Pack, tmp_path: Path) -> None:
    path = make(tmp_path / ("a.zip" if make is make_zip else "a.tgz"), {"a.md": b"1", "./a.md": b"2", "x/../y": b""})
    assert "holds “./a.md” twice;" in reasons(path)


@pytest.mark.parametrize("names", [["a.md", "./a.md"], ["a.md", ".\\a.md", "a.md/"], ["b/a.md", "b\\a.md", "b//a.md"]])
def test_no_file_is_read_whose_name_exists_twice(names: list[str], tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {**dict.fromkeys(names, b""), "good.md": b""})
    assert [source.name for source in discover([path]) if not source.refused] == [f"{path}!/good.md"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
@pytest.mark.django_db
def test_links_and_devices_in_a_tar_file_are_refused_one_by_one(
    kind: bytes, tmp_path: Path, import_: RunImport
) -> None:
    path = tmp_path / "a.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("a.md", "static/img/a.png"):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
        data = STORY % b"good"
        info = tarfile.TarInfo("good.md")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    report = import_(path)
    assert (report.counts["created"], report.counts["rejected"]) == (1, 1)
    assert list(report.lines("error")) == [
        f"{path}!/a.md: is a link or a device; put the file itself into the archive [error]"
    ]
    assert any("“/img/a.png” no such file" in line for line in report.lines("warning"))


def test_a_symbolic_link_in_a_zip_file_is_refused(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.md": b"/etc/passwd"}, external_attr=0o120777 << 16)
    assert "is a link" in " ".join(discover([path])[0].refused)


def test_a_sparse_file_is_refused(tmp_path: Path) -> None:
    path = make_tar(tmp_path / "a.tgz", {"a.md": b""}, type=tarfile.GNUTYPE_SPARSE)
    assert "is a link or a device" in " ".join(discover([path])[0].refused)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flag_bits": 1}, "is encrypted; make it again without a password"),
        ({"compress_type": zipfile.ZIP_LZMA}, "other than deflate; make it again"),
        ({"file_size": 2_000_000_000}, "unpacks to more than 1,000 MB; split it"),
        ({"file_size": 900_000_000}, "more than 200 times its size"),
    ],
)
def test_unusual_zip_files_are_refused(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    assert words in reasons(make_zip(tmp_path / "a.zip", {"a.md": b"x"}, **changes))


def test_a_wrong_size_does_not_lengthen_a_file(tmp_path: Path) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.md": b"x" * 100_000, "b.md": b"b"}, file_size=10)
    lie, other = discover([path])
    with pytest.raises(Unreadable, match="is damaged in its archive; make"):
        read_bytes(lie.path, 1_000_000)
    assert read_bytes(other.path, 10) == b"b"


def test_a_tar_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "a.tgz"
    header = tarfile.TarInfo("a.md")
    header.size = 100_000_000
    with gzip.open(path, "wb") as file:
        file.write(header.tobuf())
        for _ in range(100):
            file.write(b" " * 1_000_000)
    assert "more than 200 times its size" in reasons(path)


def test_an_archive_of_too_many_files_is_refused(
    pack: Callable[[Files], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    assert "holds more than 3 files; split it" in reasons(pack({f"{number}.md": b"" for number in range(4)}))


def test_a_list_of_files_that_would_take_much_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_LIST_BYTES", 100)
    path = make_zip(tmp_path / "a.zip", {f"{number}.md": b"" for number in range(10)})
    assert "list of files that is too long" in reasons(path)


def tar_of(*blocks: bytes) -> bytes:
    return gzip.compress(b"".join(block + b"\0" * (-len(block) % 512) for block in blocks))


def header(**fields: Any) -> bytes:
    info = tarfile.TarInfo("a.md")
    for name, value in fields.items():
        setattr(info, name, value)
    return info.tobuf(tarfile.GNU_FORMAT)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is damaged, or no archive; make it again"),
        (b"hello", "is damaged"),
        (gzip.compress(b"hello" * 1000), "is damaged"),
        (tar_of(header(size=10), b"x" * 10, b"\0" * 1024)[:-9], "is damaged"),
        (tar_of(header(size=10), b"x" * 10, b"no header" * 100, b"\0" * 1024), "is damaged"),
        (tar_of(header(size=-512), b"\0" * 1024), "is damaged"),
        (tar_of(*[header(type=b"L", size=9), b"name"] * 2000), "is damaged"),
        (tar_of(header(type=b"x", size=3_000_000), b"9" * 3_000_000), "list of files that is too long"),
    ],
    ids=["empty", "text", "no tar", "cut short", "cut off", "backwards", "endless name", "large header"],
)
def test_damaged_archives_are_reported(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "a.tar.gz"
    path.write_bytes(data)
    assert words in reasons(path)


def test_an_invalid_time_is_accepted(tmp_path: Path) -> None:
    (source,) = discover([make_zip(tmp_path / "a.zip", {"a.md": b""}, date_time=(1980, 0, 0, 0, 0, 0))])
    assert source.modified_at.year == 1970
    for time in (-1, float("nan"), 1e300):
        path = tmp_path / f"{time}.tgz"
        with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as archive:
            info = tarfile.TarInfo("a.md")
            info.pax_headers = {"mtime": str(time)}
            archive.addfile(info)
        assert discover([path])[0].modified_at.year == 1970


def test_a_path_too_long_to_store_is_refused(tmp_path: Path) -> None:
    (source,) = discover([make_tar(tmp_path / "a.tgz", {f"{'long/' * 300}a.md": b""})])
    assert "more than 1,000 characters; shorten it" in source.refused[0]
    assert len(source.name) == 1000


def test_an_archive_without_read_permission_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_zip(tmp_path / "a.zip", {"a.md": b""})

    def deny(*_args: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(archives, "_open", deny)
    assert reasons(path) == "cannot be read (Permission denied); check its permissions"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("samples")
    files = {"a.md": b"one" * 50, "b/c.md": b"two" * 50}
    return {
        path.name: path.read_bytes() for path in (make_zip(folder / "a.zip", files), make_tar(folder / "a.tgz", files))
    }


@pytest.mark.long
@pytest.mark.parametrize("name", ["a.zip", "a.tgz"])
@settings(max_examples=200, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=4)), min_size=1, max_size=4), cut=st.booleans()
)
def test_every_file_of_a_damaged_archive_is_read_or_refused(
    name: str, samples: Files, edits: list[tuple[int, bytes]], cut: bool, tmp_path_factory: Any
) -> None:
    data = bytearray(samples[name])
    if name == "a.tgz":
        data = bytearray(gzip.decompress(data))  # edit what is inside, too
    for place, piece in edits:
        start = place % len(data)
        data[start : start + len(piece)] = piece
    if cut:
        del data[edits[0][0] % len(data) :]
    path = tmp_path_factory.getbasetemp() / f"fuzzed-{name}"
    path.write_bytes(gzip.compress(data) if name == "a.tgz" else data)
    for source in discover([path]):
        check(source)
    close_archives()


def check(source: SourceFile) -> None:
    assert source.name.isprintable()
    assert all(";" in reason for reason in source.refused)
    if not source.refused:
        with suppress(Unreadable):
            assert len(read_bytes(source.path, 1000)) <= 1000


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the shared corpus")
@pytest.mark.django_db
def test_an_archive_of_a_site_imports_like_its_folder(corpus: Path, tmp_path: Path, import_: RunImport) -> None:
    site = corpus / "contributor-center"
    path = tmp_path / "site.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(site, "site")
    assert import_(path, dry_run=True).counts == import_(site, dry_run=True).counts


@pytest.mark.parametrize("name", ["a.tar", "a.tar.bz2", "a.TAR.XZ", "a.md.gz", "a.7z", "a.rar"])
def test_an_archive_of_an_unsupported_kind_is_refused_as_one(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\0")
    (source,) = discover([tmp_path / name])
    assert source.refused == ("is packed in a way that is not read; make a .zip or .tar.gz of it",)
