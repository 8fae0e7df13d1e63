"""Every editable column of a model with an admin form is in that form, or is named below with the reason."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.test import RequestFactory

from curation.admin.authors import AuthorAdmin
from curation.admin.items.relation_inlines import OfferingInline
from curation.models import Author, CuratedItem, ItemOffering

#: Editable columns without a form field, with the reason.
NOT_IN_FORM = {"curation.Image.file": "an image is uploaded through the field “upload”, which verifies it"}


@pytest.fixture
def root_request(db: None, rf: RequestFactory) -> HttpRequest:
    """A request of somebody who may do everything."""
    request: HttpRequest = rf.get("/")
    request.user = User.objects.create_superuser("root")
    return request


def forms_of(model_admin: Any, request: HttpRequest) -> Iterator[tuple[type[Model], set[str]]]:
    """Yield each model that a page of the admin edits, with the fields that its form has or is given by the page."""
    may_change = model_admin.has_change_permission(request)
    if not may_change and not model_admin.has_add_permission(request):
        return
    obj = model_admin.model() if may_change else None
    yield model_admin.model, set(model_admin.get_form(request, obj).base_fields)
    for formset, inline in model_admin.get_formsets_with_inlines(request, obj):
        if inline.has_change_permission(request, obj):
            yield inline.model, {*formset.form.base_fields, formset.fk.name}


def editable_columns(model: type[Model]) -> Iterator[str]:
    """Yield the editable columns of a model, and its many-to-many fields without a model of their own."""
    throughs = {field: field.remote_field.through for field in model._meta.local_many_to_many}
    plain = [field for field, through in throughs.items() if through and through._meta.auto_created]
    for field in (*model._meta.concrete_fields, *plain):
        if field.editable and not field.auto_created:
            yield field.name


def missing_columns(model_admin: Any, request: HttpRequest) -> set[str]:
    """Return the editable columns that the forms of a model admin lack."""
    return {
        f"{model._meta.label}.{name}"
        for model, fields in forms_of(model_admin, request)
        for name in editable_columns(model)
        if name not in fields
    }


def test_every_editable_column_is_in_its_form_or_named_with_a_reason(root_request: HttpRequest) -> None:
    own = [own for model, own in admin.site._registry.items() if model._meta.app_label == "curation"]
    assert set().union(*(missing_columns(model_admin, root_request) for model_admin in own)) == set(NOT_IN_FORM)


def test_the_columns_of_items_and_of_their_relations_are_checked(root_request: HttpRequest) -> None:
    forms = dict(forms_of(admin.site._registry[CuratedItem], root_request))
    assert {"institution", "language"} <= set(editable_columns(CuratedItem)) <= forms[CuratedItem]
    assert set(editable_columns(ItemOffering)) == {"item", "offering", "position", "is_primary"} <= forms[ItemOffering]


def test_a_column_that_a_form_lacks_is_found(root_request: HttpRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AuthorAdmin, "fields", ("name", "slug", "bio"))
    monkeypatch.setattr(OfferingInline, "fields", ("offering", "position"))
    assert missing_columns(admin.site._registry[Author], root_request) == {"curation.Author.url"}
    assert missing_columns(admin.site._registry[CuratedItem], root_request) == {"curation.ItemOffering.is_primary"}
