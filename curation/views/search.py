"""The search page, and the suggestions of search boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from curation.feeds import feed_links
from curation.listing.lists import matching
from curation.listing.pagination import Page
from curation.listing.query import ItemQuery, has_blank_values, read_item_query
from curation.listing.summaries import ItemSummaries, ItemSummary
from curation.models import CuratedItem
from curation.search.facet_sources import Option
from curation.search.facets import ALL_FACETS, ROW_SOURCES, TEXT_SOURCES, options_of, text_options
from curation.search.find import MAX_RESULTS, SearchResult, find
from curation.search.query import TextQuery
from curation.search.snippets import Marker
from curation.search.spelling import did_you_mean
from curation.search.suggest import suggestions

from .lists import page_head

#: Maximum number of options offered per facet, the most frequent ones.
MAX_COUNTED_OPTIONS = 8


@dataclass(frozen=True, slots=True)
class ResultRow:
    """An item found: its title and an excerpt, with the words of the search marked."""

    item: ItemSummary
    title: SafeString
    snippet: SafeString


@dataclass(frozen=True, slots=True)
class CountedOption:
    """An option that narrows the search: its label, the number of items that have it, and the address."""

    label: str
    group: str
    count: int
    url: str


def search(request: HttpRequest) -> HttpResponse:
    query = read_item_query(request.GET, "search")
    if has_blank_values(request.GET):
        return HttpResponseRedirect(query.url)
    found = search_result(query)
    count = len(found.items) + found.is_more
    page = Page(ItemSummaries(found.items), request.GET.get("page", "1"), query.pairs, count=count)
    item_list = matching(query)
    context = {
        "head": page_head(request, item_list.title, item_list.description, page, is_indexed=False),
        "page": page,
        "query": query,
        "active": [active for active in query.active_filters if active.parameter != "words"],
        "limit": MAX_RESULTS,
        "is_cut": found.is_more,
        "feeds": [] if query.is_empty else feed_links(item_list),
        "results": result_rows(query, page),
        "facets": dict(counted_options(query, found)),
        "hint": None if found.items or query.text.link_key else spelling_hint(query),
    }
    status = HTTPStatus.NOT_FOUND if query.is_unknown else HTTPStatus.OK
    return render(request, "search.html", context, status=status)


def search_result(query: ItemQuery) -> SearchResult:
    if query.is_empty or query.errors:
        return SearchResult()
    return SearchResult(query.linked) if query.linked else find(query.request)


def result_rows(query: ItemQuery, page: Page[ItemSummary]) -> list[ResultRow]:
    """Return the rows of a page; in one query, for the bodies."""
    text = TextQuery("") if query.linked else query.text  # the words of a link say nothing about its item
    marker = Marker(text)
    texts = CuratedItem.objects.filter(pk__in=[item.pk for item in page.rows]).values_list("pk", "body_text")
    bodies = dict(texts) if text.required else {}
    return [
        ResultRow(
            item, marker.marked(item.title), marker.snippet(item.summary) or marker.snippet(bodies.get(item.pk, ""))
        )
        for item in page.rows
    ]


def spelling_hint(query: ItemQuery) -> dict[str, str] | None:
    """Return the words that a search without results may mean, and their address."""
    text = did_you_mean(query.text)
    return {"text": text, "url": query.with_text(text)} if text else None


def counted_options(query: ItemQuery, found: SearchResult) -> Iterator[tuple[str, list[CountedOption]]]:
    """Yield the label of each facet with its most frequent options, without those already chosen."""
    frequent = {facet: dict(counts.most_common(MAX_COUNTED_OPTIONS)) for facet, counts in found.counts.items()}
    options = _options(frequent) if found.items else {}
    chosen = set(query.options)
    for facet in ALL_FACETS:
        counted = [
            CountedOption(option.label, option.group, number, query.with_option(option))
            for value, number in frequent.get(facet.name, {}).items()
            if (option := options.get((facet.name, value))) and option not in chosen
        ]
        if counted:
            yield facet.label, counted


def _options(values: Mapping[str, Mapping[int | str, int]]) -> dict[tuple[str, int | str], Option]:
    """Return the options of values as the index has them: keys of rows, years, and keys of texts.

    In one query for all rows, and one, which is memoised, for all texts.
    """
    pairs = [(facet, value) for facet, some in values.items() for value in some]
    texts = text_options([(facet, str(value)) for facet, value in pairs if facet in TEXT_SOURCES])
    rows = options_of({facet: [value for value in some if isinstance(value, int)] for facet, some in values.items()})
    options: dict[tuple[str, int | str], Option] = {}
    for facet, value in pairs:
        option = rows.get((facet, int(value))) if facet in ROW_SOURCES else texts.get((facet, str(value)))
        if facet == "year":
            option = Option(facet, str(value), str(value))
        if option:
            options[facet, value] = option
    return options


def suggest(request: HttpRequest) -> JsonResponse:
    """Answer suggestions for a text: `{"suggestions": [{"kind", "text", "url"}]}`."""
    found = suggestions(request.GET.get("q", ""))
    response = JsonResponse({"suggestions": [asdict(suggestion) for suggestion in found]})
    response["X-Robots-Tag"] = "noindex"
    return response
