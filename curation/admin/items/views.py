"""Views that the scripts of the item form call, and the page of an item that readers do not see yet."""

from http import HTTPStatus
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from curation.admin.file_fields import ADD_IMAGE, clean_image
from curation.admin_site.framing import as_framed
from curation.items.workflow import state_label
from curation.listing.body_targets import load_targets
from curation.listing.detail import ItemDetail, detail_by_id
from curation.search.query import normalise_text
from curation.site_links.picture_paths import picture_href
from curation.views.items import item_page

from .history import ItemHistory
from .new_rows import make_view
from .presence import presence_view
from .publisher_of_link import publisher_view
from .same_link import items_with_link
from .suggestions import SUGGESTED_COLUMNS, suggested_values
from .typed_page import item_id, typed_page

MAX_SAME_LINK = 5
#: The words of the mark on pages that readers do not see so.
_DRAFT, _UNSEEN = "Draft over the saved version", "readers do not see this page"


class ItemViews(ItemHistory):
    """The views of the item admin besides its history. All but the last are called by the admin's scripts."""

    def get_urls(self) -> list[URLPattern]:
        may_edit, may_upload = self.may_edit, self.may_upload
        return [
            self.guarded_path("preview/", require_POST(self.preview_view), "preview", may_edit),
            self.guarded_path("upload-picture/", require_POST(self.upload_picture_view), "upload_picture", may_upload),
            self.guarded_path("check-link/", require_GET(self.check_link_view), "check_link", may_edit),
            self.guarded_path("publisher/", require_GET(publisher_view), "publisher", may_edit),
            self.guarded_path("make/<slug:field>/", require_POST(make_view), "make", may_edit),
            self.guarded_path("suggest/<slug:field>/", require_GET(self.suggest_view), "suggest", may_edit),
            self.guarded_path("<int:pk>/presence/", require_POST(presence_view), "presence", may_edit),
            self.guarded_path("<int:pk>/page/", require_GET(self.page_view), "page", self.has_view_permission),
            *super().get_urls(),
        ]

    def may_edit(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) or self.has_change_permission(request)

    def may_upload(self, request: HttpRequest) -> bool:
        return self.may_edit(request) and request.user.has_perm(ADD_IMAGE)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Return the page of an item as readers would get it from the values in its form."""
        return typed_page(request)

    def upload_picture_view(self, request: HttpRequest) -> HttpResponse:
        """Store an uploaded picture. Return `id`, `name` and `markdown` as JSON, or with status 400 `error`."""
        upload = request.FILES.get("picture")
        try:
            if upload is None:
                raise ValidationError("Choose a picture.")
            image, _is_new = clean_image(upload).store()
        except ValidationError as error:
            return JsonResponse({"error": " ".join(error.messages)}, status=HTTPStatus.BAD_REQUEST)
        markdown = f"![]({quote(picture_href(image))})"
        return JsonResponse({"id": str(image.pk), "name": str(image), "markdown": markdown})

    def check_link_view(self, request: HttpRequest) -> HttpResponse:
        """Return an HTML fragment that names the other items with a source link; empty if there are none."""
        items = items_with_link(request.GET.get("url", ""), exclude=item_id(request.GET.get("item", "")))
        context = {"items": list(items[:MAX_SAME_LINK])}
        return TemplateResponse(request, "admin/curation/curateditem/same_link.html", context)

    def suggest_view(self, request: HttpRequest, field: str) -> HttpResponse:
        """Return `values` as JSON: those of other items in a field that start with the parameter `q`."""
        prefix = normalise_text(request.GET.get("q", ""))
        if field in SUGGESTED_COLUMNS:
            return JsonResponse({"values": suggested_values(field, prefix)})
        raise Http404

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return an item's page, even if readers do not see the item. A missing publication time is now."""
        detail = detail_by_id(pk)
        if detail is None:
            raise Http404
        load_targets([detail.item], breadcrumbs=True)
        return self.page_of(request, detail)

    def page_of(self, request: HttpRequest, detail: ItemDetail, *, is_draft: bool = False) -> HttpResponse:
        """Return the page of an item whose targets are loaded, marked unless readers see it so, or for a frame."""
        item = detail.item
        ribbon = "" if item.is_live and not is_draft else f"{_DRAFT if is_draft else state_label(item)}: {_UNSEEN}."
        item.title, item.published_at = str(item), item.published_at or timezone.now()
        return as_framed(request, item_page(request, detail, ribbon=ribbon))
