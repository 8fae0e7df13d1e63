"""What the item form asks while it is filled in (a preview, who has this link, which values others have), and the page
of an item that readers do not see yet.
"""

from http import HTTPStatus
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from curation.bodies import body, load_unsaved
from curation.exporting.layout import picture_href
from curation.models import CuratedItem, Tag
from curation.names import name_key
from curation.patience import TooMuch, render_in_time
from curation.rendering import flavour_of
from curation.search.query import tidied
from curation.stories import any_story
from curation.views.items import item_page, standfirst

from .base import CurationAdmin
from .duplicates import items_with_link
from .tags import write_tags
from .uploads import clean_image

#: The columns whose values are suggested, beside tags.
SUGGESTED = ("kind", "format", "section", "institution")
MAX_SUGGESTIONS = 10
MAX_SAME_LINK = 5


class ItemViews(CurationAdmin):
    """The first four are for whoever may fill in the form; scripts of `static/admin-curation/` ask them."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            self.own_path("preview/", require_POST(self.preview_view), "preview", self.may_edit),
            self.own_path("upload-picture/", require_POST(self.upload_picture_view), "upload_picture", self.may_edit),
            self.own_path("check-link/", require_GET(self.check_link_view), "check_link", self.may_edit),
            self.own_path("suggest/<slug:field>/", require_GET(self.suggest_view), "suggest", self.may_edit),
            self.own_path("<int:pk>/page/", require_GET(self.page_view), "page", self.has_view_permission),
        ]
        return [*own, *super().get_urls()]

    def may_edit(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) or self.has_change_permission(request)

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """Answer a page that shows title, summary and body as readers will see them."""
        pk = request.POST.get("item", "")
        item, problem = CuratedItem(**{name: request.POST.get(name, "") for name in ("title", "summary", "slug")}), ""
        item.slug = item.slug or "new"  # its links start at the address that it will have
        item.pk = int(pk) if pk.isdecimal() and len(pk) < 19 else None
        try:
            item.derive(render_in_time(request.POST.get("body", ""), flavour_of(request.POST.get("flavour"))))
        except TooMuch as error:
            problem = str(error)
        load_unsaved(item)
        context = {"item": item, "standfirst": standfirst(item), "body": body(item), "problem": problem}
        return TemplateResponse(request, "admin/curation/curateditem/preview.html", context)

    def upload_picture_view(self, request: HttpRequest) -> HttpResponse:
        """Store an uploaded picture and answer what to write into the body for it, or why it cannot be stored (400)."""
        upload = request.FILES.get("picture")
        try:
            if upload is None:
                raise ValidationError("Choose a picture.")
            image, _is_new = clean_image(upload).store()
        except ValidationError as error:
            return JsonResponse({"error": " ".join(error.messages)}, status=HTTPStatus.BAD_REQUEST)
        return JsonResponse({"markdown": f"![]({quote(picture_href(image))})"})

    def check_link_view(self, request: HttpRequest) -> HttpResponse:
        """Answer, as a piece of HTML, which other items have a link; nothing if none has."""
        this = request.GET.get("item", "")
        items = items_with_link(request.GET.get("url", ""), int(this) if this.isdecimal() and len(this) < 20 else None)
        context = {"items": list(items[:MAX_SAME_LINK])}
        return TemplateResponse(request, "admin/curation/curateditem/same_link.html", context)

    def suggest_view(self, request: HttpRequest, field: str) -> HttpResponse:
        """Answer the values that other items have in a field and that start with what was typed."""
        start = tidied(request.GET.get("q", ""))
        if field == "tags":
            tags = Tag.objects.filter(name_key__startswith=name_key(start)).values_list("name", flat=True)
            values = [write_tags([name]) for name in tags[:MAX_SUGGESTIONS]]
        elif field in SUGGESTED:
            items = CuratedItem.objects.filter(**{f"{field}__istartswith": start}).exclude(**{field: ""})
            values = list(items.order_by(field).values_list(field, flat=True).distinct()[:MAX_SUGGESTIONS])
        else:
            raise Http404
        return JsonResponse({"values": values})

    def page_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer an item's page, whether readers may see it or not; one without a publication time as if of now."""
        story = any_story(pk)
        if story is None:
            raise Http404
        story.item.published_at = story.item.published_at or timezone.now()
        return item_page(request, story)
