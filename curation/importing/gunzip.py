"""A gzip file read from any place on, in little memory: what reading the members of a `.tar.gz` in any order asks for.

Unpacking has to start where the decompressor's state is known. Copies of it are kept at some places on the way, at most
`MAX_MARKS` of them, so that going back unpacks a small part of the file again, not all of it.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from zlib import _Decompress

#: Packed bytes read, and unpacked bytes made, at a time.
PACKED, UNPACKED = 16_384, 65_536
#: Places to start from, 60 kB each, and the least that lies between two.
MAX_MARKS, MIN_SPACING = 512, 131_072
GZIP = 31  # zlib's “window bits” for gzip with its header and checksum (RFC 1952)


@dataclass(frozen=True, slots=True)
class _Mark:
    """How to go on from a place: the decompressor as it was there, and how much of the file it had been given."""

    place: int
    given: int
    unpacker: _Decompress


class Gunzip:
    """The unpacked bytes of a gzip file as a file object: as much of one as `tarfile` asks for.

    `check` is told how many bytes were made of how many, whenever there are more; it stops a bomb by raising. Raises
    `EOFError` for a file that is cut short and `zlib.error` for one that is damaged.
    """

    def __init__(self, file: BinaryIO, check: Callable[[int, int], None]) -> None:
        self._file = file
        self._check = check
        self._place = 0
        self._spacing = MIN_SPACING
        self._marks = [_Mark(0, 0, zlib.decompressobj(GZIP))]
        self._restart(self._marks[0])

    def tell(self) -> int:
        return self._place

    def seek(self, place: int) -> int:
        self._place = place
        return place

    def read(self, size: int) -> bytes:
        """Return `size` bytes from the place at hand on, fewer at the end."""
        self._go_to(self._place)
        parts: list[bytes] = []
        wanted = size
        while wanted > 0 and (self._place < self._end or self._unpack()):
            begin = self._place - self._begin
            parts.append(self._piece[begin : begin + wanted])
            self._place += len(parts[-1])
            wanted -= len(parts[-1])
        return b"".join(parts)

    @property
    def _end(self) -> int:
        return self._begin + len(self._piece)

    def _go_to(self, place: int) -> None:
        """Unpack up to a place, from the nearest mark before it where that is shorter than going on."""
        mark = self._marks[bisect_right(self._marks, place, key=lambda mark: mark.place) - 1]
        if place < self._begin or mark.place > self._end:
            self._restart(mark)
        while self._end <= place and self._unpack():
            pass

    def _restart(self, mark: _Mark) -> None:
        self._file.seek(mark.given)
        self._unpacker = mark.unpacker.copy()
        self._begin, self._piece = mark.place, b""

    def _unpack(self) -> bool:
        """Make the next piece; return whether there is one."""
        self._mark()
        self._begin, self._piece = self._end, b""
        while not self._piece:
            packed = self._packed()
            if not packed:
                return False
            self._piece = self._unpacker.decompress(packed, UNPACKED)
        self._check(self._end, self._file.tell())
        return True

    def _packed(self) -> bytes:
        """Return what to unpack next: what is left over, or more of the file; nothing at its end.

        Several gzip files in a row unpack as one, and zeros behind them mean nothing.
        """
        if not self._unpacker.eof:
            packed = self._unpacker.unconsumed_tail or self._file.read(PACKED)
            if not packed:
                raise EOFError
            return packed
        following = (self._unpacker.unused_data or self._file.read(PACKED)).lstrip(b"\0")
        if following:
            self._unpacker = zlib.decompressobj(GZIP)
        return following

    def _mark(self) -> None:
        """Remember this place, if the last one remembered is far enough behind."""
        if self._unpacker.eof or self._end < self._marks[-1].place + self._spacing:
            return
        self._marks.append(_Mark(self._end, self._file.tell(), self._unpacker.copy()))
        if len(self._marks) > MAX_MARKS:
            self._marks = self._marks[::2]
            self._spacing *= 2
