"""References to files in front matter: image, PDF, icon."""

from collections.abc import Mapping

from curation.frontmatter.limits import MAX_ALT, MAX_MEDIA_PATH, MAX_META
from curation.frontmatter.record import MediaRef
from curation.frontmatter.values import Value
from curation.markdown import one_line

from .file_values import FileValues
from .identity import parse_whole_number

#: Keys of the image, best first; `header` only if it is a mapping.
IMAGE_KEYS = (
    *("featuredImage", "featured_image", "feature_image", "image", "images", "cover", "coverImage", "cover_image"),
    *("heroImage", "hero_image", "banner", "thumbnail", "header"),
)
IMAGE_PARTS = ("cover.image", "cover.src", "header.image", "header.teaser")
#: Names of the reference in a mapping, best first.
HREF_NAMES = ("href", "src", "url", "path", "image", "teaser")
#: What some themes write for "no image".
_NO_IMAGE = {"false", "true", "none", "no"}


def read_image(file: FileValues) -> MediaRef | None:
    """Return the item's image: the first under `IMAGE_KEYS`."""
    key = find_image_key(file)
    return read_media(file, key) if key else None


def find_image_key(file: FileValues) -> str:
    """Return the dotted key of the image (`cover`, `images[0]`), or ""."""
    key = next((key for key in file.present(IMAGE_KEYS) if has_image(key, file.values[key])), "")
    return f"{key}[0]" if isinstance(file.values.get(key), list) else key


def has_image(key: str, value: Value) -> bool:
    """Return whether the value of a key of `IMAGE_KEYS` refers to an image."""
    if isinstance(value, list):
        return value != [] and has_image(key, value[0])
    return _has_file(value) and (key != "header" or isinstance(value, dict))


def _has_file(value: Value) -> bool:
    if isinstance(value, dict):
        return any(_has_file(value.get(name)) for name in HREF_NAMES if isinstance(value.get(name), str))
    return isinstance(value, str) and value.strip().lower() not in ("", *_NO_IMAGE)


def read_media(file: FileValues, key: str) -> MediaRef | None:
    """Return the reference under a key: a text, or a mapping with one of `HREF_NAMES`."""
    name, _, number = key.partition("[")
    value = file.get(name)
    if number and isinstance(value, list):
        value = value[0]
    if isinstance(value, dict):
        inner = file.within(key, value)
        href = inner.text(find_href_name(value), MAX_MEDIA_PATH)
        return MediaRef(href, inner.prose("alt", MAX_ALT), _provenance(inner)) if href else None
    href = file.cut(file.as_text(value, key), MAX_MEDIA_PATH, key)
    return MediaRef(href) if href else None


def find_href_name(value: Mapping[str, Value]) -> str:
    """Return the name of the reference in a mapping; "href" if it has none."""
    return next((name for name in HREF_NAMES if _has_file(value.get(name))), "href")


def _provenance(inner: FileValues) -> dict[str, object]:
    """Return `MediaRef.provenance`: facts about the file, without missing and malformed ones."""
    attachment = {name: _text(inner.get(f"wpAttachment.{name}")) for name in ("fileName", "link")}
    numbers = [parse_whole_number(value) for _key, value in inner.entries("size")]
    facts: dict[str, object] = {
        "format": _text(inner.get("format")),
        "valid": {"true": True, "false": False}.get(_text(inner.get("valid")).lower(), ""),
        "size": [int(number) for number in numbers] if all(numbers) else "",
        "workPackage": int(parse_whole_number(inner.get("workPackage")) or 0),
        "wpAttachment": {name: text for name, text in attachment.items() if text},
    }
    return {name: fact for name, fact in facts.items() if fact or fact is False}


def _text(value: Value) -> str:
    return one_line(value)[:MAX_META] if isinstance(value, str) else ""
