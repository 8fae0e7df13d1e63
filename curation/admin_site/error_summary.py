"""The summary of a form's errors: a list of links to the fields, errors of hidden inputs and of rows included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm, BaseFormSet, BoundField
from django.utils.text import capfirst

#: The code of an error that asks for a confirmation.
CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """An error: the label of its field, the ID of the element to go to ("" for none), and the message.

    A message may hold HTML, with links: the label alone is the link to the field.
    """

    label: str
    target: str
    message: str


@dataclass(slots=True)
class ErrorSummary:
    errors: list[SummaryLine] = field(default_factory=list)
    confirmations: list[SummaryLine] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """The heading of the summary, which begins the title of the page: “Error (2)”; "" without errors."""
        if self.errors:
            return f"Error ({len(self.errors)})"
        return f"Please confirm ({len(self.confirmations)})" if self.confirmations else ""

    @property
    def lines(self) -> list[SummaryLine]:
        return self.errors + self.confirmations

    def add(self, label: str, target: str, errors: Iterable[ValidationError]) -> None:
        for error in errors:
            lines = self.confirmations if error.code == CONFIRMATION else self.errors
            lines += [SummaryLine(label, target, message) for message in error.messages]


def summarise(form: BaseForm, inlines: Iterable[Any]) -> ErrorSummary:
    """Return the errors of a form and of the formsets of its inlines (`InlineAdminFormSet`)."""
    summary = ErrorSummary()
    for label, target, errors in _form_errors(form, ""):
        summary.add(label, target, errors)
    for inline in inlines:
        name = str(capfirst(inline.opts.verbose_name_plural))
        rows = list(_row_errors(inline.formset, name))
        for label, target, errors in rows:
            summary.add(label, target, errors)
        # An error of a whole formset, such as a duplicate, may repeat the message of its row.
        said = {message for _label, _target, errors in rows for error in errors for message in error.messages}
        errors = [error for error in inline.formset.non_form_errors().as_data() if not said.issuperset(error.messages)]
        summary.add(name, f"{inline.formset.prefix}-group", errors)
    return summary


Errors = Iterator[tuple[str, str, list[ValidationError]]]


def _row_errors(formset: BaseFormSet[Any], name: str) -> Errors:
    for number, row in enumerate(formset.forms, 1):
        if row.errors and not (formset.can_delete and formset._should_delete_form(row)):  # type: ignore[attr-defined]  # not in the stubs
            for label, target, errors in _form_errors(row, row.prefix or ""):
                is_said = name.lower().startswith(label.lower())  # “Topics, row 2” needs no “Topic”
                yield f"{name}, row {number}" + ("" if is_said else f", {label}"), target, errors


def _form_errors(form: BaseForm, target: str) -> Errors:
    """Yield the label, target and errors of each field; `target` is that of errors without a visible field."""
    for name, errors in form.errors.as_data().items():
        if name == NON_FIELD_ERRORS:
            yield "", target, errors
        elif form[name].is_hidden:
            yield str(form[name].label), target, errors
        else:
            yield str(form[name].label), _first_input(form[name]), errors


def _first_input(bound: BoundField) -> str:
    """Return the ID of a field's input, or of the first one of several, such as date and time."""
    return bound.id_for_label or f"{bound.auto_id}_0"
