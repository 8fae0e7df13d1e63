"""Publishers, authors, offerings and topics that the item form makes in place, from what was typed into a field."""

from __future__ import annotations

from html import unescape
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Field, Model
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.html import strip_tags

from curation.admin.base import AddOnlyRelations
from curation.admin.widgets import ChipSelect
from curation.admin_site.parameters import text_parameter
from curation.lib.names import name_key
from curation.models import Author, Offering, Publisher, Topic, Vocabulary


def _topic_data(name: str) -> dict[str, Any]:
    """Return the form data of a topic that is written as `Vocabulary: Label`. Raises `ValidationError`."""
    vocabulary, colon, label = name.partition(":")
    row = Vocabulary.objects.filter(name_key=name_key(vocabulary)).first() if colon else None
    if row is None:
        known = ", ".join(Vocabulary.objects.values_list("name", flat=True)[:10])
        raise ValidationError(
            f"Write a new topic with its vocabulary before a colon. Vocabularies are {known or 'none'}."
        )
    return {"vocabulary": row.pk, "label": label.strip()}


#: The rows that can be made by a name, by the name of the foreign key, with the form data that a name stands for.
_MADE: dict[str, tuple[type[Model], Any]] = {
    "publisher": (Publisher, lambda name: {"domain": name}),
    "author": (Author, lambda name: {"name": name}),
    "offering": (Offering, lambda name: {"name": name}),
    "topic": (Topic, _topic_data),
}


class RowsInPlace(AddOnlyRelations):
    """A form whose fields of chips make rows themselves, where Django's open a window."""

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: Any, **kwargs: Any) -> forms.Field | None:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        wrapped = field.widget.widget if field and isinstance(field.widget, RelatedFieldWidgetWrapper) else None
        if field and isinstance(wrapped, ChipSelect):
            field.widget = wrapped
            wrapped.chips |= _make_attrs(request, db_field.name)
        return field


def _make_attrs(request: HttpRequest, field: str) -> dict[str, str]:
    """Return the attribute with the address at which a field makes a row; none where the user may not."""
    if field not in _MADE or not admin.site.get_model_admin(_MADE[field][0]).has_add_permission(request):
        return {}
    return {"data-make-url": reverse("admin:curation_curateditem_make", args=[field])}


def make_view(request: HttpRequest, field: str) -> HttpResponse:
    """Make a row of the parameter `name`. Return `id` and `text` as JSON, or with status 400 `error`.

    Its own form checks it, so what is refused there is refused here.
    """
    if field not in _MADE:
        raise Http404
    model, data_of = _MADE[field]
    model_admin = admin.site.get_model_admin(model)
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    try:
        form = model_admin.get_form(request)(data_of(text_parameter(request.POST, "name").strip()))
    except ValidationError as error:
        return _refusal(error.messages)
    if not form.is_valid():
        return _refusal(message for errors in form.errors.values() for message in errors)
    with transaction.atomic():
        row = form.save(commit=False)
        model_admin.save_model(request, row, form, change=False)
        model_admin.log_addition(request, row, [{"added": {}}])
    return JsonResponse({"id": str(row.pk), "text": str(row)})


def _refusal(messages: Any) -> HttpResponse:
    text = " ".join(unescape(strip_tags(message)) for message in messages)
    return JsonResponse({"error": text}, status=HTTPStatus.BAD_REQUEST)
