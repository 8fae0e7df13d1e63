"""The fields of items."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from curation.lib.media_types import of_format
from curation.models import CuratedItem
from curation.templating.bodies import body_with_absolute_urls

from .fields import AbsoluteUrl, Field, Fields, StrictSchema, column, schema_of, serialize, text
from .subjects import AUTHOR, OFFERING, PUBLISHER, TAG, TOPIC, page


class ImageAnswer(StrictSchema):
    url: str
    media_type: str
    size: int
    width: int
    height: int
    alt: str


class ViaAnswer(StrictSchema):
    name: str
    url: str


def _brief(fields: Fields, *names: str) -> Fields:
    return {name: fields[name] for name in names}


BRIEF_TOPIC = _brief(TOPIC, "slug", "label", "vocabulary", "url")
BRIEF_OFFERING = _brief(OFFERING, "slug", "name", "url")
BRIEF_PUBLISHER = _brief(PUBLISHER, "domain", "name", "url")
BRIEF_AUTHOR = _brief(AUTHOR, "slug", "name", "url")
BRIEF_TAG = _brief(TAG, "slug", "name", "url")


def _related(name: str, brief: Fields, description: str) -> Field:
    """Return the field of an ordered relation (`topic`, through `itemtopic_set`)."""
    through = f"item{name}_set"

    def value(item: CuratedItem, absolute: AbsoluteUrl) -> list[dict[str, Any]]:
        return [serialize(getattr(relation, name), brief, absolute) for relation in getattr(item, through).all()]

    return Field(list[schema_of(f"{name.title()}Brief", brief)], description, value, relations=(through,))  # type: ignore[misc]


def _moment(column: str, description: str) -> Field:
    return Field(datetime, description, lambda item, _absolute: getattr(item, column).isoformat(), (column,))


def _publisher(item: CuratedItem, absolute: AbsoluteUrl) -> dict[str, Any] | None:
    return serialize(item.publisher, BRIEF_PUBLISHER, absolute) if item.publisher else None


def _image(item: CuratedItem, absolute: AbsoluteUrl) -> dict[str, Any] | None:
    image = item.image
    if image is None:
        return None
    return {
        "url": absolute(image.file.url),
        "media_type": of_format(image.format).content_type,
        "size": image.size,
        "width": image.width,
        "height": image.height,
        "alt": item.alternative_text,
    }


def _via(item: CuratedItem, _absolute: AbsoluteUrl) -> dict[str, str] | None:
    return {"name": item.via_name, "url": item.via_url} if item.via_name or item.via_url else None


def _html(item: CuratedItem, absolute: AbsoluteUrl) -> str:
    return body_with_absolute_urls(item, absolute(item.get_absolute_url()))


IMAGE_COLUMNS = (
    *("image__file", "image__format", "image__size", "image__width", "image__height"),
    *("image__alt", "image_alt"),
)
ITEM: Fields = {
    "id": column(int, "pk", "Stable numeric ID."),
    "slug": text("slug", "Its name in the address of its page; an editor may change it."),
    "url": page("slug"),
    "title": text("title", "Plain text, on one line."),
    "summary": text("shown_summary", "Plain text, one to three sentences, as the site's pages show it."),
    "published_at": _moment("published_at", "When it was published here."),
    "updated_at": Field(
        datetime,
        "When the item last changed, at its source or here; when it was published if it never did.",
        lambda item, _absolute: (item.modified_at or item.published_at).isoformat(),
        ("published_at", "source_modified_at", "edited_at"),
    ),
    "source_url": text("source_url", "The original article, on its publisher's site; may be blank."),
    "publisher": Field(
        schema_of("PublisherBrief", BRIEF_PUBLISHER) | None,
        "The publisher of the original article.",
        _publisher,
        ("publisher__domain", "publisher__name"),
        joins=("publisher",),
    ),
    "authors": _related("author", BRIEF_AUTHOR, "Its authors, in order."),
    "topics": _related("topic", BRIEF_TOPIC, "Its topics, the main one first."),
    "offerings": _related("offering", BRIEF_OFFERING, "The products and services in it, the main one first."),
    "tags": _related("tag", BRIEF_TAG, "Free tags."),
    "image": Field(
        ImageAnswer | None,
        "Its picture; `size` is in bytes, width and height are in pixels.",
        _image,
        IMAGE_COLUMNS,
        joins=("image",),
    ),
    "kind": text("kind", "News, Opinion, …; may be blank."),
    "format": text("format", "brief, feature, …; may be blank."),
    "section": text("section", "The label above the title; may be blank."),
    "institution": text("institution", "May be blank."),
    "language": text("language", "A BCP 47 language tag; blank for the language of the site."),
    "via": Field(ViaAnswer | None, "Who pointed to the original article.", _via, ("via_name", "via_url")),
    "content_html": Field(
        str, "The text as sanitised HTML with absolute URLs.", _html, ("body_html", "slug"), is_long=True
    ),
    "content_text": text("body_text", "The text as plain text, one line a paragraph.", is_long=True),
}
