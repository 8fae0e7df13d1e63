"""Images as `<picture>` elements, for readers and editors."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from curation.lib.media_types import of_format
from curation.listing.summaries import ItemPicture
from curation.models import Image
from curation.models.images import CENTRE

_SOURCE = '<source type="{}" srcset="{}" sizes="{}">'
_PICTURE = '<picture>{}<img src="{}" width="{}" height="{}" alt="{}" decoding="async" {}{}{}></picture>'
#: The distance in percent between the focal points that the classes of `reader/lists.css` express: the content security
#: policy allows no style of a single picture.
FOCUS_STEP = 10


def picture(
    image: Image | ItemPicture | None, alt: str = "", sizes: str = "100vw", priority: bool = False, title: str = ""
) -> SafeString:
    """Return an image as a `<picture>` with its renditions, or with the original file alone while there are none.

    Returns "" for `None`. `sizes` is the layout width, as in HTML. `priority` marks the one picture that a page opens
    with; the others load when they come near the viewport. Opens no file and queries no database.
    """
    if image is None:
        return SafeString()
    classes = focus_classes(image.focus_x, image.focus_y)
    return _picture(image.name, image.width, image.height, image.has_renditions, alt, sizes, priority, title, classes)


def focus_classes(x: int, y: int) -> str:
    """Return the classes of a focal point, given in percent; "" for the centre, at which pages crop without them."""
    if (x, y) == (CENTRE, CENTRE):
        return ""
    near_x, near_y = (int(percent / FOCUS_STEP + 0.5) * FOCUS_STEP for percent in (x, y))
    return f"focus-x-{near_x} focus-y-{near_y}"


@lru_cache(maxsize=2_000)  # equal arguments give equal markup, and the same pictures are shown again and again
def _picture(
    name: str,
    width: int,
    height: int,
    has_renditions: bool,
    alt: str,
    sizes: str,
    priority: bool,
    title: str,
    classes: str,
) -> SafeString:
    sources = _sources(name, width, height) if has_renditions else []
    return format_html(
        _PICTURE,
        format_html_join("", _SOURCE, ((kind, srcset, sizes) for kind, srcset in sources)),
        _field().storage.url(name),
        width,
        height,
        alt,
        SafeString('fetchpriority="high"' if priority else 'loading="lazy"'),
        format_html(' title="{}"', title) if title else "",
        format_html(' class="{}"', classes) if classes else "",
    )


def _sources(name: str, width: int, height: int) -> list[tuple[str, str]]:
    """Return media type and `srcset` of each format, the one with smaller files first."""
    field = _field()
    formats = field.attr_class.get_picture_files(
        file_name=name, img_width=width, img_height=height, storage=field.storage, field=field
    )
    return [
        (
            of_format(kind).content_type,
            ", ".join(f"{picture.url} {wide}w" for wide, picture in sorted(pictures.items())),
        )
        for kind, pictures in formats[None].items()
        if pictures
    ]


def _field() -> Any:
    return Image._meta.get_field("file")
