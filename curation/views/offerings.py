"""The offerings, and an offering."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from curation import listings
from curation.models import ItemOffering, Offering, Topic, with_published_items
from curation.pagination import Page

from .coverage import offering_panel
from .head import list_head
from .lists import is_first, list_page, listed_counts
from .trails import Crumb


@require_safe
def offerings(request: HttpRequest) -> HttpResponse:
    page = Page(listed_offerings(), request.GET.get("page", "1"))
    counts = listed_counts(ItemOffering, "offering", offering__in=page.rows)
    head = list_head(request, "Offerings", "Products and services in the news, latest first.", page)
    context = {
        "head": head,
        "page": page,
        "offerings": [(offering, counts.get(offering.pk, 0)) for offering in page.rows],
    }
    return render(request, "offerings.html", context)


def listed_offerings() -> QuerySet[Offering]:
    """Return the offerings that have published items, those of the latest first; `latest` is its time."""
    listed = ItemOffering.objects.listed().filter(offering=OuterRef("pk"))
    latest = Subquery(listed.order_by("-listed_at", "-item_id").values("listed_at")[:1])
    return Offering.objects.annotate(latest=latest).filter(latest__isnull=False).order_by("-latest", "-pk")


@require_safe
def offering(request: HttpRequest, slug: str) -> HttpResponse:
    listing = listings.offering(slug)
    topics = with_published_items(Topic).filter(offerings=listing.subject).select_related("vocabulary")
    trail = [Crumb("Offerings", reverse("offerings"))]
    panel = offering_panel(listing.subject) if is_first(request) else None
    return list_page(request, listing, "offering.html", trail, offering=listing.subject, topics=topics, panel=panel)
