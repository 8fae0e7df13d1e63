"""Files that front matter points to: image, PDF, icon."""

from curation.rendering import one_line

from .identity import whole_number
from .limits import ALT, MEDIA_PATH, META
from .records import MediaRef
from .source import Source
from .values import Value


def media(source: Source, key: str) -> MediaRef | None:
    """Return the file under a key: a name or path by itself, or a mapping with `href`."""
    value = source.get(key)
    if isinstance(value, dict):
        inner = source.within(key, value)
        href = inner.text("href", MEDIA_PATH)
        return MediaRef(href, inner.prose("alt", ALT), _provenance(inner)) if href else None
    href = source.text(key, MEDIA_PATH)
    return MediaRef(href) if href else None


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
