"""Form fields and widgets."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model


class PreloadedAutocomplete(AutocompleteSelect):
    """An autocomplete select whose selected object is given. Django's runs a query for each select of a form."""

    selected: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        if self.selected is None or value != [str(self.selected.pk)]:
            return super().optgroups(name, value, attr)
        return [(None, [self.create_option(name, self.selected.pk, str(self.selected), True, 0)], 0)]


class MarkdownField(forms.CharField):
    """A text kept as written, except that CRLF, which browsers send, becomes LF."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "strip": False})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


class ConfirmationCheckbox(forms.CheckboxInput):
    """A checkbox whose value is the token of the confirmation. It is never ticked beforehand."""

    def __init__(self, token: str) -> None:
        super().__init__(check_test=lambda _value: False)
        self.token = token

    def format_value(self, _value: Any) -> str:
        return self.token
