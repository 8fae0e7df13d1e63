"""When an item was published, and whether it is."""

from datetime import datetime

from . import visibility
from .dates import date_of_file, is_no_date, malformed, parse_date
from .records import Status
from .source import Source

#: Where the publication time may be, best first. Hugo shows a page from its `publishDate` on, whatever its `date`.
PUBLISHED_KEYS = ("publishDate", "pubDate", "publish_date", "published", "date")
MODIFIED_KEYS = ("lastMod", "lastModified", "updated", "modified", "last_modified_at", "updatedDate", "updated_at")


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


def status(source: Source) -> Status:
    """Return the workflow state. What has no date, or is hidden at the source, is a draft."""
    stated = visibility.state(source)
    if stated != "published" or source.fields["published_at"]:
        return stated
    if published_key(source) == "":  # else it is no date, and the file is rejected
        source.warn("date-missing", "date missing, so this is a draft; write one like 2023-01-31", "date")
    return "draft"
