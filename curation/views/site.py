"""Metadata of the site for crawlers and browsers: robots.txt, the web manifest, the OpenSearch description."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse

from curation.lib.design_tokens import THEME_COLOR, read_tokens
from curation.lib.site_url import absolute_url

#: Paths that crawlers are asked to leave alone. Search pages have many addresses with the same items.
DISALLOWED = ("/admin/", "/search/")
ICONS = (
    ("icons/icon-192.png", 192, "any"),
    ("icons/icon-512.png", 512, "any"),
    ("icons/maskable-512.png", 512, "maskable"),
)


def robots(_request: HttpRequest) -> HttpResponse:
    sitemap = absolute_url(reverse("sitemap"))
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in DISALLOWED), "", f"Sitemap: {sitemap}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def manifest(_request: HttpRequest) -> HttpResponse:
    """Answer the web app manifest: https://www.w3.org/TR/appmanifest/."""
    home = reverse("home")
    content = {
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "id": home,
        "start_url": home,
        "scope": home,
        "display": "minimal-ui",
        "lang": "en",
        "theme_color": THEME_COLOR,
        "background_color": read_tokens()["color-background"],
        "icons": [
            {"src": static(file), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for file, size, purpose in ICONS
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


def opensearch(request: HttpRequest) -> HttpResponse:
    """Answer the OpenSearch description of the site's search: https://github.com/dewitt/opensearch."""
    here = absolute_url(reverse("home"))
    content_type = "application/opensearchdescription+xml; charset=utf-8"
    return render(request, "opensearch.xml", {"here": here}, content_type=content_type)
