"""When an item was published, and whether it is."""

from datetime import UTC, datetime

from . import visibility
from .dates import date_of_file, is_no_date, malformed, parse_date
from .records import Status
from .source import Source

#: Where the publication time may be, best first. Hugo shows a page from its `publishDate` on, whatever its `date`.
PUBLISHED_KEYS = ("publishDate", "pubDate", "publish_date", "published", "date.created", "date")
MODIFIED_KEYS = (
    *("lastMod", "lastModified", "updated", "modified", "last_modified_at", "updatedDate", "updated_at"),
    "date.updated",
)
#: When a page of Hugo leaves the site; the first that says a time.
EXPIRY_KEYS = ("expiryDate", "unpublishdate")


def published_at(source: Source) -> datetime | None:
    """Return the publication time in UTC. A date that cannot be read rejects the file: it is never guessed."""
    key = published_key(source)
    if key == "":  # a date that is there and empty says that there is none
        return None if "date" in source.values else date_of_file(source.name)
    value = source.get(key)
    try:
        return parse_date(value)
    except ValueError:
        source.error("date-malformed", malformed(value), key)
        return None


def published_key(source: Source) -> str:
    """Return the key that holds the publication time, or "" where none does."""
    for key in PUBLISHED_KEYS:
        value = source.get(key)
        if not is_no_date(value) and (key != "published" or visibility.is_date(value)):
            return key
    return ""


def modified_at(source: Source) -> datetime | None:
    """Return when the source was last modified, in UTC."""
    key = next((key for key in MODIFIED_KEYS if source.get(key) is not None), MODIFIED_KEYS[0])
    value = source.get(key)
    try:
        return parse_date(value)
    except ValueError:
        source.warn("date-ignored", malformed(value, " and is ignored"), key)
        return None


def expires_at(source: Source) -> datetime | None:
    """Return the time, in UTC, from which on the source's site does not show the file."""
    key = _expiry_key(source)
    value = source.get(key)
    try:
        return parse_date(value)
    except ValueError:
        source.warn("expiry-malformed", malformed(value, ", so this is a draft"), key)
        return None


def _expiry_key(source: Source) -> str:
    """Return the key that says when a file expires, the first of them where none does."""
    return next((key for key in EXPIRY_KEYS if not is_no_date(source.get(key))), EXPIRY_KEYS[0])


def status(source: Source) -> Status:
    """Return the workflow state. What has no date or is hidden at the source is a draft, what has expired archived."""
    stated = visibility.state(source)
    if stated == "published":
        stated = _unless_expired(source)
    moment = source.fields["published_at"]
    if stated == "published" and moment and moment > datetime.now(UTC):
        said = f"to be published at {moment:%Y-%m-%d %H:%M} UTC, so this is scheduled; nothing to do"
        source.note("scheduled", said, published_key(source) or "date")
    if stated != "published" or moment:
        return stated
    if published_key(source) == "":  # else it is no date, and the file is rejected
        source.warn("date-missing", "date missing, so this is a draft; write one like 2023-01-31", "date")
    return "draft"


def _unless_expired(source: Source) -> Status:
    """Return the state of a file that is published until its expiry time; one that cannot be read hides it."""
    key, moment = _expiry_key(source), source.fields["expires_at"]
    if moment is None:
        return "published" if is_no_date(source.get(key)) else "draft"
    if moment > datetime.now(UTC):
        return "published"
    source.note("expired", f"expired at {moment:%Y-%m-%d %H:%M} UTC, so this is archived; nothing to do", key)
    return "archived"
