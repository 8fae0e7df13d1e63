"""The front page, and the list of all items."""

from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_safe

from curation import listings
from curation.filters import NewsFilter, typed_values
from curation.models import CuratedItem, Topic
from curation.models.items import ItemQuerySet
from curation.pagination import PAGE_SIZE

from .head import list_head
from .lists import list_page, rows

#: The topics most written about are those of so many newest items.
LATELY = 300
TOPICS_SHOWN = 12


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    items = CuratedItem.objects.published().newest_first()
    head = list_head(request, "Healthcare innovation news", "News of healthcare innovation, picked and summarised.")
    context = {"head": head, "items": rows(items)[:PAGE_SIZE], "topics": topics_lately(items)}
    return render(request, "curation/home.html", context)


def topics_lately(items: ItemQuerySet) -> list[Topic]:
    """Return the topics of most of the newest items; `lately` counts them."""
    topics = Topic.objects.filter(itemtopic__item__in=items.values("pk")[:LATELY]).select_related("vocabulary")
    return list(topics.annotate(lately=Count("itemtopic")).order_by("-lately", "label", "pk")[:TOPICS_SHOWN])


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    typed = typed_values(request.GET)
    if any(not request.GET[name].strip() for name in NewsFilter.base_filters if name in request.GET):
        # A form sends its empty fields as well; the address to keep and to share is the one without them.
        return HttpResponseRedirect(f"{request.path}?{urlencode(typed)}" if typed else request.path)
    listing = listings.news(request.GET)
    return list_page(request, listing, "curation/news.html", filters=listing.subject)
