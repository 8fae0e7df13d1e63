"""Form fields and widgets."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Field, Model
from django.urls import reverse_lazy
from django.utils.text import format_lazy

from curation.admin_site.autocomplete import RECENT


class PreloadedAutocomplete(AutocompleteSelect):
    """An autocomplete select whose selected object is given. Django's runs a query for each select of a form."""

    selected: Model | None = None

    def optgroups(self, name: str, value: Any, attr: Any = None) -> list[Any]:
        if self.selected is None or value != [str(self.selected.pk)]:
            return super().optgroups(name, value, attr)
        return [(None, [self.create_option(name, self.selected.pk, str(self.selected), True, 0)], 0)]


CHIPS_MEDIA = forms.Media(
    css={"all": ("admin-curation/chips.css",)},
    js=[forms.Script("admin-curation/chips.js", type="module")],  # type: ignore[list-item]  # not in the stubs
)


def chip_attrs(field: Field[Any, Any], **settings: Any) -> dict[str, Any]:
    """Return the HTML attributes of an input or select in whose place `chips.js` shows chips.

    `field` is the foreign key that the autocomplete is asked through. Settings: `grouped` for texts that begin with the
    name of a group and a colon; `hosts` for rows that a link stands for; `new` for a line in which any name can be new;
    `make_url`, an address that makes a row.
    """
    names = {"app_label": field.model._meta.app_label, "model_name": field.model._meta.model_name}
    query = urlencode({**names, "field_name": field.name, RECENT: "1"})
    flags = {f"data-chips-{name}": True for name in ("grouped", "hosts", "new") if settings.get(name)}
    make_url = settings.get("make_url")
    return {
        "data-chips-url": format_lazy("{}?{}", reverse_lazy("admin:autocomplete"), query),
        **flags,
        **({"data-make-url": make_url} if make_url else {}),
    }


class ChipSelect(PreloadedAutocomplete):
    """A select of one row, in whose place `chips.js` shows a chip. It works without script as far as it has options."""

    def __init__(self, field: Any, **settings: Any) -> None:
        super().__init__(field, admin.site)
        self.chips = chip_attrs(field, **settings)

    @property
    def media(self) -> forms.Media:
        return CHIPS_MEDIA

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """Return the attributes without those of Select2, which would take the select as its own."""
        return {**base_attrs, **(extra_attrs or {}), **self.chips}


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
