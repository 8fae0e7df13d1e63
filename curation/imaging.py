"""Pictures from outside, verified and cleaned; and the smaller renditions of them that readers download."""

import hashlib
import io
import math
import re
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, Protocol

from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import Transpose

from curation import image_containers

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
MAX_PIXELS = 100_000_000
MAX_BYTES = 50_000_000
#: Pixels that take 64 MB in four channels.
LARGE = 16_000_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

#: How a picture is turned upright, by the value of its EXIF orientation (CIPA DC-008, tag 0x0112).
ORIENTATION = 0x0112
TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
#: How a picture is written again, where that cannot be avoided: quickly, at a quality that shows no loss.
ENCODING: dict[str, dict[str, int]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 3},
    "WEBP": {"quality": 90, "method": 1},
    "AVIF": {"quality": 85, "speed": 9},
}
#: What is often taken for a picture, by how it starts.
OTHER_KINDS = {
    "is an SVG drawing": re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg\b|<svg\b)", re.DOTALL),
    "is not an image (XML text)": re.compile(rb"\s*<\?xml"),
    "is not an image (an HTML page)": re.compile(rb"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE),
    "is a PDF document": re.compile(rb"%PDF-"),
    "is PostScript": re.compile(rb"%!|\xc5\xd0\xd3\xc6"),
    "is a TIFF": re.compile(rb"II\*\x00|MM\x00\*"),
    "is a BMP": re.compile(rb"BM"),
    "is a HEIC": re.compile(rb"....ftyp(heic|heix|hevc|mif1)", re.DOTALL),
}


class ImageRefused(Exception):
    """A file that cannot be shown as a picture. The message says what is wrong and, after a semicolon, what to do."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A verified picture: upright, and with nothing beside it but its colour profile.

    `sha256` is the digest of the bytes as they came in; `format` is one of `FORMATS`, told from the bytes; `width` and
    `height` are pixels.
    """

    data: bytes
    sha256: str
    format: str
    width: int
    height: int


class Rendition(Protocol):
    """A file to be made of a picture, smaller: what django-pictures calls a picture."""

    width: int

    def save(self, image: Image.Image) -> None: ...


def clean(data: bytes) -> CleanImage:
    """Verify a picture, and leave out what was added to it: position, names, previews, comments.

    It is decoded, to know that all of it is there, but written again only if it has to be turned, or is an AVIF with
    metadata; of an animation the first frame is kept then. Raises `ImageRefused`, and `MemoryError`.
    """
    if len(data) > MAX_BYTES:
        raise ImageRefused(f"is larger than {MAX_BYTES // 1_000_000} MB; make it smaller")
    with _damage_refused():
        image_format, cleaned = _cleaned(data)
        width, height = _verified_size(cleaned)
    return CleanImage(cleaned, hashlib.sha256(data).hexdigest(), image_format, width, height)


def is_large(data: bytes) -> bool:
    """Whether decoding a picture takes much memory, by its head; what has none is not large."""
    with suppress(Exception), warnings.catch_warnings(action="ignore"):
        width, height = Image.open(io.BytesIO(data), formats=FORMATS).size
        return width * height > LARGE
    return False


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Turn what Pillow's readers stumble over, which is any exception at all, into `ImageRefused`; print no warning."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (ImageRefused, MemoryError):
        raise
    except Exception as error:
        raise ImageRefused("is damaged or cut off; save it again from its source") from error


def _open(data: bytes) -> Image.Image:
    """Read the head of a picture file. `formats` keeps every other reader, and Ghostscript behind one, from a try."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        if image.width * image.height <= MAX_PIXELS:
            return image
    except UnidentifiedImageError:
        raise ImageRefused(f"{_kind(data)}; use JPEG, PNG, GIF, WebP or AVIF") from None
    except Image.DecompressionBombError:
        pass
    raise ImageRefused(f"has more than {MAX_PIXELS // 1_000_000} megapixels; make it smaller")


def _check_frames(image: Image.Image, data: bytes) -> None:
    """Raise `ImageRefused` for an animation whose frames together have too many pixels: a browser decodes them all."""
    frames = image_containers.count_frames(data, str(image.format)) or getattr(image, "n_frames", 1)
    if image.width * image.height * frames > MAX_PIXELS:
        size, limit = f"{image.width:,} × {image.height:,} pixels", f"{MAX_PIXELS // 1_000_000} megapixels"
        raise ImageRefused(f"has {frames:,} frames of {size}, more than {limit} together; make it smaller or a still")


def _kind(data: bytes) -> str:
    if not data:
        return "is empty"
    return next((kind for kind, start in OTHER_KINDS.items() if start.match(data[:2000])), "is not an image")


def _cleaned(data: bytes) -> tuple[str, bytes]:
    image = _open(data)
    _check_frames(image, data)
    image_format = "JPEG" if image.format == "MPO" else str(image.format)
    turn = _turn(image)
    if turn is not None:
        return image_format, _encode(image.transpose(turn), image_format)
    if image_format == "AVIF" and image.info.keys() & {"exif", "xmp"}:
        return image_format, _encode(image, image_format)
    return image_format, image_containers.strip(data, image_format)


def _verified_size(data: bytes) -> tuple[int, int]:
    """Decode a picture, to know that all of it is there, and return its width and height."""
    image = _open(data)
    size = image.size
    image.draft(None, (1, 1))  # a JPEG at an eighth of its size: every byte is read, in half the time
    image.load()
    return size


def _turn(image: Image.Image) -> Transpose | None:
    """Return how to turn a picture upright, or None if it is, or if its EXIF cannot be read."""
    with suppress(Exception):
        return TURNS.get(image.getexif().get(ORIENTATION, 1))
    return None


def _encode(image: Image.Image, image_format: str) -> bytes:
    image.info = {key: value for key, value in image.info.items() if key in ("icc_profile", "transparency")}
    buffer = io.BytesIO()
    image.save(buffer, image_format, icc_profile=image.info.get("icc_profile"), **ENCODING[image_format])
    return buffer.getvalue()


def save_renditions(source: IO[bytes], renditions: Collection[Rendition]) -> None:
    """Write each of `renditions` from the picture file `source`, in sRGB.

    The source is decoded once, and first made as small as the largest of them; a huge JPEG is not even decoded at full
    size. So one large picture at a time is in memory.
    """
    if not renditions:  # it is too high for any
        return
    with Image.open(source, formats=FORMATS) as original:
        image = _srgb(_reduced(original, max(rendition.width for rendition in renditions)))
    for rendition in renditions:
        rendition.save(image)


def _reduced(image: Image.Image, width: int) -> Image.Image:
    if image.mode in ("1", "P", "PA"):  # indexed colours cannot be mixed
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "I;16":
        image = image.point(lambda grey: grey * (1 / 256)).convert("L")
    image.thumbnail((width, math.ceil(image.height * width / image.width)))
    return image


def _srgb(image: Image.Image) -> Image.Image:
    """Return a picture in the colours that every screen knows. A profile that is broken counts as none."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, OSError):
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    return image.convert(mode)
