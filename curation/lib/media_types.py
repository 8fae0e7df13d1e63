"""The types of the files that the site stores and serves: images and PDFs.

The one table of them. Upload fields, the import, storage names, `Content-Type` headers, feeds and the API derive from
it. A new image type also needs a parser in `image_metadata`, so that metadata is removed without decoding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MediaType:
    """A type of files: what people call it, its `Content-Type`, and the file name suffixes, in lower case.

    Stored files have the first suffix; others are accepted of files that are imported or linked. `pillow_format` is
    blank for a type that is not an image. `save_options` are Pillow's options for encoding an image again: fast, and
    without visible loss.
    """

    label: str
    content_type: str
    suffixes: tuple[str, ...]
    pillow_format: str = ""
    save_options: Mapping[str, int] = field(default_factory=dict)

    @property
    def suffix(self) -> str:
        return self.suffixes[0]

    @property
    def is_image(self) -> bool:
        """Whether browsers show it as part of a page; other types are offered for download."""
        return bool(self.pillow_format)


JPEG = MediaType("JPEG", "image/jpeg", (".jpg", ".jpeg"), "JPEG", {"quality": 90})
PNG = MediaType("PNG", "image/png", (".png",), "PNG", {"compress_level": 3})
GIF = MediaType("GIF", "image/gif", (".gif",), "GIF")
WEBP = MediaType("WebP", "image/webp", (".webp",), "WEBP", {"quality": 90, "method": 1})
AVIF = MediaType("AVIF", "image/avif", (".avif",), "AVIF", {"quality": 85, "speed": 9})
PDF = MediaType("PDF", "application/pdf", (".pdf",))

#: Types of pictures that are accepted and shown.
IMAGES = (JPEG, PNG, GIF, WEBP, AVIF)
#: Types of the smaller copies that are made of every picture, the smallest files first.
RENDITIONS = (AVIF, WEBP)
ALL = (*IMAGES, PDF)

PILLOW_FORMATS = tuple(media_type.pillow_format for media_type in IMAGES)
#: The first bytes of every PDF (ISO 32000-2, 7.5.2).
PDF_SIGNATURE = b"%PDF-"

_BY_FORMAT = {media_type.pillow_format: media_type for media_type in IMAGES}
_BY_SUFFIX = {suffix: media_type for media_type in ALL for suffix in media_type.suffixes}


def of_format(pillow_format: str) -> MediaType:
    """Return the type of an image by Pillow's name of its format. Raises `KeyError`."""
    return _BY_FORMAT[pillow_format]


def of_path(path: str) -> MediaType | None:
    """Return the type that the suffix of a file name or path denotes, in either case.

    >>> of_path("a/Photo.JPEG").content_type
    'image/jpeg'
    """
    _name, dot, suffix = path.rpartition(".")
    return _BY_SUFFIX.get(dot + suffix.lower())


def accept_attribute(types: Iterable[MediaType]) -> str:
    """Return the `accept` attribute of a file input for some types."""
    return ",".join(media_type.content_type for media_type in types)


def labels(types: Iterable[MediaType]) -> str:
    """Return the names of some types as a list for people.

    >>> labels([JPEG, PNG, GIF])
    'JPEG, PNG or GIF'
    """
    *others, last = (media_type.label for media_type in types)
    return f"{', '.join(others)} or {last}" if others else last
