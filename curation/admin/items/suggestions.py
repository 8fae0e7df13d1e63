"""Suggestions for text fields of the item form: values that other items have."""

from typing import Any

from django.urls import reverse_lazy

from curation.models import CuratedItem

#: The text columns whose inputs suggest values.
SUGGESTED_COLUMNS = ("kind", "format", "section", "institution")
MAX_SUGGESTIONS = 10


def suggestion_attrs(field: str) -> dict[str, Any]:
    """Return the HTML attributes of an input that suggests values of a field; `suggest.js` reads them."""
    return {"data-suggest-url": reverse_lazy("admin:curation_curateditem_suggest", args=[field]), "autocomplete": "off"}


def suggested_values(column: str, prefix: str) -> list[str]:
    """Return at most `MAX_SUGGESTIONS` values of a column that start with `prefix`, in any case."""
    items = CuratedItem.objects.not_binned().filter(**{f"{column}__istartswith": prefix}).exclude(**{column: ""})
    return list(items.order_by(column).values_list(column, flat=True).distinct()[:MAX_SUGGESTIONS])
