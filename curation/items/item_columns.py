"""A record to the columns of its item: rendered, and validated by the model."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ValidationError

from curation.frontmatter.problems import Problem, Rejected
from curation.frontmatter.record import ItemRecord
from curation.lib.web_urls import url_key
from curation.markdown import Rendered, render
from curation.models import CuratedItem
from curation.models.items import summary_for_readers

from .record import COLUMNS, column_value

#: Columns that are not validated: relations, whose rows have been validated, and derived values.
UNCHECKED = {
    *("publisher", "image", "body_html", "body_text", "shown_summary", "source_url_key"),
    *("breadcrumbs", "meta", "media_provenance"),
}

NOTHING: Mapping[str, Any] = MappingProxyType({})


def columns_of(
    record: ItemRecord, rendered: Rendered | None = None, valid: Mapping[str, Any] = NOTHING
) -> dict[str, Any]:
    """Return an item's columns by name. `rendered` is the record's body if that has been rendered already.

    `valid` are columns of another record: values that are the same have been validated already. Raises `Rejected` with
    every column that the model refuses, and for a published item without a title. Does not check whether the slug is
    free.
    """
    if record.status == "published" and not record.title:
        raise Rejected.for_error("invalid", "Readers see this item: give it a title.", "title")
    rendered = rendered or render(record.body, record.flavour)
    columns = {
        **{column: column_value(record, name) for name, column in COLUMNS.items()},
        "body_html": rendered.html,
        "body_text": rendered.text,
        "shown_summary": summary_for_readers(record.summary, rendered.text),
        "source_url_key": url_key(record.source_url),
    }
    same = {name for name, value in columns.items() if name in valid and valid[name] == value}
    try:
        CuratedItem(**columns).full_clean(exclude=UNCHECKED | same, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Rejected(*_problems(error)) from error
    return columns


def _problems(error: ValidationError) -> list[Problem]:
    return [
        Problem("error", "invalid", " ".join(messages), "" if name == "__all__" else name)
        for name, messages in error.message_dict.items()
    ]
