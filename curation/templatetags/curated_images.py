"""`{% curated_image %}`: an image as readers get it, in the smallest file that fits their screen."""

from typing import Any

from django import template

from curation.models import Image

register = template.Library()


@register.inclusion_tag("curation/picture.html")
def curated_image(image: Image | None, alt: str = "", sizes: str = "100vw", priority: bool = False) -> dict[str, Any]:
    """Print a `<picture>` with renditions, or the original while there are none; nothing for no image.

    `sizes` says how wide the picture is laid out, as in HTML. `priority` marks the one picture that a page opens with;
    the others load when they come near. Neither file nor database is touched.
    """
    return {"image": image, "alt": alt, "sizes": sizes, "priority": priority, "sources": _sources(image)}


def _sources(image: Image | None) -> list[tuple[str, str]]:
    """Return media type and `srcset` of each format, the smaller format first."""
    if image is None or not image.has_renditions:
        return []
    formats = image.file.aspect_ratios[None].items()
    return [
        (f"image/{name.lower()}", ", ".join(f"{picture.url} {width}w" for width, picture in sorted(pictures.items())))
        for name, pictures in formats
        if pictures
    ]
