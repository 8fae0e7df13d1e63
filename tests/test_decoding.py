"""Pictures are decoded in a child process with limits, one at a time: the process that answers readers stays small."""

import io
import struct
import sys
import threading
import time
import zlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from PIL import Image as Pillow

from curation import decoding, imaging
from curation.admin.uploads import clean_image
from curation.decoding import clean_file, clean_isolated
from curation.imaging import ImageRefused, clean
from curation.importing import media
from curation.isolation import LimitExceeded, run_isolated


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def hostile(side: int = 9_999) -> bytes:
    """Return a PNG of a few hundred kilobytes that takes 400 MB decoded."""
    packer = zlib.compressobj(1)
    row = bytes(1 + 4 * side)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def picture() -> bytes:
    buffer = io.BytesIO()
    Pillow.linear_gradient("L").save(buffer, "PNG")
    return buffer.getvalue()


def add(one: int, other: int) -> int:
    return one + other


def take(megabytes: int) -> int:
    return len(bytes(megabytes * 1_000_000))


def test_what_a_call_returns_comes_back() -> None:
    assert run_isolated(add, 1, 2, seconds=20, megabytes=1_000) == 3


def test_what_a_call_raises_comes_back() -> None:
    with pytest.raises(ImageRefused, match="is empty"):
        run_isolated(clean, b"", seconds=20, megabytes=1_000)


def test_a_call_that_takes_too_long_is_ended() -> None:
    run_isolated(add, 1, 2, seconds=20, megabytes=1_000)  # what processes are forked from is there then
    start = time.monotonic()
    with pytest.raises(LimitExceeded):
        run_isolated(time.sleep, 60, seconds=1, megabytes=1_000)
    assert time.monotonic() - start < 20


def test_a_call_that_takes_too_much_memory_is_ended() -> None:
    assert run_isolated(take, 100, seconds=20, megabytes=1_000) == 100_000_000
    with pytest.raises(LimitExceeded):
        run_isolated(take, 1_000, seconds=20, megabytes=1_000)


def test_a_picture_is_what_it_is_when_decoded_here(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    result = clean_file(tmp_path / "a.png", tmp_path / "b.png")
    expected = clean(picture())
    assert clean_isolated(picture()) == expected
    assert (result.sha256, result.format, result.width, result.data) == (expected.sha256, "PNG", 256, b"")
    assert (tmp_path / "b.png").read_bytes() == expected.data


@pytest.mark.parametrize("limit", ["SECONDS", "MEGABYTES"])
def test_a_picture_that_takes_too_much_is_refused_in_words(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, limit, {"SECONDS": 0, "MEGABYTES": 400}[limit])
    with pytest.raises(ImageRefused, match=r"takes more than .* to read; make it smaller"):
        clean_isolated(hostile())


def test_pictures_are_decoded_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with decoding._turn():
        monkeypatch.setattr(decoding, "PATIENCE", 0)
        with pytest.raises(ImageRefused, match="has to wait for too many other pictures; try again"):
            clean_isolated(picture())
    monkeypatch.undo()
    assert clean_isolated(picture()).width == 256


def large_upload(data: bytes) -> TemporaryUploadedFile:
    upload = TemporaryUploadedFile("large.png", "image/png", len(data), None)
    upload.write(data)
    upload.seek(0)
    return upload


def test_an_upload_is_verified_wherever_django_keeps_it() -> None:
    for upload in (SimpleUploadedFile("a.png", picture()), large_upload(picture())):
        result = clean_image(upload)
        assert (result.content.width, result.file.read()) == (256, clean(picture()).data)


@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
def test_four_hostile_pictures_at_once_take_little_memory_of_the_process_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decoding, "SECONDS", 120)  # whatever else this machine does
    monkeypatch.setattr(decoding, "PATIENCE", 600)
    data = hostile()
    clean_image(SimpleUploadedFile("warm.png", picture()))
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far (proc(5))
    before, results = memory("VmRSS"), list[object]()

    def upload() -> None:
        try:
            results.append(clean_image(SimpleUploadedFile("x.png", data)).content.width)
        except ValidationError as error:
            results.append(error.message)

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [9_999] * 4
    assert memory("VmHWM") - before < 50_000  # kB; one of them takes 400,000 decoded


def memory(name: str) -> int:
    """Return an entry of this process's status, in kB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


def test_an_import_decodes_small_pictures_itself_and_large_ones_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    elsewhere: list[bytes] = []

    def note(data: bytes) -> imaging.CleanImage:
        elsewhere.append(data)
        return clean(data)

    monkeypatch.setattr(media, "clean_isolated", note)
    media.read_image(tmp_path / "a.png")
    assert elsewhere == []
    monkeypatch.setattr(imaging, "LARGE", 1_000)
    assert media.read_image(tmp_path / "a.png").width == 256
    assert elsewhere == [picture()]
