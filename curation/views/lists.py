"""The page of a list of items, and the index of such lists."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.caching.memo import memoised
from curation.feeds import feed_links
from curation.lib.site_url import absolute_url
from curation.listing.lists import ItemList, RowLists, SubjectLists
from curation.listing.pagination import PAGE_SIZE, Page, counted
from curation.listing.summaries import ItemSummaries
from curation.templating.breadcrumbs import Breadcrumb
from curation.templating.head import Head, list_head

#: Number of subjects of a page of an index.
INDEX_SIZE = 120


def subject_page(
    request: HttpRequest, key: str, lists: SubjectLists[Any], template: str = "subject.html"
) -> HttpResponse:
    """Answer the page of a subject's list; its template has the subject as `subject` and by the name of its lists."""
    item_list = lists.get(key)
    subject = {"subject": item_list.subject, lists.name: item_list.subject}
    return list_page(request, item_list, template, lists=lists, **subject)


def index_page(request: HttpRequest, lists: RowLists[Any]) -> HttpResponse:
    """Answer the index of the subjects that have lists, by name, with their numbers of items."""
    page = Page(lists.listed_rows(), request.GET.get("page", "1"), size=INDEX_SIZE)
    title, counts = lists.plural.capitalize(), lists.counts(page.rows)
    head = page_head(request, title, f"All {lists.plural} with published items, by name.", page)
    rows = [(row, counts.get(row.pk, 0)) for row in page.rows]
    return render(request, "index.html", {"head": head, "page": page, "rows": rows, "lists": lists})


def list_page(
    request: HttpRequest,
    item_list: ItemList[Any],
    template: str,
    trail: Sequence[Breadcrumb] = (),
    *,
    status: int = HTTPStatus.OK,
    **context: Any,
) -> HttpResponse:
    """Answer the requested page of a list; `context` is passed to its template."""
    items = ItemSummaries(item_list.keys)
    count = counted(items) if item_list.query else memoised(f"count of {item_list.path}", lambda: counted(items))
    page = Page(items, request.GET.get("page", "1"), item_list.query, count=count)
    head = page_head(
        request, item_list.title, item_list.description, page, trail=trail, is_indexed=item_list.is_indexed
    )
    context |= {"head": head, "feeds": feed_links(item_list), "page": page}
    return render(request, template, context, status=status)


def page_head(
    request: HttpRequest,
    title: str,
    description: str,
    page: Page[Any],
    *,
    trail: Sequence[Breadcrumb] = (),
    is_indexed: bool = True,
) -> Head:
    """Describe a page of a list; from the second on, its title and its URL have the page number."""
    url = absolute_url(request.path)
    if page.number > 1:
        title, url = f"{title}, page {page.number}", urljoin(url, page.url(page.number))
    entries = [(str(row), row.get_absolute_url()) for row in page.rows[:PAGE_SIZE]]
    return list_head(url, title, description, trail=trail, entries=entries, is_indexed=is_indexed)


def is_first(request: HttpRequest) -> bool:
    """Whether a request is for the first page of a list."""
    return request.GET.get("page", "1") == "1"
