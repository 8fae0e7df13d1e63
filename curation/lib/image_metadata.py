"""Remove metadata from image files, and count frames, by parsing their containers.

Cameras, phones and editors add position, names, previews and comments. Removing these parts needs no decoding, so the
picture loses no quality and is not encoded again.
"""

import re
from collections.abc import Callable, Iterator

from .media_types import GIF, JPEG, PNG, WEBP

PNG_CHUNKS = {
    *(b"IHDR", b"PLTE", b"IDAT", b"IEND"),
    *(b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT", b"pHYS"),
    *(b"acTL", b"fcTL", b"fdAT"),  # animation
}
WEBP_CHUNKS = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
WEBP_METADATA_FLAGS = 0x08 | 0x04  # EXIF and XMP, in the first byte of VP8X
GIF_LOOP = re.compile(rb"\x21\xff\x0b(?:NETSCAPE2\.0|ANIMEXTS1\.0)\x03\x01..\x00", re.DOTALL)
#: Tables, frames and scans, which a JPEG decoder needs (ITU-T T.81, table B.1).
JPEG_MARKERS = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD} - {0xC8}
_JPEG_SCAN_END = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


class Malformed(Exception):
    """A file ends too early, or does not follow its format."""


def strip(data: bytes, image_format: str) -> bytes:
    """Return a file with only the picture and its colour profile: no metadata, comments and trailing bytes.

    A file without a parser comes back as it is. Raises `Malformed`.
    """
    if image_format not in PARSERS:
        return data
    stripped = b"".join(PARSERS[image_format](data))
    return _riff(stripped) if image_format == WEBP.pillow_format else stripped


def count_frames(data: bytes, image_format: str) -> int:
    """Return the number of frames without decoding: 1 for a still, 0 for a format without a parser.

    Raises `Malformed`.
    """
    if image_format == GIF.pillow_format:
        return sum(block[0] == 0x2C for block in _gif(data))
    if image_format == PNG.pillow_format:
        return max(1, sum(chunk[4:8] == b"fcTL" for chunk in _png(data)))
    if image_format == WEBP.pillow_format:
        return max(1, sum(chunk[:4] == b"ANMF" for chunk in _webp(data)))
    return 1 if image_format in PARSERS else 0


def _take(data: bytes, start: int, length: int) -> bytes:
    piece = data[start : start + length]
    if len(piece) < length:
        raise Malformed
    return piece


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield b"\xff\xd8"
    position = 2
    while (marker := _take(data, position, 2)[1]) != 0xD9:
        if data[position] != 0xFF or marker in (0x00, 0xFF):  # fill bytes, and padding by some encoders
            position += 1
            continue
        segment = _take(data, position, 2 + int.from_bytes(_take(data, position + 2, 2)))
        position += len(segment)
        yield _jpeg_segment(marker, segment)
        if marker == 0xDA:
            end = _JPEG_SCAN_END.search(data, position)
            if end is None:
                raise Malformed
            yield data[position : end.start()]
            position = end.start()
    yield b"\xff\xd9"


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    """Return a segment as it is kept: whole, empty, or, for JFIF, without the preview."""
    payload = segment[4:]
    if marker in JPEG_MARKERS or (marker == 0xE2 and payload.startswith(b"ICC_PROFILE\x00")):
        return segment
    if marker == 0xE0 and payload.startswith(b"JFIF\x00") and len(payload) >= 14:
        return b"\xff\xe0\x00\x10" + payload[:12] + b"\x00\x00"
    if marker == 0xEE and payload.startswith(b"Adobe") and len(payload) >= 12:  # contains the colour space
        return b"\xff\xee\x00\x0e" + payload[:12]
    return b""


def _png(data: bytes) -> Iterator[bytes]:
    yield data[:8]
    position, kind = 8, b""
    while kind != b"IEND":
        chunk = _take(data, position, 12 + int.from_bytes(_take(data, position, 4)))
        position, kind = position + len(chunk), chunk[4:8]
        if kind in PNG_CHUNKS:
            yield chunk


def _webp(data: bytes) -> Iterator[bytes]:
    end = 8 + int.from_bytes(data[4:8], "little")
    position = 12
    while position < end:
        length = int.from_bytes(_take(data, position, 8)[4:], "little")
        chunk = _take(data, position, 8 + length)
        position += 8 + length + length % 2
        if chunk[:4] == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~WEBP_METADATA_FLAGS]) + chunk[9:] if length else chunk
        if chunk[:4] in WEBP_CHUNKS:
            yield chunk + b"\x00" * (length % 2)


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + (len(chunks) + 4).to_bytes(4, "little") + b"WEBP" + chunks


def _gif(data: bytes) -> Iterator[bytes]:
    position = 13 + _colour_table(_take(data, 0, 13)[10])
    yield _take(data, 0, position)
    while position < len(data) and data[position] != 0x3B:  # many encoders omit the trailer
        block = data[position : _gif_block_end(data, position)]
        position += len(block)
        if block[0] == 0x2C or block[1] == 0xF9 or GIF_LOOP.fullmatch(block):
            yield block
    yield b"\x3b"


def _gif_block_end(data: bytes, start: int) -> int:
    kind = data[start]
    if kind == 0x2C:  # an image: descriptor, colour table, code size, data
        position = start + 11 + _colour_table(_take(data, start, 10)[9])
    elif kind == 0x21:  # an extension: label, data
        position = start + 2
    else:
        raise Malformed
    while length := _take(data, position, 1)[0]:
        position += 1 + length
    return position + 1


def _colour_table(flags: int) -> int:
    """Return the size in bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


#: The parser of each format: it yields the parts of a file that are the picture. AVIF has none: the parts of its
#: container refer to each other by offset.
PARSERS: dict[str, Callable[[bytes], Iterator[bytes]]] = {
    JPEG.pillow_format: _jpeg,
    PNG.pillow_format: _png,
    GIF.pillow_format: _gif,
    WEBP.pillow_format: _webp,
}
