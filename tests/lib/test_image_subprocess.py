"""Pictures are decoded in a child process with limits, one at a time, to spare the memory of the web process."""

import io
import multiprocessing
import os
import signal
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
from PIL import PngImagePlugin

from curation.admin.file_fields import clean_image
from curation.lib import fork_server, image_subprocess, images
from curation.lib.image_subprocess import (
    ImageCleaner,
    clean_file_in_subprocess,
    clean_in_subprocess,
    make_renditions_in_subprocess,
)
from curation.lib.images import ImageRefused, ImageUnreadNow, clean
from curation.lib.subprocess_timeout import LimitExceeded, run_in_subprocess


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


def touch_later(path: Path) -> None:
    time.sleep(60)
    path.touch()


def test_the_result_of_a_call_is_returned() -> None:
    assert run_in_subprocess(add, 1, 2, seconds=20, megabytes=1_000) == 3


def test_the_exception_of_a_call_is_raised() -> None:
    with pytest.raises(ImageRefused, match="is empty"):
        run_in_subprocess(clean, b"", seconds=20, megabytes=1_000)


@pytest.mark.long
def test_a_call_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    run_in_subprocess(add, 1, 2, seconds=20, megabytes=1_000)  # what processes are forked from is there then
    children = set(multiprocessing.active_children())
    with pytest.raises(LimitExceeded):
        run_in_subprocess(touch_later, tmp_path / "done", seconds=1, megabytes=1_000)
    assert not (tmp_path / "done").exists()
    assert set(multiprocessing.active_children()) <= children


@pytest.mark.long
def test_a_call_that_takes_too_much_memory_is_killed() -> None:
    assert run_in_subprocess(take, 100, seconds=20, megabytes=1_000) == 100_000_000
    with pytest.raises(LimitExceeded):
        run_in_subprocess(take, 1_000, seconds=20, megabytes=1_000)


def test_a_picture_is_cleaned_in_a_subprocess_as_in_this_process(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(picture())
    result = clean_file_in_subprocess(tmp_path / "a.png", tmp_path / "b.png")
    expected = clean(picture())
    assert clean_in_subprocess(picture()) == expected
    assert (result.sha256, result.format, result.width, result.data) == (expected.sha256, "PNG", 256, b"")
    assert (tmp_path / "b.png").read_bytes() == expected.data


@pytest.mark.parametrize("limit", ["MAX_SECONDS", "MAX_MEGABYTES"])
def test_a_picture_that_exceeds_a_limit_is_refused_with_a_message(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_subprocess, limit, {"MAX_SECONDS": 0, "MAX_MEGABYTES": 400}[limit])
    with pytest.raises(ImageRefused, match=r"takes more than .* to read; make it smaller"):
        clean_in_subprocess(hostile())


def test_pictures_are_cleaned_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with image_subprocess._one_at_a_time(image_subprocess.CLEANING):
        monkeypatch.setattr(image_subprocess, "MAX_WAIT_SECONDS", 0)
        with pytest.raises(ImageRefused, match="has to wait for too many other pictures; try again"):
            clean_in_subprocess(picture())
    monkeypatch.undo()
    assert clean_in_subprocess(picture()).width == 256


def test_an_upload_does_not_wait_for_renditions_nor_they_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(image_subprocess, "MAX_WAIT_SECONDS", 0)
    sizes = [(64, 64, "WEBP")]

    def clean_meanwhile(*_arguments: object, **_limits: int) -> None:
        monkeypatch.setattr(image_subprocess, "run_in_subprocess", run_in_subprocess)
        assert clean_in_subprocess(picture()).width == 256
        with pytest.raises(ImageRefused, match="has to wait for too many other pictures"):
            make_renditions_in_subprocess(io.BytesIO(picture()), sizes, tmp_path)

    monkeypatch.setattr(image_subprocess, "run_in_subprocess", clean_meanwhile)
    make_renditions_in_subprocess(io.BytesIO(picture()), sizes, tmp_path)


def large_upload(data: bytes) -> TemporaryUploadedFile:
    upload = TemporaryUploadedFile("large.png", "image/png", len(data), None)
    upload.write(data)
    upload.seek(0)
    return upload


def test_an_upload_is_verified_in_memory_and_on_disk() -> None:
    for upload in (SimpleUploadedFile("a.png", picture()), large_upload(picture())):
        result = clean_image(upload)
        assert (result.content.width, result.file.read()) == (256, clean(picture()).data)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="measures as Linux does")
def test_four_hostile_pictures_at_once_take_little_memory_of_the_web_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_subprocess, "MAX_SECONDS", 120)  # whatever else this machine does
    monkeypatch.setattr(image_subprocess, "MAX_WAIT_SECONDS", 600)
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


def test_an_import_decodes_no_picture_in_its_own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    expected, metadata = clean(picture()), PngImagePlugin.PngInfo()
    metadata.add_text("place", "51.5007N")
    buffer = io.BytesIO()
    Pillow.linear_gradient("L").save(buffer, "PNG", pnginfo=metadata)
    alone: list[bytes] = []

    def note(data: bytes) -> images.CleanImage:
        alone.append(data)
        return expected

    monkeypatch.setattr(image_subprocess, "clean_in_subprocess", note)
    for name in ("clean", "is_large"):
        monkeypatch.setattr(images, name, lambda *_data: pytest.fail("a picture was opened in this process"))
    with ImageCleaner() as cleaner:
        assert cleaner.clean(picture()) == expected
        assert cleaner.clean(buffer.getvalue()).data == expected.data  # without the text
        with pytest.raises(ImageRefused, match="is not an image"):
            cleaner.clean(b"no picture")
        assert alone == []
        cleaner.clean(hostile(5_000))  # too large for the process that others wait for
        assert alone == [hostile(5_000)]


@pytest.mark.long
def test_a_picture_whose_process_is_killed_again_and_again_is_unread_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fork_server, "PAUSES", (0, 0))
    monkeypatch.setattr(images, "clean", kill_this_process)
    message = "could not be read: its process was killed 3 times, perhaps for lack of memory; try again"
    with pytest.raises(ImageUnreadNow, match=message):
        clean_in_subprocess(picture())


def kill_this_process(_data: bytes) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
