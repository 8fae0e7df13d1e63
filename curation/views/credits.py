"""A publisher and an author."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from curation.models import Author, CuratedItem, ItemAuthor, Publisher

from .head import list_head
from .lists import page_of


@require_safe
def publisher(request: HttpRequest, domain: str) -> HttpResponse:
    found = get_object_or_404(Publisher.objects.select_related("icon"), domain=domain)
    page = page_of(request, CuratedItem.objects.published().newest_first().filter(publisher=found))
    head = list_head(request, found.name, f"News that {found.name} published.", page)
    context = {"head": head, "publisher": found, "website": f"https://{found.domain}/", "page": page}
    return render(request, "curation/publisher.html", context)


@require_safe
def author(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Author, slug=slug)
    page = page_of(request, CuratedItem.objects.published().listed_by(ItemAuthor, author=found))
    head = list_head(request, found.name, found.bio or f"News by {found.name}.", page)
    return render(request, "curation/author.html", {"head": head, "author": found, "page": page})
