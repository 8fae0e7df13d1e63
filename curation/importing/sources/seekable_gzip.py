"""A gzip file with random access in little memory, to read the members of a `.tar.gz` in any order.

Unpacking can only start where the decompressor's state is known. Copies of it are kept as checkpoints, at most
`MAX_CHECKPOINTS` of them, so that going back unpacks only a small part of the file again.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from zlib import _Decompress

#: Numbers of packed bytes read, and of unpacked bytes made, at a time.
PACKED_CHUNK, UNPACKED_CHUNK = 16_384, 65_536
#: Maximum number of checkpoints, of 60 kB each, and minimum distance in bytes between two.
MAX_CHECKPOINTS, MIN_SPACING_BYTES = 512, 131_072
GZIP_WINDOW_BITS = 31  # of zlib, for gzip with its header and checksum (RFC 1952)


@dataclass(frozen=True, slots=True)
class _Checkpoint:
    """A position of the unpacked bytes to continue from: the decompressor's state, and the position in the file."""

    position: int
    file_position: int
    decompressor: _Decompress


class SeekableGzip:
    """The unpacked bytes of a gzip file as a file object, with the methods that `tarfile` needs.

    `check(unpacked, packed)` is called with the numbers of bytes after each chunk, and stops a bomb by raising. Raises
    `EOFError` for a truncated file and `zlib.error` for a damaged one.
    """

    def __init__(self, file: BinaryIO, check: Callable[[int, int], None]) -> None:
        self._file = file
        self._check = check
        self._position = 0
        self._spacing = MIN_SPACING_BYTES
        self._checkpoints = [_Checkpoint(0, 0, zlib.decompressobj(GZIP_WINDOW_BITS))]
        self._restart(self._checkpoints[0])

    def tell(self) -> int:
        return self._position

    def seek(self, position: int) -> int:
        self._position = position
        return position

    def read(self, size: int) -> bytes:
        """Return `size` bytes from the current position, fewer at the end."""
        self._read_up_to(self._position)
        parts: list[bytes] = []
        wanted = size
        while wanted > 0 and (self._position < self._chunk_end or self._read_chunk()):
            begin = self._position - self._chunk_start
            parts.append(self._chunk[begin : begin + wanted])
            self._position += len(parts[-1])
            wanted -= len(parts[-1])
        return b"".join(parts)

    @property
    def _chunk_end(self) -> int:
        return self._chunk_start + len(self._chunk)

    def _read_up_to(self, position: int) -> None:
        """Unpack up to a position, from the nearest checkpoint before it or from the current chunk."""
        number = bisect_right(self._checkpoints, position, key=lambda checkpoint: checkpoint.position)
        checkpoint = self._checkpoints[number - 1]
        if position < self._chunk_start or checkpoint.position > self._chunk_end:
            self._restart(checkpoint)
        while self._chunk_end <= position and self._read_chunk():
            pass

    def _restart(self, checkpoint: _Checkpoint) -> None:
        self._file.seek(checkpoint.file_position)
        self._decompressor = checkpoint.decompressor.copy()
        self._chunk_start, self._chunk = checkpoint.position, b""

    def _read_chunk(self) -> bool:
        """Unpack the next chunk; return whether there is one."""
        self._add_checkpoint()
        self._chunk_start, self._chunk = self._chunk_end, b""
        while not self._chunk:
            packed = self._next_packed()
            if not packed:
                return False
            self._chunk = self._decompressor.decompress(packed, UNPACKED_CHUNK)
        self._check(self._chunk_end, self._file.tell())
        return True

    def _next_packed(self) -> bytes:
        """Return the next packed bytes, left over or from the file; b"" at its end.

        Several gzip files in a row unpack as one, and zeros after them are ignored.
        """
        if not self._decompressor.eof:
            packed = self._decompressor.unconsumed_tail or self._file.read(PACKED_CHUNK)
            if not packed:
                raise EOFError
            return packed
        following = (self._decompressor.unused_data or self._file.read(PACKED_CHUNK)).lstrip(b"\0")
        if following:
            self._decompressor = zlib.decompressobj(GZIP_WINDOW_BITS)
        return following

    def _add_checkpoint(self) -> None:
        """Add a checkpoint here, if the last one is far enough behind."""
        if self._decompressor.eof or self._chunk_end < self._checkpoints[-1].position + self._spacing:
            return
        self._checkpoints.append(_Checkpoint(self._chunk_end, self._file.tell(), self._decompressor.copy()))
        if len(self._checkpoints) > MAX_CHECKPOINTS:
            self._checkpoints = self._checkpoints[::2]
            self._spacing *= 2
