"""The page of a list of items."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.caching.memo import memoised
from curation.feeds import feed_links
from curation.lib.site_url import absolute_url
from curation.listing.lists import ItemList, SubjectLists
from curation.listing.pagination import PAGE_SIZE, Page, counted
from curation.listing.summaries import ItemSummaries
from curation.models.relations import ItemRelation
from curation.templating.breadcrumbs import Breadcrumb
from curation.templating.head import Head, list_head


def subject_page(
    request: HttpRequest, key: str, lists: SubjectLists[Any], template: str = "subject.html"
) -> HttpResponse:
    """Answer the page of a subject's list; its template has the subject as `subject` and by the name of its lists."""
    item_list = lists.get(key)
    subject = {"subject": item_list.subject, lists.name: item_list.subject}
    return list_page(request, item_list, template, lists=lists, **subject)


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


def listed_counts(relation: type[ItemRelation], target: str, **condition: Any) -> dict[int, int]:
    """Return the number of published items by target of a relation (`ItemTopic, "topic"`), without zeros."""
    listed = relation.objects.listed().filter(**condition).order_by()
    return dict(listed.values_list(target).annotate(Count("pk")))
