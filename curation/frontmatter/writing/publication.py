"""Writers of the publication: its times and the workflow state."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone

from curation.frontmatter.reading import visibility
from curation.frontmatter.reading.publication import PUBLISHED_KEYS, find_published_key, is_published_key
from curation.frontmatter.record import Status
from curation.frontmatter.values import Value

from .file_text import FileText
from .texts import Writer

_TIME = re.compile(r"\d{4}-\d\d-\d\d([Tt ])\s*\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(.*)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)?")


def time_writer(*keys: str) -> Writer:
    """Return a writer of a time under the first of some keys that has a value, in the form of the time there."""

    def write(file: FileText, moment: datetime | None) -> None:
        key = next((key for key in keys if file.get(key) is not None), keys[0])
        file.set(key, format_in_style_of(moment, file.get(key)) if moment else None)

    return write


def write_published_at(file: FileText, moment: datetime | None) -> None:
    """Write the publication time under the key that has it, else `date`; without a time, empty every such key."""
    if moment is None:
        for key in PUBLISHED_KEYS:
            if is_published_key(file.current, key):
                file.set(key, None)
        if file.current.fields["published_at"]:  # from the date in the file's name, unless there is an empty `date`
            file.set("date", "")
        return
    key = find_published_key(file.current) or "date"
    file.set(key, format_in_style_of(moment, file.get(key)))


def format_in_style_of(moment: datetime, old: Value) -> str:
    """Return a time in the form of another: a mere date where that suffices, else with its separator and zone.

    >>> format_in_style_of(datetime(2023, 1, 31, 9, 30, tzinfo=UTC), "2017-12-15 11:46:09 +01:00")
    '2023-01-31 10:30:00 +01:00'
    """
    form = _TIME.fullmatch(old.strip()) if isinstance(old, str) else None
    if form is None:
        is_date = moment.astimezone(UTC).timetz() == time(tzinfo=UTC)
        return moment.astimezone(UTC).date().isoformat() if is_date else _format_local(moment, timedelta(), "T") + "Z"
    offset = _OFFSET.search(form[2])
    hours = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0)) if offset else timedelta()
    return _format_local(moment, -hours if offset and offset[1] == "-" else hours, form[1]) + form[2]


def _format_local(moment: datetime, offset: timedelta, separator: str) -> str:
    return moment.astimezone(timezone(offset)).replace(tzinfo=None).isoformat(separator)


def write_status(file: FileText, status: Status) -> None:
    """Write a workflow state as the dialect expresses it: Hugo with `draft`, the others with `status`.

    For a status that is not a draft, every key that hides the file gets a value that shows it. The file's place stays.
    """
    if status == "draft":
        _write_draft(file)
        return
    if file.current.is_body_alone:
        file.set("draft", False)
    for reason in visibility.hiding_reasons(file.current):
        if reason.key and reason.key not in visibility.STATE_KEYS:
            file.set(reason.key, visibility.SHOWING_VALUES.get(reason.key, "always"))
    words = {key: visibility.normalise_word(file.get(key)) for key in visibility.STATE_KEYS}
    for key, word in words.items():
        if word and visibility.STATES.get(word) != status:
            file.set(key, status)
    if status == "archived" and not any(words.values()):
        file.set("status", status)


def _write_draft(file: FileText) -> None:
    key = next((key for key in visibility.STATE_KEYS if file.get(key) is not None), "")
    if not key and (file.get("draft") is not None or file.current.dialect in ("hugo", "wordpress")):
        file.set("draft", True)
    else:
        file.set(key or "status", "draft")
