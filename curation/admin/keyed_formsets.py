"""Inline formsets whose rows are identified by what they name, not by the ID of a database row.

A form that is open for an hour must not break when an import, or somebody else, has deleted and written its rows again.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, QueryDict

from curation.db.prefetched import prefetched
from curation.models import CuratedItem


class KeyedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """One row. Its constraints are checked by the formset, for all rows together, and by the verb that writes them."""

    def _get_validation_exclusions(self) -> set[str]:
        return {*super()._get_validation_exclusions(), *self.fields}  # type: ignore[misc]  # not in the stubs


class KeyedFormSet(BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs alone
    """The rows of an item by the field `key`. It validates, and leaves writing to its caller: see `rows()`."""

    key: ClassVar[str]

    def __init__(self, data: Any = None, *, prefix: str = "", **kwargs: Any) -> None:
        name = prefix or self.get_default_prefix()
        super().__init__(_without_deleted(data, name) if data is not None else None, prefix=name, **kwargs)

    def get_queryset(self) -> Any:
        """Return the rows of the item: those in memory where it has any, as under a draft."""
        in_memory = prefetched(self.instance, self.fk.remote_field.get_accessor_name() or "")
        return super().get_queryset() if in_memory is None else in_memory

    def initial_form_count(self) -> int:
        """Return 0 for sent rows: each is taken as new."""
        return 0 if self.is_bound else super().initial_form_count()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        # The ID of a row is neither needed nor checked. The admin's template prints the field.
        form.fields["id"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> None:
        """Mark every row whose key an earlier row has. Of two that were merged meanwhile, leave the later one out."""
        found: dict[Any, Any] = {}
        for form in self.filled_forms():
            key = form.cleaned_data[self.key]
            first = found.setdefault(key, form)
            if first is not form and any(self.key in getattr(row, "merged_choices", ()) for row in (first, form)):
                if form.cleaned_data.get("is_primary"):
                    first.cleaned_data["is_primary"] = True
                form.cleaned_data[self.key] = None
            elif first is not form:
                form.add_error(self.key, ValidationError("Chosen twice: remove one of the two.", code="repeated"))

    def filled_forms(self) -> list[Any]:
        """Return the valid forms with a key, in their order."""
        return [form for form in self.forms if getattr(form, "cleaned_data", {}).get(self.key)]

    def save(self, commit: bool = True) -> list[Any]:  # noqa: ARG002  # as the base class has it
        """Write nothing: the caller writes all relations at once."""
        return []


def _without_deleted(data: Any, prefix: str) -> QueryDict:
    """Return the data of a form without the rows that are marked for deletion, and the others renumbered."""
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    number = int(total) if total.isdecimal() and len(total) < 4 else 0
    result = QueryDict(mutable=True)
    kept = [index for index in range(number) if not data.get(f"{prefix}-{index}-DELETE")]
    moved = {f"{prefix}-{index}-": f"{prefix}-{new}-" for new, index in enumerate(kept)}
    for name, values in data.lists():
        start = name[: name.rfind("-") + 1]
        if start in moved:
            result.setlist(moved[start] + name[len(start) :], values)
        elif not (name.startswith(f"{prefix}-") and start[len(prefix) + 1 : -1].isdecimal()):
            result.setlist(name, values)
    # Django refuses a form without a number.
    result[f"{prefix}-TOTAL_FORMS"] = str(len(kept)) if number or total == "0" else ""
    return result


class ItemPermissions:
    """Permissions of an inline of items: who may change an item may change its relations."""

    admin_site: Any

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(self._item_admin.has_view_permission(request, obj))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_write(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_write(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_write(request, obj)

    def _may_write(self, request: HttpRequest, obj: Any) -> bool:
        item_admin = self._item_admin
        return bool(item_admin.has_change_permission(request, obj) if obj else item_admin.has_add_permission(request))

    @property
    def _item_admin(self) -> Any:
        return self.admin_site.get_model_admin(CuratedItem)
