"""Picture files are cleaned, or refused with a reason."""

import hashlib
import io
import random
import struct
import zlib
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile, ImageOps, PngImagePlugin

from curation.lib import images
from curation.lib.image_metadata import count_frames
from curation.lib.images import ImageRefused, clean
from curation.lib.media_types import PILLOW_FORMATS

SECRET = b"51.5007N 0.1246W"
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """A picture no two corners of which are alike, so that every turn of it shows."""
    across = Image.linear_gradient("L").rotate(90).resize(size)
    down = Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (across, down, Image.new("L", size, 90))).convert(mode)


def encoded(image: Image.Image, image_format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=PILLOW_FORMATS)


def exif(orientation: int | None = None) -> Image.Exif:
    tags = Image.Exif()
    tags[0x010E] = SECRET.decode()
    if orientation:
        tags[0x0112] = orientation
    return tags


def segment(marker: int, payload: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(payload) + 2) + payload


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png_head(width: int, height: int) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\x00"))


GOOD = {
    "JPEG": encoded(picture(), "JPEG"),
    "PNG": encoded(picture(), "PNG"),
    "GIF": encoded(picture("P"), "GIF"),
    "WEBP": encoded(picture(), "WEBP"),
    "AVIF": encoded(picture(), "AVIF"),
}


