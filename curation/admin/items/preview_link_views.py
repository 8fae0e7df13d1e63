"""The button of the item form that makes a link by which people without an account see the item."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_POST

from curation.admin_site.times import time_text, zone_name
from curation.items import preview_links
from curation.lib.site_url import absolute_url
from curation.models import CuratedItem

from .views import ItemViews


class PreviewLinkViews(ItemViews):
    """The part of the item admin for links to previews: who may view an item may give a link to it, or end all."""

    def get_urls(self) -> list[URLPattern]:
        may_view = self.has_view_permission
        return [
            self.guarded_path("<int:pk>/preview-link/", require_POST(self.make_link_view), "preview_link", may_view),
            self.guarded_path(
                "<int:pk>/preview-link/withdraw/", require_POST(self.withdraw_links_view), "withdraw_links", may_view
            ),
            *super().get_urls(),
        ]

    def make_link_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return a new link: as JSON (`url` and `until`) to the script, else as a page."""
        item = self._get_viewed(request, pk)
        token, expires_at = preview_links.make_token(item)
        url = absolute_url(reverse("preview", args=[token]))
        until = f"{time_text(expires_at)} {zone_name()}"
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"url": url, "until": until})
        context = self.page_context(request, f"Preview link of “{item}”", item=item, url=url, until=until)
        return TemplateResponse(request, "admin/curation/curateditem/preview_link.html", context)

    def withdraw_links_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """End all preview links of an item."""
        preview_links.withdraw(self._get_viewed(request, pk))
        done = "All preview links of this item have ended. Whoever opens one is told to ask for a new one."
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"done": done})
        self.message_user(request, done, messages.SUCCESS)
        return redirect("admin:curation_curateditem_change", pk)

    def _get_viewed(self, request: HttpRequest, pk: int) -> Any:
        """Return an item, outside the bin, that the user may view. Raises `Http404`."""
        item = CuratedItem.objects.not_binned().filter(pk=pk).first()
        if item is None or not self.has_view_permission(request, item):
            raise Http404
        return item
