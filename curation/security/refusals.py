"""Answers to requests that are refused before their view is called: a page, or problem details of the API."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from curation.admin_site.error_pages import ErrorPage, error_page, is_admin
from curation.api.problems import ErrorDetail, is_api, problem_response


def refuse(request: HttpRequest, page: ErrorPage) -> HttpResponse:
    """Return the answer to a request that is refused. The body of the request stays unread."""
    if is_api(request):
        return problem_response(page.status, ErrorDetail(detail=page.title, parameter="request", hint=page.explanation))
    request.method = "GET"  # so that no error page looks for what was posted
    if is_admin(request):
        return error_page(request, page)
    return render(request, "refused.html", {"page": page}, status=page.status)
