"""The form fields of bulk actions: one for each kind of argument."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin.items.suggestions import suggestion_attrs
from curation.admin.items.tags_field import TagsField
from curation.admin.widgets import ChipSelect, ChipSelectMultiple
from curation.admin_site.parameters import text_parameter
from curation.admin_site.times import zone_name
from curation.items.bulk.arguments import Argument, Choice, OptionalRow, Rows, Text, Time
from curation.items.relations import RELATED
from curation.lib.names import name_key
from curation.models import CuratedItem, Publisher, Tag


class ConfirmForm(forms.Form):
    """The field `value` for the argument of an action; no field for an action without one."""

    def __init__(self, argument: Argument | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if argument is not None:
            self.fields["value"] = form_field(argument)


#: Database IDs have at most this many digits. SQLite takes no integers of over 64 bits.
MAX_ID_DIGITS = 18


class Name(str):
    """A name that was typed in place of a choice."""

    __slots__ = ()


class NamesWithoutScript:
    """Adds a text input for names to a field of chips, which needs a script, for browsers without one."""

    typed = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Any]:
        """Return the chosen IDs, and the typed names."""
        chosen: Any = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        self.typed = text_parameter(data, f"{name}_names")
        ids = chosen if isinstance(chosen, list) else [chosen] if chosen else []
        return [*ids, *(Name(line.strip()) for line in self.typed.splitlines() if line.strip())]

    def format_value(self, value: Any) -> Any:
        values = value if isinstance(value, list) else [value]
        return super().format_value([entry for entry in values if _is_id(entry)])  # type: ignore[misc]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        return format_html(
            "{}<noscript><p>Without script, write the names here, one a line:</p>"
            '<textarea name="{}_names" rows="3" aria-label="Names, one a line">{}</textarea></noscript>',
            super().render(name, value, attrs, renderer),  # type: ignore[misc]
            name,
            self.typed,
        )


class RowsWidget(NamesWithoutScript, ChipSelectMultiple):
    """A field of chips for several rows."""


class RowWidget(NamesWithoutScript, ChipSelect):
    """A field of chips for one row."""


class RowsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Rows, chosen or named."""

    def clean(self, value: Any) -> Any:
        return [*super().clean([_pk_of(self.queryset, entry) for entry in value or ()])]


class RowField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row, chosen or named, or none."""

    def clean(self, value: Any) -> Any:
        chosen = [_pk_of(self.queryset, entry) for entry in value or ()]
        if len(chosen) > 1:
            raise ValidationError("Choose one, or write one name.")
        return super().clean(chosen[0] if chosen else None)


def _is_id(entry: Any) -> bool:
    """Whether a value from a request can be the ID of a row. A typed name cannot, even if it is a number."""
    text = str(entry)
    return not isinstance(entry, Name) and text.isascii() and text.isdecimal() and len(text) <= MAX_ID_DIGITS


def _pk_of(rows: Any, entry: Any) -> Any:
    """Return the ID of a row by its typed name, in any case, or a sent ID as it is. Raises `ValidationError`."""
    if _is_id(entry):
        return entry
    if not isinstance(entry, Name):
        raise ValidationError(f"“{entry}” is not a valid ID; choose from the list.")
    _, _, last = entry.rpartition(": ")
    names = Q(name_key__in=[name_key(entry), name_key(last)])
    names |= Q(domain=entry.lower()) if rows.model is Publisher else Q()
    found = list(rows.filter(names))
    exact = [row for row in found if name_key(str(row)) == name_key(entry)] or found
    if not exact:
        kinds = rows.model._meta.verbose_name_plural
        raise ValidationError(f"Nothing is called “{entry}”; write the name as the list of {kinds} has it.")
    if len(exact) > 1:
        raise ValidationError(f"Several are called “{entry}”: {', '.join(map(str, exact))}. Write one of these.")
    return exact[0].pk


class TagNamesField(TagsField):
    """Names of tags as rows. A tag that does not exist yet is a row without an ID."""

    def clean(self, value: Any) -> list[Tag]:
        names = self.clean_tags(super().clean(value), ())
        known = {tag.name_key: tag for tag in Tag.objects.filter(name_key__in=set(map(name_key, names)))}
        found = {name_key(name): known.get(name_key(name)) or Tag(name=name) for name in names}
        if not found:
            raise ValidationError("Write at least one tag.")
        return list(found.values())


class FutureTimeField(forms.SplitDateTimeField):
    """A time in the editor's time zone, after now."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = ({"type": "date", "aria-label": "Date"}, {"type": "time", "aria-label": "Time"})
        widget = forms.SplitDateTimeWidget(
            date_format="%Y-%m-%d", time_format="%H:%M", date_attrs=attrs[0], time_attrs=attrs[1]
        )
        super().__init__(widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        moment = super().clean(value)
        if moment <= timezone.now():
            raise ValidationError("This time has passed; choose a later one, or publish the items now.")
        return moment


@singledispatch
def form_field(argument: Argument) -> forms.Field:
    """Return the form field for a kind of argument."""
    raise TypeError(f"no form field for {type(argument).__name__}")


@form_field.register
def _rows(argument: Rows) -> forms.Field:
    if argument.may_add:
        return TagNamesField(label=argument.label, help_text=argument.help_text, required=True)
    return _model_field(RowsField, argument, RowsWidget, required=True)


@form_field.register
def _optional_row(argument: OptionalRow) -> forms.Field:
    return _model_field(RowField, argument, RowWidget, required=False)


def _model_field(kind: Any, argument: Any, widget: Any, *, required: bool) -> forms.Field:
    rows = argument.model._default_manager.all()
    field: forms.Field = kind(
        rows,
        label=argument.label,
        help_text=argument.help_text,
        required=required,
        widget=widget(_key_to(argument.model)),
    )
    return field


def _key_to(model: type[Model] | None) -> Field[Any, Any]:
    """Return the foreign key of items or of their relations to a model, which the autocomplete is asked through."""
    keys: list[Any] = [
        related.model._meta.get_field(related.target.removesuffix("_id")) for related in RELATED.values()
    ]
    keys.append(CuratedItem._meta.get_field("publisher"))
    return next(key for key in keys if key.related_model is model)


@form_field.register
def _text(argument: Text) -> forms.Field:
    column: Any = CuratedItem._meta.get_field(argument.column)
    field: forms.Field = column.formfield(label=argument.label, help_text=argument.help_text, required=False)
    field.widget.attrs.update({**suggestion_attrs(argument.column), "class": "vTextField"})
    return field


@form_field.register
def _time(argument: Time) -> forms.Field:
    return FutureTimeField(label=argument.label, help_text=f"In the time of {zone_name()}.", required=True)


@form_field.register
def _choice(argument: Choice) -> forms.Field:
    return forms.BooleanField(label=argument.label, help_text=argument.help_text, required=False)
