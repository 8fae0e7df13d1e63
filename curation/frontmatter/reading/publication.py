"""The times of an item, and its status."""

from datetime import UTC, datetime

from curation.frontmatter.record import Status

from . import visibility
from .dates import date_in_file_name, is_blank_date, malformed_date_message, parse_date
from .file_values import FileValues

#: Keys of the publication time, best first. Hugo shows a page from its `publishDate` on, whatever its `date`.
PUBLISHED_KEYS = ("publishDate", "pubDate", "publish_date", "published", "date.created", "date")
MODIFIED_KEYS = (
    *("lastMod", "lastModified", "updated", "modified", "last_modified_at", "updatedDate", "updated_at"),
    "date.updated",
)
#: Keys of the time from which Hugo no longer shows a page. The first that has a time counts.
EXPIRY_KEYS = ("expiryDate", "unpublishdate")


def read_published_at(file: FileValues) -> datetime | None:
    """Return the publication time in UTC. A malformed date rejects the file: none is guessed."""
    key = find_published_key(file)
    if key == "":  # an empty `date` leaves the item undated, whatever the file's name
        return None if "date" in file.values else date_in_file_name(file.name)
    value = file.get(key)
    try:
        return parse_date(value)
    except ValueError:
        file.error("date-malformed", malformed_date_message(value), key)
        return None


def find_published_key(file: FileValues) -> str:
    """Return the key that has the publication time, or ""."""
    return next((key for key in PUBLISHED_KEYS if is_published_key(file, key)), "")


def is_published_key(file: FileValues, key: str) -> bool:
    """Return whether a key of `PUBLISHED_KEYS` has a time; `published` may be a boolean."""
    value = file.get(key)
    return not is_blank_date(value) and (key != "published" or visibility.is_date(value))


def read_modified_at(file: FileValues) -> datetime | None:
    """Return the time, in UTC, at which the source was last modified."""
    key = next((key for key in MODIFIED_KEYS if file.get(key) is not None), MODIFIED_KEYS[0])
    value = file.get(key)
    try:
        return parse_date(value)
    except ValueError:
        file.warn("date-ignored", malformed_date_message(value, " and is ignored"), key)
        return None


def read_expires_at(file: FileValues) -> datetime | None:
    """Return the time, in UTC, from which the source's site no longer shows the file."""
    key = _find_expiry_key(file)
    value = file.get(key)
    try:
        return parse_date(value)
    except ValueError:
        file.warn("expiry-malformed", malformed_date_message(value, ", so this is a draft"), key)
        return None


def _find_expiry_key(file: FileValues) -> str:
    """Return the key that has the expiry time; the first of them if none has."""
    return next((key for key in EXPIRY_KEYS if not is_blank_date(file.get(key))), EXPIRY_KEYS[0])


def read_status(file: FileValues) -> Status:
    """Return the status. Without a date, or hidden at the source, a file is a draft; past its expiry it is archived."""
    status = visibility.read_state(file)
    if status == "published":
        status = _status_by_expiry(file)
    moment = file.fields["published_at"]
    if status == "published" and moment and moment > datetime.now(UTC):
        message = f"to be published at {moment:%Y-%m-%d %H:%M} UTC, so this is scheduled; nothing to do"
        file.note("scheduled", message, find_published_key(file) or "date")
    if status != "published" or moment:
        return status
    if find_published_key(file) == "":  # else the date is malformed, and the file is rejected
        file.warn("date-missing", "date missing, so this is a draft; write one like 2023-01-31", "date")
    return "draft"


def _status_by_expiry(file: FileValues) -> Status:
    """Return the status of a file that is published until its expiry time. A malformed time hides it."""
    key, moment = _find_expiry_key(file), file.fields["expires_at"]
    if moment is None:
        return "published" if is_blank_date(file.get(key)) else "draft"
    if moment > datetime.now(UTC):
        return "published"
    file.note("expired", f"expired at {moment:%Y-%m-%d %H:%M} UTC, so this is archived; nothing to do", key)
    return "archived"
