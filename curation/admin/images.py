"""Images: uploaded and verified, looked at, deleted; never edited, for their content is their name."""

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

from curation.markup import picture
from curation.models import BodyReference, CuratedItem, Image

from .base import ItemCountAdmin, edit_link, edit_url
from .uploads import ImageInput, Picture, clean_image


class ImageForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    upload = forms.FileField(
        label="image file",
        widget=ImageInput(),
        help_text="JPEG, PNG, GIF, WebP or AVIF, at most 50 MB and 100 megapixels. EXIF and GPS are removed.",
    )

    class Meta:
        model = Image
        fields = ()

    def clean_upload(self) -> Picture:
        return clean_image(self.cleaned_data["upload"])

    def save(self, commit: bool = True) -> Any:  # noqa: ARG002  # Django's signature
        """Store the picture, or find it where it is already: `instance.is_new` tells."""
        super().save(commit=False)
        self.instance, self.instance.is_new = self.cleaned_data["upload"].store()
        return self.instance


@admin.register(Image)
class ImageAdmin(ItemCountAdmin):
    holder, key = CuratedItem, "image"
    form = ImageForm
    list_display = ("thumbnail", "__str__", "dimensions", "format", "file_size", "item_count", "created_at")
    list_display_links = ("thumbnail", "__str__")
    list_filter = ("format", "created_at")
    search_fields = ("original_name", "sha256")

    def goes_along(self) -> dict[type[Model], str]:
        return {**super().goes_along(), BodyReference: "pictures in bodies"}

    def get_fields(self, _request: HttpRequest, obj: Image | None = None) -> tuple[str, ...]:
        return ("large_picture", "original_name", "used_by", "sha256", "created_at") if obj else ("upload",)

    def has_change_permission(self, _request: HttpRequest, _obj: Image | None = None) -> bool:
        return False

    def get_urls(self) -> list[URLPattern]:
        own = self.own_path("<int:pk>/picture/", require_GET(self.picture_view), "picture", self.has_view_permission)
        return [own, *super().get_urls()]

    def picture_view(self, _request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the picture of an image with what there is to know of it, for the item form to show."""
        return HttpResponse(described_picture(get_object_or_404(Image, pk=pk)))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Do nothing: the form has stored the image."""

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        return super().log_addition(request, obj, message) if obj.is_new else None

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        if obj.is_new or IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, post_url_continue)
        said = format_html("This picture is here already, as {}; it is stored once.", edit_link(obj))
        self.message_user(request, said, messages.WARNING)
        return redirect(edit_url(obj))

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Lead back to the list: those who may change nothing are led to the front page by Django."""
        response = super().response_delete(request, obj_display, obj_id)
        is_redirect = isinstance(response, HttpResponseRedirect)
        return redirect("admin:curation_image_changelist") if is_redirect else response

    @admin.display(description="")
    def thumbnail(self, image: Image) -> SafeString:
        return picture(image, sizes="80px")

    @admin.display(description="picture")
    def large_picture(self, image: Image) -> SafeString:
        return described_picture(image)

    @admin.display(description="pixels", ordering="width")
    def dimensions(self, image: Image) -> str:
        return f"{image.width} × {image.height}"

    @admin.display(description="size", ordering="size")
    def file_size(self, image: Image) -> str:
        return filesizeformat(image.size)

    @admin.display(description="used by")
    def used_by(self, image: Image) -> SafeString:
        in_bodies = BodyReference.objects.filter(image=image).values("item")
        items = CuratedItem.objects.filter(Q(image=image) | Q(pk__in=in_bodies)).only("title")[: self.list_per_page]
        return format_html_join(mark_safe("<br>"), "{}", ([edit_link(item)] for item in items))


def described_picture(image: Image) -> SafeString:
    """Return an image with its dimensions, format, size and a link to its page."""
    return render_to_string("admin/curation/picture.html", {"image": image, "picture": picture(image, sizes="320px")})
