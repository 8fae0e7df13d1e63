"""The kinds of values that a bulk action asks for. The admin makes a form field of each (`admin/bulk/forms.py`).

A `BulkChange` stores a value as JSON: IDs of rows, a text, a time, a choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model

#: The value of an argument before one is chosen, and of actions without an argument.
UNCHOSEN: Any = object()


class RowGone(Exception):
    """A row that was chosen has been deleted since. The message names the kind of row."""


@dataclass(frozen=True, slots=True)
class Argument:
    """The value that an action asks for, with the label of its field."""

    label: str
    help_text: str = ""

    def to_json(self, value: Any) -> Any:
        return value

    def from_json(self, stored: Any) -> Any:
        """Return a stored value. Raises `RowGone`."""
        return stored

    def describe(self, value: Any) -> str:
        """Return a value as text for editors."""
        return f"“{value}”" if value else "empty"


@dataclass(frozen=True, slots=True)
class Rows(Argument):
    """One or more rows of a model. With `may_add`, names of rows that do not exist yet may be given."""

    model: type[Model] | None = None
    may_add: bool = False

    def to_json(self, value: Any) -> Any:
        return [row.pk for row in value]

    def from_json(self, stored: Any) -> Any:
        assert self.model is not None  # noqa: S101  # for the types
        found = self.model._default_manager.in_bulk(stored)
        if len(found) < len(stored):
            raise RowGone(f"{self.model._meta.verbose_name} was deleted meanwhile".capitalize())
        return [found[pk] for pk in stored]

    def describe(self, value: Any) -> str:
        return ", ".join(f"“{row}”" for row in value)


@dataclass(frozen=True, slots=True)
class OptionalRow(Argument):
    """A row of a model, or none."""

    model: type[Model] | None = None

    def to_json(self, value: Any) -> Any:
        return value and value.pk

    def from_json(self, stored: Any) -> Any:
        assert self.model is not None  # noqa: S101  # for the types
        if stored is None:
            return None
        row = self.model._default_manager.filter(pk=stored).first()
        if row is None:
            raise RowGone(f"{self.model._meta.verbose_name} was deleted meanwhile".capitalize())
        return row


@dataclass(frozen=True, slots=True)
class Text(Argument):
    """A text, which may be empty, with the checks and suggestions of a column of items."""

    column: str = ""


@dataclass(frozen=True, slots=True)
class Time(Argument):
    """A time in the future."""

    def to_json(self, value: Any) -> Any:
        return value.astimezone(UTC).isoformat()

    def from_json(self, stored: Any) -> Any:
        return datetime.fromisoformat(stored)

    def describe(self, value: Any) -> str:
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Choice(Argument):
    """Yes or no, asked only if it makes a difference."""

    def describe(self, value: Any) -> str:
        return "yes" if value else "no"
