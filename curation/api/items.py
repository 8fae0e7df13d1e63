"""What the API says of an item."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from curation.bodies import body_elsewhere
from curation.feeds.entries import MEDIA_TYPES
from curation.models import CuratedItem

from .fields import Field, Fields, Strict, Whole, said_of, schema_of
from .subjects import AUTHOR, OFFERING, PUBLISHER, TAG, TOPIC, page, text


class ImageAnswer(Strict):
    url: str
    media_type: str
    size: int
    width: int
    height: int
    alt: str


class ViaAnswer(Strict):
    name: str
    url: str


def _brief(fields: Fields, *names: str) -> Fields:
    return {name: fields[name] for name in names}


BRIEF_TOPIC = _brief(TOPIC, "slug", "label", "vocabulary", "url")
BRIEF_OFFERING = _brief(OFFERING, "slug", "name", "url")
BRIEF_PUBLISHER = _brief(PUBLISHER, "domain", "name", "url")
BRIEF_AUTHOR = _brief(AUTHOR, "slug", "name", "url")
BRIEF_TAG = _brief(TAG, "slug", "name", "url")


def _related(name: str, brief: Fields, says: str) -> Field:
    """Return the field of an ordered relation (`topic`, through `itemtopic_set`)."""
    through = f"item{name}_set"

    def value(item: CuratedItem, whole: Whole) -> list[dict[str, Any]]:
        return [said_of(getattr(relation, name), brief, whole) for relation in getattr(item, through).all()]

    return Field(list[schema_of(f"{name.title()}Brief", brief)], says, value, relations=(through,))  # type: ignore[misc]


def _moment(column: str, says: str) -> Field:
    return Field(datetime, says, lambda item, _whole: getattr(item, column).isoformat(), (column,))


def _publisher(item: CuratedItem, whole: Whole) -> dict[str, Any] | None:
    return said_of(item.publisher, BRIEF_PUBLISHER, whole) if item.publisher else None


def _image(item: CuratedItem, whole: Whole) -> dict[str, Any] | None:
    image = item.image
    if image is None:
        return None
    return {
        "url": whole(image.file.url),
        "media_type": MEDIA_TYPES[image.format],
        "size": image.size,
        "width": image.width,
        "height": image.height,
        "alt": item.image_alt,
    }


def _via(item: CuratedItem, _whole: Whole) -> dict[str, str] | None:
    return {"name": item.via_name, "url": item.via_url} if item.via_name or item.via_url else None


def _html(item: CuratedItem, whole: Whole) -> str:
    return body_elsewhere(item, whole(item.get_absolute_url()))


IMAGE = ("image__file", "image__format", "image__size", "image__width", "image__height", "image_alt")
ITEM: Fields = {
    "id": Field(int, "Its number, the same for ever.", lambda item, _whole: item.pk),
    "slug": text("slug", "Its name in addresses; an editor may change it."),
    "url": page("slug"),
    "title": text("title", "Plain text, on one line."),
    "summary": text("shown_summary", "Plain text, one to three sentences, as the site's pages show it."),
    "published_at": _moment("published_at", "Since when readers see it."),
    "updated_at": Field(
        datetime,
        "When the story last changed, at its source or here, or came out if it never did.",
        lambda item, _whole: (item.modified_at or item.published_at).isoformat(),
        ("published_at", "source_modified_at", "edited_at"),
    ),
    "source_url": text("source_url", "The story itself, on its publisher's site; may be blank."),
    "publisher": Field(
        schema_of("PublisherBrief", BRIEF_PUBLISHER) | None,
        "Who published the story.",
        _publisher,
        ("publisher__domain", "publisher__name"),
        joins=("publisher",),
    ),
    "authors": _related("author", BRIEF_AUTHOR, "Who wrote it, in order."),
    "topics": _related("topic", BRIEF_TOPIC, "What it is about, the main one first."),
    "offerings": _related("offering", BRIEF_OFFERING, "The products that it is about, the main one first."),
    "tags": _related("tag", BRIEF_TAG, "Free tags."),
    "image": Field(ImageAnswer | None, "Its picture; size is in bytes.", _image, IMAGE, joins=("image",)),
    "kind": text("kind", "News, Opinion, …; may be blank."),
    "format": text("format", "brief, feature, …; may be blank."),
    "section": text("section", "What is printed above the title; may be blank."),
    "institution": text("institution", "May be blank."),
    "language": text("language", "As BCP 47 writes it; blank where it is that of the site."),
    "via": Field(ViaAnswer | None, "Who pointed to the story.", _via, ("via_name", "via_url")),
    "content_html": Field(
        str, "The text, as sanitised HTML with whole addresses.", _html, ("body_html", "slug"), is_long=True
    ),
    "content_text": Field(
        str, "The text, plain, a paragraph a line.", lambda item, _whole: item.body_text, ("body_text",), is_long=True
    ),
}
