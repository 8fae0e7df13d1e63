"""Files that a form keeps in upload slots while it is not saved, also without script.

A form that comes back with errors stores its chosen files in slots, and shows each with a hidden input that holds the
slot's token. When the form is sent again, the files of its slots are put among the uploads of the request before the
form sees it, so that each is verified like any upload.
"""

from __future__ import annotations

from collections.abc import Set
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.loader import render_to_string

from .upload_slots import UploadSlot

#: Endings of the names of the inputs beside a file input: the token, and the checkbox that removes the file.
SLOT_SUFFIX = "-slot"
REMOVE_SUFFIX = "-slot-remove"


class SlotInput(forms.FileInput):
    """A file input that shows the file of an upload slot. `KeptFiles.show()` sets `slot`."""

    slot: UploadSlot | None = None

    def use_required_attribute(self, initial: Any) -> bool:
        return self.slot is None and super().use_required_attribute(initial)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        html = super().render(name, value, attrs, renderer)
        if self.slot is None:
            return html
        names = {"token_name": name + SLOT_SUFFIX, "remove_name": name + REMOVE_SUFFIX}
        return html + render_to_string("admin/curation/kept_file.html", {"slot": self.slot, **names})


@dataclass(slots=True)
class KeptFiles:
    """The files of a POST: `slots` by the names of their inputs, and the `names` of all files as they were sent."""

    request: HttpRequest
    slots: dict[str, UploadSlot] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def take(cls, request: HttpRequest) -> KeptFiles:
        """Put the files of the posted slots into `request.FILES`. A file that was chosen since takes precedence."""
        kept = cls(request)
        for key in [key for key in request.POST if key.endswith(SLOT_SUFFIX)]:
            kept._take_slot(key.removesuffix(SLOT_SUFFIX), str(request.POST[key]))
        files: dict[str, UploadedFile[bytes]] = request.FILES.dict()  # type: ignore[assignment]
        kept.names = {name: str(file.name) for name, file in files.items()}  # a form may rename a file
        return kept

    def _take_slot(self, name: str, token: str) -> None:
        slot = UploadSlot.find(self.request.user.pk or 0, token)
        if name in self.request.FILES or name + REMOVE_SUFFIX in self.request.POST:
            if slot:
                slot.discard()
        elif slot:
            self.slots[name] = slot
            self.request.FILES[name] = slot.open()
        else:
            text = f"The file chosen for “{name}” is no longer kept, and was not saved: choose it again."
            messages.warning(self.request, text)

    def show(self, form: forms.BaseForm) -> None:
        """Store the valid files of a form that was not saved, and have its inputs show them."""
        for name, form_field in form.fields.items():
            html_name = form.add_prefix(name)
            file = self.request.FILES.get(html_name)
            if file is None or name in form.errors or not isinstance(form_field.widget, SlotInput):
                continue
            slot = self.slots.get(html_name)
            if slot is None:
                slot = UploadSlot.store(self.request.user.pk or 0, file, self.names[html_name])
            form_field.widget.slot = slot

    def keep_all(self, names: Set[str]) -> None:
        """Store the files of the inputs with some names, for a page of an error. One that cannot be stored is lost."""
        for name in self.names.keys() & names - self.slots.keys():
            file: Any = self.request.FILES[name]
            with suppress(OSError, ValueError):  # a full disk; a file that was closed
                self.slots[name] = UploadSlot.store(self.request.user.pk or 0, file, self.names[name])

    def tokens(self) -> dict[str, str]:
        """Return the values of the inputs that hold the slots, by name."""
        return {name + SLOT_SUFFIX: slot.token for name, slot in self.slots.items()}

    def lost_names(self) -> list[str]:
        """Return the names of the files that are in no slot."""
        return [file for name, file in self.names.items() if name not in self.slots]

    def discard(self) -> None:
        """Delete the slots of a form that has been saved."""
        for slot in self.slots.values():
            slot.discard()
