"""Images as a grid, and the page of one: its texts and its focal point are edited, never its content."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Count, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import Media, Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat, pluralize
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from curation.admin.base import may_view_items
from curation.admin.file_fields import PICTURE_HELP, ImageInput, UploadedPicture, clean_image
from curation.admin.links import edit_link, edit_url
from curation.admin_site.changelists import BoundedChangeList, bounded_search
from curation.admin_site.times import time_column
from curation.models import BodyReference, CuratedItem, Image, Publisher
from curation.templating.pictures import picture

from .details import lookalikes, picture_with_details, picture_with_focus, smaller_versions, uses
from .filters import AddedFilter, LookFilter, SameLookFilter, SmallFilter, TextFilter, UnusedFilter
from .replacing import ImageReplacing

#: The column of the time at which an image was added.
ADDED = time_column("created_at", "added")
#: The fields of an image's page, beside those that name items.
_DETAILS = ("picture_and_focus", "alt", ("focus_x", "focus_y"))
_FACTS = ("original_name", "facts", "versions", ADDED, "sha256")


class ImageForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The form of a new image: a file."""

    upload = forms.FileField(label="image file", widget=ImageInput(), help_text=PICTURE_HELP)

    class Meta:
        model = Image
        fields = ()

    def clean_upload(self) -> UploadedPicture:
        return clean_image(self.cleaned_data["upload"])

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002  # Django's signature
        """Store the picture, and return its image with `is_new`: false if the same picture was stored before."""
        super().save(commit=False)
        self.instance, self.instance.is_new = self.cleaned_data["upload"].store()
        return self.instance


class ImageDetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """What editors say about a stored image."""

    class Meta:
        model = Image
        fields = ("alt", "focus_x", "focus_y")
        widgets = {
            name: forms.NumberInput({"min": 0, "max": 100, "step": 1, "class": "focus-field"})
            for name in ("focus_x", "focus_y")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "alt" in self.fields:
            self.fields["alt"].show_hidden_initial = True

    def clean_alt(self) -> str:
        """Return the text; if it was not changed here, the present one, which others may have written meanwhile."""
        text: str = self.cleaned_data["alt"]
        return text if "alt" in self.changed_data else self.instance.alt


class GridForm(forms.ModelForm):  # type: ignore[type-arg]
    """The alternative text of an image in the grid. An item's own text stands in the empty field, as an example."""

    class Meta:
        model = Image
        fields = ("alt",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["alt"]
        field.widget = forms.Textarea({"rows": 2, "maxlength": 500})
        field.show_hidden_initial = True  # what the page showed: texts that others wrote meanwhile stay
        field.widget.attrs["aria-label"] = f"Alternative text of {self.instance}"
        field.widget.attrs["placeholder"] = getattr(self.instance, "own_text", "") or "What it shows"


class ImageChangeList(BoundedChangeList):
    """The grid. Those who do not see items do not see their texts, either."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        images: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        in_bodies = BodyReference.objects.filter(image=OuterRef("pk")).order_by().values("image")
        texts = in_bodies.annotate(number=Count("item", distinct=True)).values("number")
        icons = Publisher.objects.filter(icon=OuterRef("pk")).order_by().values("icon")
        images = images.annotate(
            text_count=Coalesce(Subquery(texts, output_field=IntegerField()), 0),
            icon_count=Coalesce(
                Subquery(icons.annotate(number=Count("*")).values("number"), output_field=IntegerField()), 0
            ),
        )
        if may_view_items(request):
            own = CuratedItem.objects.filter(image=OuterRef("pk")).exclude(image_alt="").order_by("-pk")
            images = images.annotate(own_text=Subquery(own.values("image_alt")[:1]))
        return images


def _orders(changelist: Any) -> Iterator[tuple[str, str]]:
    """Yield the orders of the grid, each with its address, "" for the present one."""
    present = changelist.params.get(ORDER_VAR, "")
    yield "newest first", changelist.get_query_string(remove=[ORDER_VAR]) if present else ""
    for label, column, sign in (("most used", "item_count", "-"), ("least wide", "dimensions", "")):
        order = f"{sign}{changelist.list_display.index(column)}"
        yield label, "" if present == order else changelist.get_query_string({ORDER_VAR: order})


@admin.register(Image)
class ImageAdmin(ImageReplacing):
    relation_model, foreign_key, item_key = CuratedItem, "image", "pk"
    form = ImageForm
    list_display = ("thumbnail", "__str__", "alt", "item_count", "dimensions", ADDED)
    list_display_links = ("thumbnail", "__str__")
    list_editable = ("alt",)
    list_filter = (
        *(UnusedFilter, TextFilter, SmallFilter, LookFilter, SameLookFilter),
        *("format", ("created_at", AddedFilter)),
    )
    search_fields = ("original_name", "alt")
    search_help_text = "Words of the file name or of the alternative text."

    def counted_on_deletion(self) -> dict[type[Model], str]:
        return {**super().counted_on_deletion(), BodyReference: "pictures in bodies", Publisher: "icons of publishers"}

    def get_changelist(self, *_args: Any, **_kwargs: Any) -> type[ImageChangeList]:
        return ImageChangeList

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Return the grid, with links to its orders, and the form that adds images for those who may add some."""
        context = self.upload_context() if self.has_add_permission(request) else {}
        response = super().changelist_view(request, {**context, **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            response.context_data["orders"] = [*_orders(response.context_data["cl"])]
        return response

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": GridForm, **kwargs})

    def get_ordering(self, request: HttpRequest) -> Any:
        """Return the newest first, or where looks are compared, those of one look together."""
        return ("look__group", "-pk") if LookFilter.parameter_name in request.GET else super().get_ordering(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find images by their own name and text, by the texts that items give them, or by a whole SHA-256."""
        found, duplicates = super().get_search_results(request, queryset, search_term)
        words = bounded_search(search_term).split()
        if not words:
            return found, duplicates
        other = Q(sha256=words[0].lower()) if len(words) == 1 else Q(pk__in=())
        if may_view_items(request):
            items = CuratedItem.objects.exclude(image=None)
            for word in words:
                items = items.filter(image_alt__icontains=word)
            other |= Q(pk__in=items.order_by().values("image"))
        return found | queryset.filter(other), duplicates

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{"form": ImageDetailsForm if change else ImageForm, **kwargs})

    def get_fieldsets(self, request: HttpRequest, obj: Image | None = None) -> Any:
        """Return the fields. Only who may view items sees the titles of those that have the image."""
        if obj is None:
            return [(None, {"fields": ("upload",)})]
        used_by = [("Used by", {"fields": ("used_by",)})] if may_view_items(request) else []
        return [
            (None, {"fields": _DETAILS}),
            *used_by,
            ("Looks the same", {"fields": ("alike",)}),
            ("File", {"fields": _FACTS}),
        ]

    def get_readonly_fields(self, _request: HttpRequest, obj: Image | None = None) -> Any:
        return ("picture_and_focus", "used_by", "alike", *_FACTS) if obj else ()

    def form_context(self, request: HttpRequest, form: Any, obj: Image | None) -> dict[str, Any]:
        context = super().form_context(request, form, obj)
        # The page that adds many at once takes the place of “Save and add another”.
        return {**context, "may_replace": obj and self.may_replace(request), "show_save_and_add_another": False}

    def get_urls(self) -> list[URLPattern]:
        view = require_GET(self.picture_view)
        return [
            self.guarded_path("<int:pk>/picture/", view, "picture", self.has_view_permission),
            *super().get_urls(),
        ]

    def picture_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return an image with its details as an HTML fragment, for the item form."""
        return HttpResponse(picture_with_details(get_object_or_404(Image, pk=pk)))

    def save_model(self, _request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the columns that were edited. Of a new image, the form has stored all."""
        if change and form.changed_data:
            obj.save(update_fields=form.changed_data)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_addition(request, obj, message) if getattr(obj, "is_new", True) else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if IS_POPUP_VAR in request.POST or obj.is_new:
            return super().response_add(request, obj, post_url_continue)
        message = format_html("This picture is here already, as {}; it is stored once.", edit_link(obj))
        self.message_user(request, message, messages.WARNING)
        return redirect(edit_url(obj))

    def render_delete_form(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Return the page that asks before an image is deleted. It names what loses the image."""
        if may_view_items(request):
            context |= {"losing": uses(context["object"]), "may_replace": self.may_replace(request)}
        return super().render_delete_form(request, context)

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Redirect to the grid. Django redirects those to the front page who may delete images but not change them."""
        response = super().response_delete(request, obj_display, obj_id)
        is_redirect = isinstance(response, HttpResponseRedirect)
        return redirect("admin:curation_image_changelist") if is_redirect else response

    @property
    def media(self) -> Media:
        script: Any = Script("admin-curation/focus-point.js", type="module")
        return super().media + Media(css={"all": ["admin-curation/images.css"]}, js=[script])

    @admin.display(description="picture")
    def thumbnail(self, image: Image) -> SafeString:
        return picture(image, alt=image.alt or str(image), sizes="240px")

    @admin.display(description="picture and focal point")
    def picture_and_focus(self, image: Image) -> SafeString:
        return picture_with_focus(image)

    @admin.display(description="pixels", ordering="width")
    def dimensions(self, image: Image) -> str:
        return f"{image.width:,} × {image.height:,} · {image.format}"

    @admin.display(description="picture")
    def facts(self, image: Image) -> str:
        return f"{image.width:,} × {image.height:,} pixels · {image.format} · {filesizeformat(image.size)}"

    @admin.display(description="smaller versions")
    def versions(self, image: Image) -> str:
        return smaller_versions(image)

    @admin.display(description="used by", ordering="item_count")
    def item_count(self, obj: Any) -> SafeString:
        """Return the numbers of items and of publishers that have an image, with links to them."""
        items = reverse("admin:curation_curateditem_changelist", query={self.foreign_key: obj.pk})
        counted = (
            (items, obj.item_count, "item"),
            (f"{edit_url(obj)}#used-by", obj.text_count, "text"),
            (f"{edit_url(obj)}#used-by", obj.icon_count, "publisher"),
        )
        parts = [(url, number, noun + pluralize(number)) for url, number, noun in counted if number]
        return format_html_join(", ", '<a href="{}">{} {}</a>', parts) or SafeString("unused")

    @admin.display(description="items and publishers")
    def used_by(self, image: Image) -> SafeString:
        return format_html('<div id="used-by">{}</div>', uses(image))

    @admin.display(description="other images")
    def alike(self, image: Image) -> SafeString:
        return lookalikes(image)
