"""Pages of the desk that belong to no model. Packages above this one register them; the admin site serves them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page under `/admin/ROUTE`, named `admin:NAME`, for the staff whom `is_allowed` accepts."""

    route: str
    name: str
    view: View
    is_allowed: Callable[[HttpRequest], bool]

    def answer(self, request: HttpRequest) -> HttpResponse:
        if not self.is_allowed(request):
            raise PermissionDenied
        return self.view(request)


#: The registered pages.
PAGES: list[DeskPage] = []


def desk_page(route: str, name: str, is_allowed: Callable[[HttpRequest], bool]) -> Callable[[View], View]:
    """Register the decorated view as a page of the desk."""

    def register(view: View) -> View:
        PAGES.append(DeskPage(route, name, view, is_allowed))
        return view

    return register
