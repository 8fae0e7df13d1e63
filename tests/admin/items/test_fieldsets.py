"""The groups of fields of the item form."""

from django.contrib.admin.utils import flatten_fieldsets

from curation.admin.items.fieldsets import FIELDSETS, complete, editable_columns, without_fields


def test_a_column_that_no_group_names_is_put_into_a_group_of_its_own() -> None:
    other = ("Other", {"classes": ("collapse",), "fields": ("reading_time",)})
    assert complete(FIELDSETS, ["title", "reading_time"]) == (*FIELDSETS, other)


def test_without_such_columns_there_is_no_further_group() -> None:
    assert complete(FIELDSETS, ["title", "via_url", "meta"]) == FIELDSETS


def test_derived_columns_and_timestamps_are_not_editable() -> None:
    columns = set(editable_columns())
    assert {"title", "body", "language"} <= columns
    assert columns.isdisjoint({"id", "body_html", "shown_summary", "edited_at", "updated_at", "breadcrumbs"})


def test_fields_are_left_out_of_their_groups() -> None:
    names = flatten_fieldsets(without_fields(FIELDSETS, {"save_anyway", "new_image"}))
    assert set(names) == set(flatten_fieldsets(FIELDSETS)) - {"save_anyway", "new_image"}
