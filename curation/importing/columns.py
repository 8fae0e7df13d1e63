"""A record as the columns of an item: rendered, and checked by the model that will hold them."""

from typing import Any

from django.core.exceptions import ValidationError

from curation.frontmatter.records import ItemRecord, Problem, Rejected
from curation.links import url_key
from curation.models import CuratedItem
from curation.rendering import Rendered, excerpt, render
from curation.sentences import shown_summary
from curation.snapshot import COLUMNS, column_value

#: Columns that need no check before they are written: relations, whose rows were checked, and what we derive.
UNCHECKED = {
    *("publisher", "image", "body_html", "body_text", "shown_summary", "source_url_key"),
    *("breadcrumbs", "meta", "media_provenance"),
}


def columns_of(record: ItemRecord, rendered: Rendered | None = None) -> dict[str, Any]:
    """Return an item's columns by name. `rendered` is the record's body, where that was rendered before.

    Raises `Rejected` with every column that the model refuses. Whether a slug is free is the catalogue's to see.
    """
    rendered = rendered or render(record.body, record.flavour)
    columns = {
        **{column: column_value(record, name) for name, column in COLUMNS.items()},
        "body_html": rendered.html,
        "body_text": rendered.text,
        "shown_summary": shown_summary(record.summary or excerpt(rendered.text), rendered.text),
        "source_url_key": url_key(record.source_url),
    }
    try:
        CuratedItem(**columns).full_clean(exclude=UNCHECKED, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise Rejected(*_problems(error)) from error
    return columns


def _problems(error: ValidationError) -> list[Problem]:
    return [
        Problem("error", "invalid", " ".join(messages), "" if name == "__all__" else name)
        for name, messages in error.message_dict.items()
    ]
