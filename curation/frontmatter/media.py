"""Files that front matter points to: image, PDF, icon."""

from collections.abc import Mapping

from curation.rendering import one_line

from .identity import whole_number
from .limits import ALT, MEDIA_PATH, META
from .records import MediaRef
from .source import Source
from .values import Value

#: Where the picture of an item may be, best first; under `header` only in a mapping.
IMAGE_KEYS = (
    *("featuredImage", "featured_image", "feature_image", "image", "images", "cover", "coverImage", "cover_image"),
    *("heroImage", "hero_image", "banner", "thumbnail", "header"),
)
IMAGE_PARTS = ("cover.image", "cover.src", "header.image", "header.teaser")
#: The names in a mapping that lead to a file.
HREFS = ("href", "src", "url", "path", "image", "teaser")
#: What some themes write for "no picture".
_NONE = {"false", "true", "none", "no"}


def image(source: Source) -> MediaRef | None:
    """Return the item's picture: the first that a key names."""
    key = image_key(source)
    return media(source, key) if key else None


def image_key(source: Source) -> str:
    """Return the dotted key that names the picture (`cover`, `images[0]`), or ""."""
    key = next((key for key in source.present(IMAGE_KEYS) if names_image(key, source.values[key])), "")
    return f"{key}[0]" if isinstance(source.values.get(key), list) else key


def names_image(key: str, value: Value) -> bool:
    """Return whether what stands under a key of pictures names one."""
    if isinstance(value, list):
        return value != [] and names_image(key, value[0])
    return _says_file(value) and (key != "header" or isinstance(value, dict))


def _says_file(value: Value) -> bool:
    if isinstance(value, dict):
        return any(_says_file(value.get(name)) for name in HREFS if isinstance(value.get(name), str))
    return isinstance(value, str) and value.strip().lower() not in ("", *_NONE)


def media(source: Source, key: str) -> MediaRef | None:
    """Return the file under a key: a name or path by itself, or a mapping with `href` or the like."""
    name, _, number = key.partition("[")
    value = source.get(name)
    if number and isinstance(value, list):
        value = value[0]
    if isinstance(value, dict):
        inner = source.within(key, value)
        href = inner.text(href_name(value), MEDIA_PATH)
        return MediaRef(href, inner.prose("alt", ALT), _provenance(inner)) if href else None
    href = source.cut(source.as_text(value, key), MEDIA_PATH, key)
    return MediaRef(href) if href else None


def href_name(value: Mapping[str, Value]) -> str:
    """Return the name in a mapping that leads to its file."""
    return next((name for name in HREFS if _says_file(value.get(name))), "href")


def _provenance(inner: Source) -> dict[str, object]:
    """Return what is remembered of a file beside its place and words; what is missing or odd is left out."""
    attachment = {name: _text(inner.get(f"wpAttachment.{name}")) for name in ("fileName", "link")}
    numbers = [whole_number(value) for _key, value in inner.entries("size")]
    facts: dict[str, object] = {
        "format": _text(inner.get("format")),
        "valid": {"true": True, "false": False}.get(_text(inner.get("valid")).lower(), ""),
        "size": [int(number) for number in numbers] if all(numbers) else "",
        "workPackage": int(whole_number(inner.get("workPackage")) or 0),
        "wpAttachment": {name: text for name, text in attachment.items() if text},
    }
    return {name: fact for name, fact in facts.items() if fact or fact is False}


def _text(value: Value) -> str:
    return one_line(value)[:META] if isinstance(value, str) else ""
