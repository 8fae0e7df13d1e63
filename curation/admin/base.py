"""Base classes of the model admins."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import CASCADE, PROTECT, Count, Field, IntegerField, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.admin_site.changelists import BoundedAdmin
from curation.items.actors import Actor
from curation.items.removal import delete_with_revisions
from curation.models import CuratedItem

from .file_fields import ADD_IMAGE, ImageInput, verify_pictures
from .links import edit_link
from .widgets import ChipSelect, ChipSelectMultiple

#: The last saves of a user in which recently chosen rows are looked for, and the maximum number of these rows.
RECENT_SAVES, MAX_RECENT = 30, 5


class AddOnlyRelations(admin.options.BaseModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """A form whose fields of related rows offer to add a row, but not to change, delete or view the chosen one.

    Those buttons act on the row itself, for all objects that have it, and stand where one clears the field. The
    `autocomplete_fields` are fields of chips.
    """

    def formfield_for_dbfield(self, db_field: Field[Any, Any], request: Any, **kwargs: Any) -> forms.Field | None:
        if db_field.name in self.autocomplete_fields:
            kwargs["widget"] = (ChipSelectMultiple if db_field.many_to_many else ChipSelect)(db_field)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(widget := field.widget, RelatedFieldWidgetWrapper):
            widget.can_change_related = widget.can_delete_related = widget.can_view_related = False
        return field


def may_view_items(request: HttpRequest) -> bool:
    """Whether the user may see the titles and texts of items, drafts among them."""
    return any(request.user.has_perm(f"curation.{verb}_curateditem") for verb in ("view", "change"))


class CurationAdmin(AddOnlyRelations, BoundedAdmin):
    """A model admin with lists of fixed cost, and deletion pages that count related rows instead of naming each."""

    list_per_page = 50
    show_full_result_count = False

    def guarded_path(self, route: str, view: Any, name: str, is_allowed: Callable[[HttpRequest], bool]) -> URLPattern:
        """Return a URL pattern named `curation_MODEL_NAME` whose view is for the staff whom `is_allowed` accepts."""

        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not is_allowed(request):
                raise PermissionDenied
            return view(request, **kwargs)  # type: ignore[no-any-return]

        return path(route, self.admin_site.admin_view(guarded), name=f"curation_{self.opts.model_name}_{name}")

    def before_transaction(self, request: HttpRequest) -> None:
        """Verify the pictures that were chosen."""
        if request.FILES and request.user.has_perm(ADD_IMAGE):
            fields = self.get_form(request).base_fields.items()
            names = [name for name, field in fields if isinstance(field.widget, ImageInput)]
            verify_pictures(upload for name in names if (upload := request.FILES.get(name)))

    def page_context(self, request: HttpRequest, title: str, **context: Any) -> dict[str, Any]:
        """Return the template context of a custom page of this model (`admin/curation/page.html`)."""
        return {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **context}

    def counted_on_deletion(self) -> dict[type[Model], str]:
        """Return the related models whose rows a deletion page counts, each with the label of its count.

        These rows are deleted with the object, or lose their link to it.
        """
        return {}

    def get_deleted_objects(
        self, objs: Iterable[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[str]]:
        """Return links to the objects, counts of affected rows by label, models without permission, protected rows.

        Django's own visits and prints every related row: thousands for a topic.
        """
        deleted = list(objs)
        counts = {str(self.opts.verbose_name_plural): len(deleted)}
        denied = set() if self.has_delete_permission(request) else {str(self.opts.verbose_name)}
        protected: list[str] = []
        for relation in self.opts.related_objects:
            rows = relation.related_model._base_manager.filter(**{f"{relation.field.name}__in": deleted})
            if relation.on_delete is PROTECT:
                protected += [edit_link(row) for row in rows[: self.list_per_page]]
            elif label := self.counted_on_deletion().get(relation.related_model):
                counts[label] = rows.count()
                if counts[label] and relation.on_delete is CASCADE and self._is_denied(request, relation.related_model):
                    denied.add(str(relation.related_model._meta.verbose_name))
        return [edit_link(obj) for obj in deleted], counts, denied, protected

    def _is_denied(self, request: HttpRequest, model: type[Model]) -> bool:
        """Whether the user lacks the permission to delete rows of a model that has a model admin of its own."""
        own = self.admin_site._registry.get(model)
        return own is not None and not own.has_delete_permission(request)


class ItemViewersOnly(CurationAdmin):
    """A model admin whose rows show titles or texts of items: it asks for the permission to view items as well."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_view_items(request) and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_view_items(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_view_items(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_view_items(request) and super().has_delete_permission(request, obj)


class ItemCountAdmin(CurationAdmin):
    """A model admin whose list counts the items of each object: rows of `relation_model` by its `foreign_key`.

    `item_key` is the path of these rows to the item. `autocomplete_hint` is a column that tells rows of one name apart.
    Each count links to the item list, whose filter for the object has the name of the foreign key.
    """

    relation_model: ClassVar[type[Model]]
    foreign_key: ClassVar[str]
    item_key: ClassVar[str] = "item"
    autocomplete_hint: ClassVar[str] = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        count = row_count(self.relation_model, self.foreign_key, self.item_key)
        counted: QuerySet[Any] = super().get_queryset(request).annotate(item_count=count)
        return counted

    def recently_chosen(self, user: Any) -> list[int]:
        """Return the primary keys of the rows that the items a user saved last have, newest first."""
        log = LogEntry.objects.filter(user=user, content_type=ContentType.objects.get_for_model(CuratedItem))
        texts = log.order_by("-pk").values_list("object_id", flat=True)[:RECENT_SAVES]
        items = list(dict.fromkeys(int(text) for text in texts if text and text.isdecimal()))
        rows = self.relation_model._default_manager.filter(**{f"{self.item_key}__in": items})
        pairs = rows.exclude(**{self.foreign_key: None}).order_by("pk").values_list(self.item_key, self.foreign_key)
        newest_first = sorted(pairs, key=lambda pair: items.index(pair[0]))
        return list(dict.fromkeys(pk for _item, pk in newest_first))[:MAX_RECENT]

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete an object. The history of each item that loses it says so."""
        delete_with_revisions(
            [obj], Actor.of(request.user), lambda: super(ItemCountAdmin, self).delete_model(request, obj)
        )

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        rows = list(queryset)
        delete_with_revisions(
            rows, Actor.of(request.user), lambda: super(ItemCountAdmin, self).delete_queryset(request, queryset)
        )

    @admin.display(description="items", ordering="item_count")
    def item_count(self, obj: Any) -> SafeString:
        url = reverse("admin:curation_curateditem_changelist", query={self.foreign_key: obj.pk})
        return format_html('<a href="{}">{}</a>', url, obj.item_count)

    def counted_on_deletion(self) -> dict[type[Model], str]:
        return {self.relation_model: "links to items"}


def row_count(model: type[Model], foreign_key: str, to_item: str = "") -> Coalesce:
    """Return an annotation that counts the rows of a model by their foreign key to the annotated row.

    `to_item` is the rows' path to the item that they belong to: those of items in the bin do not count.

    A subquery, so that lists can sort by it and several counts do not multiply.
    """
    rows = model._default_manager.filter(**{foreign_key: OuterRef("pk")}).order_by()
    if to_item:
        rows = rows.exclude(**{f"{to_item}__in": CuratedItem.objects.in_bin().order_by().values("pk")})
    counted = rows.values(foreign_key).annotate(number=Count("*")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