@pytest.fixture
def undecodable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where pixels are decoded."""

    def load(self: ImageFile.ImageFile) -> None:
        pytest.fail(f"decoded {self.size}")

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)


# Accepted files


@pytest.mark.parametrize("image_format", PILLOW_FORMATS)
def test_format_and_size_of_a_picture_are_detected_from_its_bytes(image_format: str) -> None:
    result = clean(GOOD[image_format])

    assert (result.format, result.width, result.height) == (image_format, 60, 40)
    assert result.sha256 == hashlib.sha256(GOOD[image_format]).hexdigest()


@pytest.mark.parametrize("image_format", PILLOW_FORMATS)
def test_cleaning_does_not_change_pixels(image_format: str) -> None:
    assert decoded(clean(GOOD[image_format]).data).tobytes() == decoded(GOOD[image_format]).tobytes()


@pytest.mark.parametrize("image_format", PILLOW_FORMATS)
def test_a_clean_picture_is_not_changed(image_format: str) -> None:
    once = clean(GOOD[image_format]).data

    assert clean(once).data == once


def test_all_pictures_of_the_corpus_but_two_drawings_are_accepted(corpus: Path) -> None:
    files = [path for path in (corpus / "healthcareguys" / "static").rglob("*") if path.is_file()]
    refused = {}
    for path in files:
        try:
            result = clean(path.read_bytes())
        except ImageRefused as reason:
            refused[path.suffix] = str(reason)
        else:
            assert decoded(result.data).size == (result.width, result.height)
            assert not decoded(result.data).getexif()
    assert refused == {".svg": "is an SVG drawing; use JPEG, PNG, GIF, WebP or AVIF"}


# Removed metadata


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_exif_is_removed(image_format: str) -> None:
    data = encoded(picture(), image_format, exif=exif())
    assert SECRET in data

    result = clean(data)

    assert SECRET not in result.data
    assert not decoded(result.data).getexif()
    assert (result.width, result.height) == (60, 40)


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "AVIF"])
def test_xmp_is_removed(image_format: str) -> None:
    data = encoded(picture(), image_format, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")
    assert SECRET in data

    assert SECRET not in clean(data).data


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_colour_profile_is_kept(image_format: str) -> None:
    data = encoded(picture(), image_format, icc_profile=SRGB, exif=exif())

    assert decoded(clean(data).data).info["icc_profile"] == SRGB


@pytest.mark.parametrize(
    "extra",
    [
        segment(0xFE, SECRET),
        segment(0xED, b"Photoshop 3.0\x00" + SECRET),
        segment(0xE2, b"MPF\x00" + SECRET),
        segment(0xE0, b"JFXX\x00" + SECRET),
        segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x10\x10" + SECRET * 48),
    ],
    ids=["comment", "IPTC", "further pictures", "preview", "old preview"],
)
def test_segments_without_picture_data_are_removed_from_a_jpeg(extra: bytes) -> None:
    result = clean(b"\xff\xd8" + extra + GOOD["JPEG"][2:])

    assert SECRET not in result.data
    assert decoded(result.data).tobytes() == decoded(GOOD["JPEG"]).tobytes()


def test_a_progressive_jpeg_keeps_all_its_scans() -> None:
    data = encoded(picture(), "JPEG", progressive=True, comment=SECRET)

    result = clean(data)

    assert SECRET not in result.data
    assert decoded(result.data).tobytes() == decoded(data).tobytes()


def test_a_print_jpeg_keeps_its_colour_segments() -> None:
    data = encoded(picture("CMYK"), "JPEG", comment=SECRET)

    assert decoded(clean(data).data).tobytes() == decoded(data).tobytes()


def test_of_a_file_with_two_photographs_the_first_is_kept() -> None:
    data = encoded(picture(), "MPO", save_all=True, append_images=[picture().rotate(180)])

    result = clean(data)

    assert result.format == "JPEG"
    assert len(result.data) < len(data) * 0.6


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP"])
def test_bytes_after_the_picture_are_removed(image_format: str) -> None:
    assert clean(GOOD[image_format] + b"<script>" + SECRET).data == clean(GOOD[image_format]).data


@pytest.mark.parametrize("place", ["before", "after"])
def test_text_is_removed_from_a_png(place: str) -> None:
    text = chunk(b"tEXt", b"Comment\x00" + SECRET) + chunk(b"tIME", bytes(7)) + chunk(b"eXIf", exif().tobytes()[6:])
    cut = 33 if place == "before" else len(GOOD["PNG"]) - 12

    assert clean(GOOD["PNG"][:cut] + text + GOOD["PNG"][cut:]).data == GOOD["PNG"]


def test_a_palette_keeps_its_transparent_colour() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", SECRET.decode())
    data = encoded(picture("P"), "PNG", transparency=3, pnginfo=info)

    result = clean(data)

    assert SECRET not in result.data
    assert decoded(result.data).info["transparency"] == 3


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP"])
def test_an_animation_is_kept(image_format: str) -> None:
    frames = [picture().rotate(90 * turn) for turn in range(3)]
    data = encoded(frames[0], image_format, save_all=True, append_images=frames[1:], loop=0, duration=100)

    animation = decoded(clean(data).data)

    assert getattr(animation, "n_frames", 1) == 3
    assert animation.info.get("loop") == 0


def test_comments_are_removed_from_a_gif() -> None:
    data = encoded(picture("P"), "GIF", comment=SECRET)
    data = data[:-1] + b"\x21\xff\x0bXMP DataXMP" + bytes([len(SECRET)]) + SECRET + b"\x00" + data[-1:]

    assert SECRET not in clean(data).data


def test_a_gif_without_its_last_byte_is_accepted() -> None:
    assert clean(GOOD["GIF"][:-1]).data == clean(GOOD["GIF"]).data


# Orientation


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(orientation: int) -> None:
    data = encoded(picture(), "PNG", exif=exif(orientation))

    result = clean(data)

    upright = ImageOps.exif_transpose(decoded(data))
    assert (result.width, result.height) == upright.size == decoded(result.data).size
    assert decoded(result.data).tobytes() == upright.tobytes()


@pytest.mark.parametrize("image_format", ["JPEG", "WEBP", "AVIF"])
def test_a_rotated_photograph_keeps_only_its_colour_profile(image_format: str) -> None:
    data = encoded(picture(), image_format, exif=exif(6), icc_profile=SRGB)

    result = clean(data)

    assert (result.width, result.height) == (40, 60)
    assert SECRET not in result.data
    assert decoded(result.data).info["icc_profile"] == SRGB
    assert decoded(result.data).convert("RGB").getpixel((39, 0)) == pytest.approx(picture().getpixel((0, 0)), abs=12)


def test_a_rotated_photograph_loses_its_comment() -> None:
    assert SECRET not in clean(encoded(picture(), "JPEG", exif=exif(3), comment=SECRET)).data


def test_unreadable_exif_does_not_rotate_a_picture() -> None:
    data = b"\xff\xd8" + segment(0xE1, b"Exif\x00\x00" + b"nonsense") + GOOD["JPEG"][2:]

    assert clean(data).data == clean(GOOD["JPEG"]).data


# Refused files


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "is not an image (XML text)"),
        (b"\n<!DOCTYPE html><html><title>404</title></html>", "is not an image (an HTML page)"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is an SVG drawing"),
        (b'<?xml version="1.0"?>\n<!-- made --><svg/>', "is an SVG drawing"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", "is PostScript"),
        (b"%PDF-1.7\n", "is a PDF document"),
        (encoded(picture(), "TIFF"), "is a TIFF"),
        (encoded(picture(), "BMP"), "is a BMP"),
        (encoded(picture(), "TGA"), "is not an image"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "is a HEIC"),
        (b"once upon a time", "is not an image"),
    ],
)
def test_another_file_is_refused_with_the_name_of_its_format(data: bytes, reason: str) -> None:
    with pytest.raises(ImageRefused) as refused:
        clean(data)

    assert str(refused.value) == f"{reason}; use JPEG, PNG, GIF, WebP or AVIF"


@pytest.mark.parametrize("image_format", PILLOW_FORMATS)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_off_is_refused(image_format: str, share: float) -> None:
    data = encoded(picture(size=(600, 400)).convert("P" if image_format == "GIF" else "RGB"), image_format)

    with pytest.raises(ImageRefused, match=r"cut off|not an image"):
        clean(data[: int(len(data) * share)])


def test_pixels_that_cannot_be_decoded_are_refused() -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60, 40, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"nonsense") + chunk(b"IEND", b"")

    with pytest.raises(ImageRefused, match="is damaged or cut off"):
        clean(data)


@pytest.mark.usefixtures("undecodable")
@pytest.mark.parametrize("size", [(10_000, 10_001), (13_000, 13_000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(ImageRefused, match="has more than 100 megapixels; make it smaller"):
        clean(png_head(*size))


def test_a_picture_with_the_maximum_of_pixels_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 60 * 40)

    assert clean(GOOD["PNG"]).width == 60


def animation(image_format: str, frames: int, size: tuple[int, int] = (50, 40)) -> bytes:
    first, *others = [Image.new("RGB", size, (35 * number, 0, 255 - 35 * number)) for number in range(frames)]
    return encoded(first, image_format, save_all=True, append_images=others, duration=100, loop=0)


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP", "AVIF"])
def test_the_pixels_of_all_frames_of_an_animation_are_counted(
    image_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 6 * 50 * 40)
    assert clean(animation(image_format, 6)).width == 50
    with pytest.raises(ImageRefused, match=r"has 7 frames of 50 × 40 pixels, more than .* together; make it smaller"):
        clean(animation(image_format, 7))


@pytest.mark.usefixtures("undecodable")
def test_gigapixels_in_frames_are_refused_before_they_are_decoded() -> None:
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 6000, 6000, 0) + b"\x08\x01\x00\x00"
    data = b"GIF89a" + struct.pack("<2H3B", 6000, 6000, 0x80, 0, 0) + bytes(6) + frame * 150 + b"\x3b"
    with pytest.raises(ImageRefused, match="has 150 frames of 6,000 × 6,000 pixels, more than 100 megapixels together"):
        clean(data)


@pytest.mark.parametrize("image_format", ["GIF", "PNG", "WEBP"])
def test_frames_are_counted_without_decoding(image_format: str) -> None:
    assert count_frames(GOOD[image_format], image_format) == 1
    assert count_frames(animation(image_format, 5), image_format) == 5


@pytest.mark.usefixtures("undecodable")
def test_a_file_of_too_many_bytes_is_refused() -> None:
    with pytest.raises(ImageRefused, match="is larger than 50 MB"):
        clean(GOOD["JPEG"] + bytes(images.MAX_BYTES))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("img-ok.jpeg", "JPEG"),
        ("img-exif.jpeg", "JPEG"),
        ("img-gif-polyglot.gif", "GIF"),
        ("img-wrong-ext.jpeg", "GIF"),
        ("img-bomb-error.png", "megapixels"),
        ("img-bomb-warning.png", "megapixels"),
        ("img-empty.jpeg", "is empty"),
        ("img-svg.svg", "SVG"),
        ("img-truncated.jpeg", "cut off"),
    ],
)
def test_hostile_pictures_are_cleaned_or_refused(hostile: Path, name: str, expected: str) -> None:
    data = (hostile / "content" / name).read_bytes()

    if expected in PILLOW_FORMATS:
        result = clean(data)
        assert result.format == expected
        assert b"xss" not in result.data
        assert not decoded(result.data).getexif()
    else:
        with pytest.raises(ImageRefused, match=expected):
            clean(data)


# Any bytes at all

_SEEDS = [
    *GOOD.values(),
    encoded(picture(), "JPEG", progressive=True, exif=exif(), icc_profile=SRGB),
    encoded(picture(), "JPEG", exif=exif(6)),
    encoded(picture(), "PNG", exif=exif(6)),
    encoded(picture("RGBA"), "WEBP", exif=exif()),
    encoded(picture(), "AVIF", exif=exif()),
    encoded(picture("P"), "GIF", comment=SECRET, save_all=True, append_images=[picture("P").rotate(90)], loop=2),
]
_cuts = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), st.binary(max_size=4)), max_size=6)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_raise_no_other_exception(data: bytes) -> None:
    with pytest.raises(ImageRefused):
        clean(data)


@settings(deadline=None)
@given(st.sampled_from(PILLOW_FORMATS), _cuts)
def test_damaged_pictures_are_cleaned_or_refused(image_format: str, cuts: list[tuple[float, int, bytes]]) -> None:
    data = GOOD[image_format]
    for place, length, replacement in cuts:
        position = int(place * len(data))
        data = data[:position] + replacement + data[position + length :]
    try:
        result = clean(data)
    except ImageRefused:
        return
    image = decoded(result.data)
    assert (image.format, image.size) == (result.format, (result.width, result.height))
    assert not image.getexif()
    assert clean(result.data).data == result.data


# Renditions


def rendered(data: bytes, width: int = 30) -> Image.Image:
    """Return a rendition of a picture of 3 : 2, as PNG."""
    with TemporaryDirectory() as folder:
        source, target = Path(folder, "source"), Path(folder, "target")
        source.write_bytes(data)
        images.save_renditions(source, [(width, round(width * 2 / 3), "PNG")], [target])
        return Image.open(io.BytesIO(target.read_bytes()))


@pytest.mark.parametrize(
    ("mode", "image_format"),
    [("RGB", "JPEG"), ("L", "JPEG"), ("RGB", "PNG"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "PNG"), ("RGB", "WEBP")],
)
@pytest.mark.parametrize("profile", [None, SRGB, b"nonsense"], ids=["no profile", "profile", "broken profile"])
def test_renditions_look_like_the_original(mode: str, image_format: str, profile: bytes | None) -> None:
    source = picture().convert("L") if mode == "L" else picture()
    options = {} if image_format == "GIF" else {"icc_profile": profile}

    image = rendered(encoded(source.convert(mode), image_format, **options))

    assert image.size == (30, 20)
    middle = image.convert("RGB").getpixel((15, 10))
    assert middle == pytest.approx(source.convert("RGB").getpixel((30, 20)), abs=16)
    assert not image.has_transparency_data or image.getchannel("A").getextrema() == (255, 255)


def test_a_print_photograph_is_rendered_for_screens() -> None:
    image = rendered(encoded(picture("CMYK"), "JPEG"))

    assert image.mode == "RGB"
    assert image.getpixel((15, 10)) == pytest.approx(picture().getpixel((30, 20)), abs=16)


def test_sixteen_bits_of_grey_are_rendered_as_eight() -> None:
    assert rendered(encoded(Image.new("I;16", (60, 40), 0x8000), "PNG")).getpixel((15, 10)) == (128, 128, 128)


def test_renditions_keep_transparency() -> None:
    source = picture("RGBA")
    source.putalpha(Image.linear_gradient("L").resize(source.size))

    image = rendered(encoded(source, "PNG", icc_profile=SRGB))

    assert image.mode == "RGBA"
    alpha = image.getchannel("A").resize((1, 2), Image.Resampling.BOX)
    assert alpha.tobytes()[0] < 80 < 170 < alpha.tobytes()[1]


def test_a_huge_photograph_is_not_decoded_at_its_full_size(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    load = ImageFile.ImageFile.load

    def noting_load(image: ImageFile.ImageFile) -> Any:
        sizes.append(image.size)
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", noting_load)

    rendered(encoded(picture(size=(3200, 2000)), "JPEG"), 300)

    assert sizes
    assert max(sizes) <= (800, 500)


# Looks


def pattern(seed: int, mode: str = "RGB") -> Image.Image:
    """Return a picture of blurred patches of grey."""
    patches = Image.new("L", (6, 5))
    patches.putdata([*random.Random(seed).randbytes(30)])
    return patches.resize((900, 600), Image.Resampling.BICUBIC).convert(mode)


def look_of(data: bytes) -> int:
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        return images.read_look(Path(file.name))


@pytest.mark.parametrize("image_format", PILLOW_FORMATS)
@pytest.mark.parametrize("seed", range(4))
def test_copies_in_other_sizes_and_formats_look_the_same(image_format: str, seed: int) -> None:
    original = images.difference_hash(pattern(seed))
    for size in ((900, 600), (300, 200)):
        copy = look_of(encoded(pattern(seed).resize(size), image_format))
        assert ((original ^ copy) & 2**64 - 1).bit_count() <= 3


@pytest.mark.parametrize("seed", range(10))
def test_other_pictures_look_different(seed: int) -> None:
    looks = images.difference_hash(pattern(seed)), images.difference_hash(pattern(seed + 10))
    assert ((looks[0] ^ looks[1]) & 2**64 - 1).bit_count() > 10


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_picture_of_one_colour_has_no_look(mode: str) -> None:
    assert images.difference_hash(Image.new("L", (300, 200), 200).convert(mode)) == 0


def test_what_is_under_transparent_pixels_is_no_part_of_a_look() -> None:
    hidden = pattern(1, "RGBA")
    hidden.putalpha(0)
    assert images.difference_hash(hidden) == 0


def test_a_look_fits_in_a_signed_integer_of_64_bits() -> None:
    steps = Image.linear_gradient("L").rotate(90)
    assert {images.difference_hash(steps), images.difference_hash(steps.rotate(180))} == {-1, 0}


def test_a_damaged_picture_has_no_look() -> None:
    with pytest.raises(ImageRefused):
        look_of(encoded(pattern(1), "PNG")[:-2000])
