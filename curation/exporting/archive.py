"""A zip archive that is sent while it is written."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

from .run import ExportedFile

if TYPE_CHECKING:
    from typing_extensions import Buffer


class _Pipe(io.RawIOBase):
    """A buffer of the bytes that were written since it was last drained."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer) -> int:
        self._pieces.append(bytes(data))
        return len(self._pieces[-1])

    def drain(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def archive(items: Iterable[list[ExportedFile]]) -> Iterator[bytes]:
    """Yield a zip archive piece by piece. Media are compressed already, so they are stored uncompressed."""
    pipe, now = _Pipe(), timezone.now().timetuple()[:6]
    with ZipFile(pipe, "w") as zipped:
        for files in items:
            for file in files:
                method = ZIP_STORED if file.kind == "media" else ZIP_DEFLATED
                zipped.writestr(ZipInfo(file.path, now), file.data, method)
            yield pipe.drain()
    yield pipe.drain()
