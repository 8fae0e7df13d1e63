"""What every page of the admin shares."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import CASCADE, PROTECT, Count, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.changelists import BoundedAdmin
from curation.models import CuratedItem


class CurationAdmin(BoundedAdmin):
    """Lists of fixed cost, and deletion pages that count what goes along instead of printing all of it."""

    list_per_page = 50
    show_full_result_count = False

    def own_path(self, route: str, view: Any, name: str, allowed: Callable[[HttpRequest], bool]) -> URLPattern:
        """Return an address whose view is for staff to whom `allowed` applies."""

        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not allowed(request):
                raise PermissionDenied
            return view(request, **kwargs)  # type: ignore[no-any-return]

        return path(route, self.admin_site.admin_view(guarded), name=f"curation_{self.opts.model_name}_{name}")

    def goes_along(self) -> dict[type[Model], str]:
        """Return what to call the rows of a model that are deleted or loosened with an object of this one."""
        return {}

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Return the objects, how many rows go along with them, and what is in the way of deleting them.

        Django's own walks through every related row and prints each: thousands for a topic.
        """
        chosen = list(objs)
        counts = {str(self.opts.verbose_name_plural): len(chosen)}
        denied = set() if self.has_delete_permission(request) else {str(self.opts.verbose_name)}
        protected: list[str] = []
        for relation in self.opts.related_objects:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": chosen})
            if relation.on_delete is PROTECT:
                protected += [edit_link(row) for row in rows[: self.list_per_page]]
            elif label := self.goes_along().get(relation.related_model):
                counts[label] = rows.count()
                if counts[label] and relation.on_delete is CASCADE and self._is_denied(request, relation.related_model):
                    denied.add(str(relation.related_model._meta.verbose_name))
        return [edit_link(obj) for obj in chosen], counts, denied, protected

    def _is_denied(self, request: HttpRequest, model: type[Model]) -> bool:
        """Whether somebody may not delete rows of a model that has pages of its own here."""
        own = self.admin_site._registry.get(model)
        return own is not None and not own.has_delete_permission(request)


class ItemCountAdmin(CurationAdmin):
    """Lists how many items each object has: rows of `holder` whose foreign key `key` it is.

    The item list's filter for it has the key's name.
    """

    holder: ClassVar[type[Model]]
    key: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted: QuerySet[Any] = super().get_queryset(request).annotate(item_count=row_count(self.holder, self.key))
        return counted

    @admin.display(description="items", ordering="item_count")
    def item_count(self, obj: Any) -> SafeString:
        url = reverse("admin:curation_curateditem_changelist", query={self.key: obj.pk})
        return format_html('<a href="{}">{}</a>', url, obj.item_count)

    def goes_along(self) -> dict[type[Model], str]:
        return {self.holder: "links to items"}


def edit_link(obj: Model) -> SafeString:
    """Return a link to an object's page in the admin."""
    return format_html('<a href="{}">{}</a>', edit_url(obj), obj)


def edit_url(obj: Model) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def row_count(model: type[Model], foreign_key: str) -> Coalesce:
    """Return how many rows of a model have the row at hand as `foreign_key`, as a column that lists can sort by."""
    rows = model._default_manager.filter(**{foreign_key: OuterRef("pk")}).order_by()
    counted = rows.values(foreign_key).annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def state_of(item: CuratedItem) -> str:
    """Return an item's state in a word, as readers feel it."""
    if item.has_expired:
        return "Expired"
    if item.status == CuratedItem.Status.PUBLISHED and not item.is_live:
        return "Scheduled"
    return "Live" if item.is_live else item.get_status_display()
