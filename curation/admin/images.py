"""Images: upload, view and delete. An image cannot be edited, because its content identifies it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import URLPattern
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET

from curation.admin_site.times import time_column
from curation.models import BodyReference, CuratedItem, Image
from curation.templating.pictures import picture

from .base import ItemCountAdmin, may_view_items
from .file_fields import PICTURE_HELP, ImageInput, UploadedPicture, clean_image
from .links import edit_link, edit_url

#: The column of the time at which an image was added.
ADDED = time_column("created_at", "added")


class ImageForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
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


@admin.register(Image)
class ImageAdmin(ItemCountAdmin):
    relation_model, foreign_key, item_key = CuratedItem, "image", "pk"
    form = ImageForm
    list_display = ("thumbnail", "__str__", "dimensions", "format", "file_size", "item_count", ADDED)
    list_display_links = ("thumbnail", "__str__")
    list_filter = ("format", "created_at")
    search_fields = ("original_name", "sha256")

    def counted_on_deletion(self) -> dict[type[Model], str]:
        return {**super().counted_on_deletion(), BodyReference: "pictures in bodies"}

    def get_fields(self, request: HttpRequest, obj: Image | None = None) -> tuple[str, ...]:
        """Return the fields. Only who may view items sees the titles of those that have the image."""
        if obj is None:
            return ("upload",)
        return ("large_picture", "original_name", *(["used_by"] if may_view_items(request) else []), "sha256", ADDED)

    def has_change_permission(self, _request: HttpRequest, _obj: Image | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        view = require_GET(self.picture_view)
        return [
            self.guarded_path("<int:pk>/picture/", view, "picture", self.has_view_permission),
            *super().get_urls(),
        ]

    def picture_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Return an image with its details as an HTML fragment, for the item form."""
        return HttpResponse(picture_with_details(get_object_or_404(Image, pk=pk)))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Do nothing: the form has stored the image."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_addition(request, obj, message) if obj.is_new else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if IS_POPUP_VAR in request.POST or obj.is_new:
            return super().response_add(request, obj, post_url_continue)
        message = format_html("This picture is here already, as {}; it is stored once.", edit_link(obj))
        self.message_user(request, message, messages.WARNING)
        return redirect(edit_url(obj))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Redirect to the list. Django redirects to the front page without permission to change, and nobody has it."""
        response = super().response_delete(request, obj_display, obj_id)
        is_redirect = isinstance(response, HttpResponseRedirect)
        return redirect("admin:curation_image_changelist") if is_redirect else response

    @admin.display(description="picture")
    def thumbnail(self, image: Image) -> SafeString:
        return picture(image, sizes="80px")

    @admin.display(description="picture")
    def large_picture(self, image: Image) -> SafeString:
        return picture_with_details(image)

    @admin.display(description="pixels", ordering="width")
    def dimensions(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description="size", ordering="size")
    def file_size(self, image: Image) -> str:
        return filesizeformat(image.size)

    @admin.display(description="used by")
    def used_by(self, image: Image) -> SafeString:
        in_bodies = BodyReference.objects.filter(image=image).values("item")
        items = CuratedItem.objects.filter(Q(image=image) | Q(pk__in=in_bodies))
        named = items.only("title", "slug", "status")[: self.list_per_page]
        in_bin = CuratedItem.Status.BIN
        rows = ((edit_link(item), " (in the bin)" if item.status == in_bin else "") for item in named)
        return format_html_join(mark_safe("<br>"), "{}{}", rows)


def picture_with_details(image: Image) -> SafeString:
    """Return an image as HTML, linked to its file, with its dimensions, format and size."""
    context = {"image": image, "picture": picture(image, sizes="320px")}
    return render_to_string("admin/curation/picture_details.html", context)
