"""A publisher and an author."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from curation import listings

from .lists import list_page


@require_safe
def publisher(request: HttpRequest, domain: str) -> HttpResponse:
    listing = listings.publisher(domain)
    website = f"https://{listing.subject.domain}/"
    return list_page(request, listing, "publisher.html", publisher=listing.subject, website=website)


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    listing = listings.author(slug)
    return list_page(request, listing, "author.html", author=listing.subject)
