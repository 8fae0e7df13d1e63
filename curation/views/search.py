"""The search page, and what search boxes propose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from curation import listings
from curation.facets import FACET_LABELS, WORDS, Option, options_of
from curation.feeds import feed_links
from curation.models import CuratedItem
from curation.names import name_key
from curation.pagination import Page
from curation.search.find import LIMIT, Found, find
from curation.search.hints import did_you_mean
from curation.search.snippets import Marker
from curation.search.suggest import suggestions
from curation.searches import Search, read_search
from curation.teasers import Teaser, Teasers

from .head import list_head

#: So many values of each facet are offered, those of most items.
OFFERED = 8
#: Words of kinds and formats are spelled as in so many of the items found.
SPELLERS = 100


@dataclass(frozen=True, slots=True)
class Result:
    """An item found: its title, and where it says what was looked for, with the words marked."""

    item: Teaser
    title: SafeString
    snippet: SafeString


@dataclass(frozen=True, slots=True)
class Choice:
    """A facet's value that would narrow the search: its label, the number of items that have it, and the address."""

    label: str
    group: str
    count: int
    url: str


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    asked = read_search(request.GET)
    if "q" in request.GET and not request.GET["q"].strip():
        return HttpResponseRedirect(asked.url)  # a form sends its empty field as well
    found = find(asked.wanted) if not asked.wanted.is_empty else Found((), {})
    count = len(found.items) + found.is_more
    page = Page(Teasers(found.items), request.GET.get("page", "1"), asked.pairs, count=count)
    listing = listings.search(asked, found.items)
    head = list_head(request, listing.title, listing.description, page, indexed=False)
    context = {
        "head": head,
        "page": page,
        "search": asked,
        "limit": LIMIT,
        "is_cut": found.is_more,
        "feeds": [] if asked.wanted.is_empty else feed_links(listing),
        "results": results(asked, page),
        "facets": dict(_offered(asked, found)),
        "hint": hint(asked) if not found.items else None,
    }
    return render(
        request, "search.html", context, status=HTTPStatus.NOT_FOUND if asked.names_nothing else HTTPStatus.OK
    )


def results(asked: Search, page: Page[Teaser]) -> list[Result]:
    """Return the items of a page as they are found; in one query, for their texts."""
    marker = Marker(asked.wanted.query)
    texts = CuratedItem.objects.filter(pk__in=[item.pk for item in page.rows]).values_list("pk", "body_text")
    bodies = dict(texts) if asked.wanted.query.wanted else {}
    return [
        Result(item, marker.marked(item.title), marker.snippet(item.summary) or marker.snippet(bodies.get(item.pk, "")))
        for item in page.rows
    ]


def hint(asked: Search) -> dict[str, str] | None:
    """Return the words that may be meant by a search that finds nothing, and where they lead."""
    text = did_you_mean(asked.wanted.query)
    return {"text": text, "url": asked.spelling(text)} if text else None


def _offered(asked: Search, found: Found) -> Iterator[tuple[str, list[Choice]]]:
    """Yield the facets by the name that readers know, with the values of most items that are not chosen yet."""
    frequent = {facet: dict(counts.most_common(OFFERED)) for facet, counts in found.counts.items()}
    options = _options(found, frequent)
    chosen = set(asked.wanted.chosen)
    for facet, label in FACET_LABELS.items():
        numbers = frequent.get(facet, {})
        known = [(options.get((facet, value)), number) for value, number in numbers.items()]
        choices = [
            Choice(option.label, option.group, number, asked.adding(option))
            for option, number in known
            if option and option not in chosen
        ]
        if choices:
            yield label, choices


def _options(found: Found, values: Mapping[str, Mapping[int | str, int]]) -> dict[tuple[str, int | str], Option]:
    """Return the options of values as the index has them; in two queries, none where nothing was found."""
    if not found.items:
        return {}
    spelled = CuratedItem.objects.published_among(found.items[:SPELLERS]).order_by().values_list(*WORDS)
    # Of two spellings, the one with the capital stays.
    pairs = sorted(spelled.distinct(), reverse=True)
    words = {(facet, name_key(word)): word for pair in pairs for facet, word in zip(WORDS, pair, strict=True)}
    options: dict[tuple[str, int | str], Option] = {}
    for facet in (*WORDS, "year"):
        for value in values.get(facet, ()):
            written = words.get((facet, str(value)), str(value))
            options[facet, value] = Option(facet, written, written)
    numbers = {facet: [value for value in some if isinstance(value, int)] for facet, some in values.items()}
    return options | dict(options_of(numbers))


@require_safe
def suggest(request: HttpRequest) -> JsonResponse:
    """Answer what a reader may be typing: `{"suggestions": [{"kind", "text", "url"}]}`."""
    found = suggestions(request.GET.get("q", ""))
    response = JsonResponse({"suggestions": [asdict(suggestion) for suggestion in found]})
    response["X-Robots-Tag"] = "noindex"
    return response
