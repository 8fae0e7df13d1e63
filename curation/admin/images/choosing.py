"""Choosing a stored image: a grid of thumbnails with a search, those in use of late first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from curation.admin_site.changelists import ClampedPaginator
from curation.admin_site.parameters import text_parameter
from curation.models import CuratedItem, Image
from curation.templating.pictures import picture

from .uploads import ImageUploads

#: Number of images on a page of the grid, of those used of late, and of the newest items in which these are looked for.
PAGE_SIZE, MAX_RECENT, RECENT_ITEMS = 24, 8, 200


@dataclass(frozen=True, slots=True)
class ImageChoice:
    """An image that can be chosen. `url` leads on, where choosing is a link."""

    image: Image
    url: str = ""

    @property
    def picture(self) -> SafeString:
        return picture(self.image, sizes="160px")


def recently_used() -> list[Image]:
    """Return the images of the newest items, each once, the newest first; in two queries."""
    newest = CuratedItem.objects.order_by("-pk").values_list("image", flat=True)[:RECENT_ITEMS]
    ids = list(dict.fromkeys(pk for pk in newest if pk))[:MAX_RECENT]
    found = Image.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


class ImageChooser(ImageUploads):
    """The grid in which an image is chosen: the fragment for a dialog, and the same as a part of a page."""

    def get_urls(self) -> list[URLPattern]:
        view = require_GET(self.picker_view)
        return [self.guarded_path("picker/", view, "picker", self.has_view_permission), *super().get_urls()]

    def picker_view(self, request: HttpRequest) -> HttpResponse:
        """Return the grid as an HTML fragment for a dialog, in which `image-picker.js` reports the chosen image.

        Parameters: `q`, words of the file name or of the alternative text, and `page`, from 1 on.
        """
        return TemplateResponse(request, "admin/curation/image/picker_dialog.html", self.chooser_context(request))

    def chooser_context(self, request: HttpRequest, chosen: str = "", without: int = 0) -> dict[str, Any]:
        """Return the context of `admin/curation/image/picker.html`.

        `chosen` is the parameter of this page that names a chosen image; without it, choosing is left to the script.
        `without` is the ID of an image that cannot be chosen.
        """
        words = text_parameter(request.GET, "q")
        images, _duplicates = self.get_search_results(request, Image.objects.exclude(pk=without), words)
        page = ClampedPaginator(images.order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))

        def choices(found: Iterable[Image]) -> list[ImageChoice]:
            return [ImageChoice(image, f"?{urlencode({chosen: image.pk})}" if chosen else "") for image in found]

        is_first = not words and page.number == 1
        recent = [image for image in recently_used() if image.pk != without] if is_first else []
        return {
            "picker_url": request.path,
            "words": words,
            "page": page,
            "recent": choices(recent),
            "choices": choices(page.object_list),
            "query": urlencode({"q": words}) if words else "",
        }
