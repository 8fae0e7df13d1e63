"""The list of offerings, and an offering."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from curation.listing.lists import OFFERINGS
from curation.listing.pagination import Page
from curation.models import ItemOffering, Offering, Topic, with_published_items
from curation.templating.breadcrumbs import Breadcrumb

from .coverage import offering_panel
from .lists import is_first, list_page, page_head


def offerings(request: HttpRequest) -> HttpResponse:
    page = Page(listed_offerings(), request.GET.get("page", "1"))
    counts = OFFERINGS.counts(page.rows)
    head = page_head(request, "Offerings", "Products and services in the news, latest first.", page)
    context = {
        "head": head,
        "page": page,
        "offerings": [(offering, counts.get(offering.pk, 0)) for offering in page.rows],
    }
    return render(request, "offerings.html", context)


def listed_offerings() -> QuerySet[Offering]:
    """Return the offerings with published items, by the time of their newest item, `latest`."""
    listed = ItemOffering.objects.listed().filter(offering=OuterRef("pk"))
    latest = Subquery(listed.newest_first().values("listed_at")[:1])
    return Offering.objects.annotate(latest=latest).filter(latest__isnull=False).order_by("-latest", "-pk")


def offering(request: HttpRequest, key: str) -> HttpResponse:
    item_list = OFFERINGS.get(key)
    topics = with_published_items(Topic).filter(offerings=item_list.subject).select_related("vocabulary")
    trail = [Breadcrumb("Offerings", reverse("offerings"))]
    panel = offering_panel(item_list.subject) if is_first(request) else None
    return list_page(request, item_list, "offering.html", trail, offering=item_list.subject, topics=topics, panel=panel)
