"""Form fields and widgets."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteMixin, AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Field, Model
from django.urls import reverse_lazy
from django.utils.text import format_lazy

from curation.admin_site.autocomplete import RECENT
from curation.models import Publisher, Topic

CHIPS_MEDIA = forms.Media(
    css={"all": ("admin-curation/chips.css",)},
    js=[forms.Script("admin-curation/chips.js", type="module")],  # type: ignore[list-item]  # not in the stubs
)


def chip_attrs(field: Field[Any, Any], *, new: bool = False) -> dict[str, Any]:
    """Return the HTML attributes of an input or select in whose place `chips.js` shows chips.

    `field` is the relation that the autocomplete is asked through; `new` is for a line in which any name can be new.
    The texts of topics begin with the name of a group and a colon; a link stands for its publisher.
    """
    names = {"app_label": field.model._meta.app_label, "model_name": field.model._meta.model_name}
    query = urlencode({**names, "field_name": field.name, RECENT: "1"})
    flags = {"grouped": field.related_model is Topic, "hosts": field.related_model is Publisher, "new": new}
    return {
        "data-chips-url": format_lazy("{}?{}", reverse_lazy("admin:autocomplete"), query),
        **{f"data-chips-{name}": True for name, is_set in flags.items() if is_set},
    }


class ChipWidget(AutocompleteMixin):
    """A select in whose place `chips.js` shows chips. It works without script as far as it has options."""

    def __init__(self, field: Any) -> None:
        super().__init__(field, admin.site)
        self.chips = chip_attrs(field)

    @property
    def media(self) -> forms.Media:
        return CHIPS_MEDIA

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """Return the attributes without Select2's, and without `required`: a browser cannot ask for a hidden field."""
        attrs = {**base_attrs, **(extra_attrs or {}), **self.chips}
        return {name: value for name, value in attrs.items() if name != "required"}


class ChipSelect(ChipWidget, AutocompleteSelect):
    """A select of one row. If it is given as `selected`, no query looks for it."""

    selected: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        if self.selected is None or value != [str(self.selected.pk)]:
            return super().optgroups(name, value, attr)
        return [(None, [self.create_option(name, self.selected.pk, str(self.selected), True, 0)], 0)]


class ChipSelectMultiple(ChipWidget, AutocompleteSelectMultiple):
    """A select of several rows."""


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
