"""Import records: one file of a run each, with its problems and the changes of its item."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from curation.admin.badges import badge
from curation.admin.links import edit_link
from curation.admin.read_only import ReadOnlyAdmin
from curation.admin_site.file_names import file_names
from curation.importing.history.diff import changes
from curation.models import ImportRecord

from .differences import mark_change


@admin.register(ImportRecord)
class ImportRecordAdmin(ReadOnlyAdmin):
    """A list that the page of a run links to; the front page does not name it."""

    list_display = ("__str__",)
    sortable_by = ()
    list_filter = ("outcome",)
    search_fields = ("path", "slug")
    search_help_text = "A part of the path, or the item's slug."
    fields = ("run", "outcome_badge", "item_link", "problem_list", "differences")
    keeper_fields = ("path", "sha256", "unmapped_keys")

    class Media:
        css = {"all": ["admin-curation/imports.css"]}

    def has_module_permission(self, _request: HttpRequest) -> bool:
        return False

    def get_fieldsets(self, _request: HttpRequest, obj: ImportRecord | None = None) -> Any:
        """Return the fields that are not empty, and folded those for whoever runs the server."""
        empty = {"problem_list": obj and not obj.problems, "unmapped_keys": obj and not obj.unmapped}
        empty["differences"] = obj and not any(changes(obj))
        shown, folded = ([name for name in names if not empty.get(name)] for names in (self.fields, self.keeper_fields))
        return [(None, {"fields": shown}), ("For whoever runs the server", {"fields": folded, "classes": ["collapse"]})]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data:
            record = response.context_data["original"]
            response.context_data |= {"title": file_names(record.path, record.run), "subtitle": None}
        return response

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("run").defer("run__options", "run__made")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, loaded without the long columns."""
        changelist = super().get_changelist_instance(request)
        changelist.result_list = changelist.result_list.defer("before", "after", "unmapped")
        return changelist

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        response = super().changelist_view(request, {"title": "Files of imports", **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data:
            records = response.context_data["cl"].result_list
            response.context_data["rows"] = [(record, self.outcome_badge(record)) for record in records]
        return response

    @admin.display(description="outcome", ordering="outcome")
    def outcome_badge(self, record: ImportRecord) -> SafeString:
        return badge(record.outcome, record.get_outcome_display())

    @admin.display(description="item")
    def item_link(self, record: ImportRecord) -> SafeString | str:
        return edit_link(record.item) if record.item else "none, or deleted since"

    @admin.display(description="problems")
    def problem_list(self, record: ImportRecord) -> SafeString:
        return render_to_string("admin/curation/importrun/problems.html", {"problems": record.problems})

    @admin.display(description="differences")
    def differences(self, record: ImportRecord) -> SafeString:
        context = {"changes": [mark_change(change) for change in changes(record)]}
        return render_to_string("admin/curation/importrun/changes.html", context)

    @admin.display(description="keys that the desk has no field for")
    def unmapped_keys(self, record: ImportRecord) -> str:
        return ", ".join(record.unmapped)
