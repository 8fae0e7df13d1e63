"""Form fields and widgets of the editors' forms."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.urls import reverse_lazy


class LabelledAutocomplete(AutocompleteSelect):
    """An autocomplete select that is told its selected object, where a form holds many: Django's asks for each."""

    selected: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        if self.selected is None or value != [str(self.selected.pk)]:
            return super().optgroups(name, value, attr)
        return [(None, [self.create_option(name, self.selected.pk, str(self.selected), True, 0)], 0)]


class MarkdownField(forms.CharField):
    """A text kept as written, but for the line ends, which browsers send as CRLF."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "strip": False})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ConfirmBox(forms.CheckboxInput):
    """A checkbox, never ticked beforehand, that sends back what it was to confirm."""

    def __init__(self, token: str) -> None:
        super().__init__(check_test=lambda _value: False)
        self.token = token

    def format_value(self, _value: Any) -> str:
        return self.token


def suggesting(field: str) -> dict[str, Any]:
    """Return the attributes of an input that suggests the values other items have in a field; see `suggest.js`."""
    return {"data-suggest-url": reverse_lazy("admin:curation_curateditem_suggest", args=[field]), "autocomplete": "off"}
