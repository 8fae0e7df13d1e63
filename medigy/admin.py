"""The admin as a whole: its name, and what comes first on its front page."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

from curation.changelists import BoundedAdmin

#: The order of models on the front page and in the side bar: what editors open most comes first.
ORDER = (
    *("CuratedItem", "ImportRun", "Conflict", "Topic", "Vocabulary", "Offering"),
    *("Publisher", "Author", "Tag", "Image", "Alias", "BodyReference"),
)


class CurationAdminSite(admin.AdminSite):
    site_header = f"{settings.SITE_NAME} Curation"
    site_title = f"{settings.SITE_NAME} Curation"
    index_title = "What would you like to work on?"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register models; lists of other applications' admins are bounded like our own."""
        admin_class = admin_class or admin.ModelAdmin
        if not issubclass(admin_class, BoundedAdmin):
            admin_class = type(admin_class.__name__, (BoundedAdmin, admin_class), {"__module__": __name__})
        super().register(model_or_iterable, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """List content first, in the order of `ORDER`."""
        apps: list[Any] = super().get_app_list(request, app_label)
        content = next((app for app in apps if app["app_label"] == "curation"), None)
        if content is None:
            return apps
        content["models"] = sorted(content["models"], key=lambda model: _rank(model["object_name"]))
        return [content, *(app for app in apps if app is not content)]


def _rank(object_name: str) -> int:
    return ORDER.index(object_name) if object_name in ORDER else len(ORDER)
