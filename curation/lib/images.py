"""Verify pictures, remove their metadata, make smaller renditions of them, and compute their perceptual hashes."""

import hashlib
import io
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PIL import Image, ImageCms, UnidentifiedImageError
from PIL.Image import Transpose

from . import image_metadata, media_types
from .media_types import JPEG, PILLOW_FORMATS

MAX_PIXELS = 100_000_000
MAX_BYTES = 50_000_000
#: The width in pixels that a perceptual hash needs, and the smallest step of grey, of 255, that turns one of its bits.
MIN_WIDTH, MIN_STEP = 200, 2
#: Number of pixels above which a picture is decoded in a child process; in four channels they take 64 MB.
LARGE_PIXELS = 16_000_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

#: The transpose that makes a picture upright, by the value of its EXIF orientation (CIPA DC-008, tag 0x0112).
ORIENTATION = 0x0112
ORIENTATION_TRANSPOSES = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
#: Files that are often uploaded as pictures, by their first bytes.
OTHER_FORMATS = {
    "is an SVG drawing": re.compile(rb"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!DOCTYPE svg\b|<svg\b)", re.DOTALL),
    "is not an image (XML text)": re.compile(rb"\s*<\?xml"),
    "is not an image (an HTML page)": re.compile(rb"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE),
    "is a PDF document": re.compile(re.escape(media_types.PDF_SIGNATURE)),
    "is PostScript": re.compile(rb"%!|\xc5\xd0\xd3\xc6"),
    "is a TIFF": re.compile(rb"II\*\x00|MM\x00\*"),
    "is a BMP": re.compile(rb"BM"),
    "is a HEIC": re.compile(rb"....ftyp(heic|heix|hevc|mif1)", re.DOTALL),
}


class ImageRefused(Exception):
    """A file is not accepted as a picture. The message: what is wrong; what to do."""


class ImageUnreadNow(ImageRefused):
    """A picture could not be read for a reason that passes."""


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A verified picture: upright, without metadata other than its colour profile.

    `sha256` is the digest of the bytes as they came in; `format`, one of `PILLOW_FORMATS`, is detected from the bytes;
    `width` and `height` are pixels.
    """

    data: bytes
    sha256: str
    format: str
    width: int
    height: int


#: A rendition to be written: its width and height in pixels, and Pillow's name of its format.
RenditionSize = tuple[int, int, str]


def clean(data: bytes) -> CleanImage:
    """Verify a picture and remove its metadata: position, names, previews, comments.

    It is decoded, to check that it is complete, but only encoded again if it must be rotated, or is an AVIF with
    metadata; of an animation the first frame is kept then. Raises `ImageRefused` and `MemoryError`.
    """
    if len(data) > MAX_BYTES:
        raise ImageRefused(f"is larger than {MAX_BYTES // 1_000_000} MB; make it smaller")
    with _refuse_damaged():
        image_format, cleaned = _cleaned(data)
        width, height = _verified_size(cleaned)
    return CleanImage(cleaned, hashlib.sha256(data).hexdigest(), image_format, width, height)


def is_large(data: bytes) -> bool:
    """Whether decoding a picture takes much memory, by the size in its header; `False` without a header."""
    with suppress(Exception), warnings.catch_warnings(action="ignore"):
        width, height = Image.open(io.BytesIO(data), formats=PILLOW_FORMATS).size
        return width * height > LARGE_PIXELS
    return False


@contextmanager
def _refuse_damaged() -> Iterator[None]:
    """Turn any exception of Pillow's decoders into `ImageRefused`, and suppress its warnings."""
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    except (ImageRefused, MemoryError):
        raise
    except Exception as error:
        raise ImageRefused("is damaged or cut off; save it again from its source") from error


def _open(data: bytes) -> Image.Image:
    """Read the header of a picture file. `formats` excludes all other decoders, one of which runs Ghostscript."""
    try:
        image = Image.open(io.BytesIO(data), formats=PILLOW_FORMATS)
        if image.width * image.height <= MAX_PIXELS:
            return image
    except UnidentifiedImageError:
        raise ImageRefused(f"{_kind(data)}; use {media_types.labels(media_types.IMAGES)}") from None
    except Image.DecompressionBombError:
        pass
    raise ImageRefused(f"has more than {MAX_PIXELS // 1_000_000} megapixels; make it smaller")


def _check_frames(image: Image.Image, data: bytes) -> None:
    """Raise `ImageRefused` if the frames of an animation have too many pixels in total: browsers decode all of them."""
    frames = image_metadata.count_frames(data, str(image.format)) or getattr(image, "n_frames", 1)
    if image.width * image.height * frames > MAX_PIXELS:
        size, limit = f"{image.width:,} × {image.height:,} pixels", f"{MAX_PIXELS // 1_000_000} megapixels"
        raise ImageRefused(f"has {frames:,} frames of {size}, more than {limit} together; make it smaller or a still")


def _kind(data: bytes) -> str:
    if not data:
        return "is empty"
    return next((kind for kind, start in OTHER_FORMATS.items() if start.match(data[:2000])), "is not an image")


def _cleaned(data: bytes) -> tuple[str, bytes]:
    image = _open(data)
    _check_frames(image, data)
    image_format = JPEG.pillow_format if image.format == "MPO" else str(image.format)
    turn = _turn(image)
    if turn is not None:
        return image_format, _encode(image.transpose(turn), image_format)
    if image_format not in image_metadata.PARSERS and image.info.keys() & {"exif", "xmp"}:
        return image_format, _encode(image, image_format)
    return image_format, image_metadata.strip(data, image_format)


def _verified_size(data: bytes) -> tuple[int, int]:
    """Decode a picture, to check that it is complete, and return its width and height."""
    image = _open(data)
    size = image.size
    image.draft(None, (1, 1))  # a JPEG at an eighth of its size: reads every byte in half the time
    image.load()
    return size


def _turn(image: Image.Image) -> Transpose | None:
    """Return the transpose that makes a picture upright, `None` if it is or if its EXIF cannot be read."""
    with suppress(Exception):
        return ORIENTATION_TRANSPOSES.get(image.getexif().get(ORIENTATION, 1))
    return None


def _encode(image: Image.Image, image_format: str) -> bytes:
    image.info = {key: value for key, value in image.info.items() if key in ("icc_profile", "transparency")}
    buffer = io.BytesIO()
    options = media_types.of_format(image_format).save_options
    image.save(buffer, image_format, icc_profile=image.info.get("icc_profile"), **options)
    return buffer.getvalue()


def save_renditions(source: Path, sizes: Sequence[RenditionSize], targets: Sequence[Path]) -> int:
    """Write renditions of a picture file in sRGB, each of `sizes` to the file of the same index; return its
    `difference_hash()`. Raises `ImageRefused`.

    The source is decoded once and reduced to the largest rendition first (a large JPEG while decoding), so that only
    one large picture is in memory.
    """
    with _refuse_damaged():
        # A picture that is too high for any rendition is reduced all the same.
        image = _opened(source, max((width for width, _height, _format in sizes), default=MIN_WIDTH))
        encoded = [_rendition(image, size) for size in sizes]
        look = difference_hash(image)
    for data, target in zip(encoded, targets, strict=True):
        target.write_bytes(data)
    return look


def read_look(source: Path) -> int:
    """Return the `difference_hash()` of a picture file. Raises `ImageRefused`."""
    with _refuse_damaged():
        return difference_hash(_opened(source, MIN_WIDTH))


def _opened(source: Path, width: int) -> Image.Image:
    """Return a picture file in sRGB, at most `width` pixels wide."""
    with Image.open(source, formats=PILLOW_FORMATS) as original:
        return _srgb(_reduced(original, width))


def difference_hash(image: Image.Image) -> int:
    """Return a perceptual hash of 64 bits, as a signed integer: 0 for a picture of one colour.

    This is dHash: the picture is reduced to 9 × 8 grey pixels, and a bit tells whether a pixel is darker than its right
    neighbour, here by more than `MIN_STEP`, so that the noise of compression in even areas turns no bit. Copies in
    other sizes and formats differ in few bits.
    (https://www.hackerfactor.com/blog/index.php?/archives/529-Kind-of-Like-That.html)
    """
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    pixels = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    rows = (pixels[start : start + 9] for start in range(0, 72, 9))
    bits = [right - left > MIN_STEP for row in rows for left, right in pairwise(row)]
    return int.from_bytes(int("".join("01"[bit] for bit in bits), 2).to_bytes(8), signed=True)


def _rendition(image: Image.Image, rendition: RenditionSize) -> bytes:
    width, height, image_format = rendition
    if image.size != (width, height):
        image = image.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)
    buffer = io.BytesIO()
    image.save(buffer, image_format, exif=b"", icc_profile=b"")
    return buffer.getvalue()


def _reduced(image: Image.Image, width: int) -> Image.Image:
    if image.mode in ("1", "P", "PA"):  # indexed colours cannot be mixed
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "I;16":
        image = image.point(lambda grey: grey * (1 / 256)).convert("L")
    image.thumbnail((width, math.ceil(image.height * width / image.width)))
    return image


def _srgb(image: Image.Image) -> Image.Image:
    """Return a picture in sRGB. A damaged colour profile is ignored."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile := image.info.get("icc_profile"):
        with suppress(ImageCms.PyCMSError, OSError):
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(image, source, target, outputMode=mode) or image
    return image.convert(mode)
