"""Choices of a sent form whose rows were deleted while the form was open."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.models import DELETION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError

from curation.items.actors import Actor
from curation.items.merging.rows import row_that_stayed


class DeletedChoicesForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A form that goes on without a deleted row that it showed, and names one that its editor newly chose.

    A deletion takes the row off every item, so a form that still shows it has nothing to decide. In place of a row that
    was merged, the form takes the one that stayed.
    """

    #: The fields of rows, each with the hidden field that holds the ID of the row that the form showed.
    shown_fields: ClassVar[dict[str, str]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Sentences about the rows that the form showed and is without now.
        self.deleted_choices: list[str] = []
        #: The fields whose row was merged into another one, which they have now.
        self.merged_choices: set[str] = set()

    def _clean_fields(self) -> None:
        super()._clean_fields()  # type: ignore[misc]  # not in the stubs
        for name, shown in self.shown_fields.items():
            sent = self.data.get(self.add_prefix(name), "")
            if self.has_error(name, "invalid_choice") and sent.isdecimal() and len(sent) < 19:
                del self.errors[name]
                if stayed := row_that_stayed(self._meta.model._meta.get_field(name).related_model, int(sent)):
                    self._go_on_with(name, stayed, is_shown=sent == self.data.get(self.add_prefix(shown)))
                    continue
                self._go_on_without(name, sent, is_shown=sent == self.data.get(self.add_prefix(shown)))

    def _go_on_with(self, name: str, stayed: Any, *, is_shown: bool) -> None:
        """Take the row that a chosen one was merged into. If the form showed that one, its editor chose nothing."""
        self.cleaned_data[name] = stayed
        self.merged_choices.add(name)
        if is_shown and name in self.changed_data:
            self.changed_data.remove(name)

    def _go_on_without(self, name: str, sent: str, *, is_shown: bool) -> None:
        deletion = _deletion(self._meta.model._meta.get_field(name).related_model, sent)
        if not is_shown:
            self.add_error(name, ValidationError(f"{deletion}: choose another one, or none.", code="deleted"))
            return
        self.deleted_choices.append(f"{deletion}, so it is left out.")
        self.cleaned_data[name] = None
        if not self.initial.get(name) and name in self.changed_data:
            self.changed_data.remove(name)  # whose former value is gone, too


def _deletion(model: Any, pk: str) -> str:
    """Return which row was deleted and by whom, as far as the admin's log tells."""
    noun = model._meta.verbose_name
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(model), object_id=pk, action_flag=DELETION
    )
    entry = entries.select_related("user").order_by("-pk").first()
    if entry is None:
        return f"The {noun} that was chosen here was deleted meanwhile"
    return f"The {noun} “{entry.object_repr}” was deleted meanwhile by {Actor.of(entry.user).name}"
