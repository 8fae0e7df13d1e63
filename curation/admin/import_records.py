"""What a run did with each file: a list, and the page of one file with what became different."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.importing.changes import changes
from curation.models import ImportRecord

from .base import edit_link
from .differences import difference
from .read_only import ReadOnlyAdmin


@admin.register(ImportRecord)
class ImportRecordAdmin(ReadOnlyAdmin):
    """Reached from the page of a run."""

    list_display = ("path", "outcome_badge", "run", "first_problem")
    list_filter = ("outcome",)
    search_fields = ("path", "slug")
    search_help_text = "A part of the path, or the item's slug."
    fields = ("run", "outcome_badge", "item_link", "problem_list", "differences", "unmapped_keys", "sha256")

    class Media:
        css = {"all": ["admin-curation/imports.css"]}

    def has_module_permission(self, _request: HttpRequest) -> bool:
        return False

    def get_fields(self, _request: HttpRequest, obj: ImportRecord | None = None) -> list[Any]:
        """Leave out what there is nothing to say of."""
        empty = {"problem_list": obj and not obj.problems, "unmapped_keys": obj and not obj.unmapped}
        empty["differences"] = obj and not any(changes(obj))
        return [name for name in self.fields if not empty.get(name)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("run")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Leave the long columns out of the list."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = changelist.result_list.defer("before", "after", "unmapped")
        return changelist

    @admin.display(description="outcome", ordering="outcome")
    def outcome_badge(self, record: ImportRecord) -> SafeString:
        return format_html('<span class="state state-{}">{}</span>', record.outcome, record.get_outcome_display())

    @admin.display(description="problem", empty_value="")
    def first_problem(self, record: ImportRecord) -> str:
        return record.problems[0]["message"] if record.problems else ""

    @admin.display(description="item")
    def item_link(self, record: ImportRecord) -> SafeString | str:
        return edit_link(record.item) if record.item else "none, or deleted since"

    @admin.display(description="problems")
    def problem_list(self, record: ImportRecord) -> SafeString:
        return render_to_string("admin/curation/importrun/problems.html", {"problems": record.problems})

    @admin.display(description="differences")
    def differences(self, record: ImportRecord) -> SafeString:
        found = [difference(change) for change in changes(record)]
        return render_to_string("admin/curation/importrun/differences.html", {"differences": found})

    @admin.display(description="keys that no field takes")
    def unmapped_keys(self, record: ImportRecord) -> str:
        return ", ".join(record.unmapped)
