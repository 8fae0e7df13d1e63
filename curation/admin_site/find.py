"""“Find anything”: rows of the desk by the searches of their lists, and the pages and commands of the desk by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from curation.items.workflow import state_label
from curation.models import Author, CuratedItem, Image, Offering, Publisher, Tag, Topic

from .changelists import bounded_search
from .navigation import navigation
from .times import time_text

#: The models whose rows are found, in this order, with the maximum number of rows of each.
FOUND: Mapping[type[Model], int] = {CuratedItem: 8, Topic: 5, Offering: 5, Publisher: 5, Author: 5, Tag: 5, Image: 5}
#: The icons of models; others have that of topics.
ICONS = {"curateditem": "items", "image": "images", "author": "person", "publisher": "link"}
#: Maximum number of commands for a text; all are shown without one.
MAX_COMMANDS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A row or a command: its name, a note of what it is, "" for none, and the address of its page."""

    name: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """What was found of one kind. `all_url` is the list of all that match, "" where all are shown."""

    title: str
    icon: str
    found: Sequence[Found]
    all_url: str = ""


def find_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Return the page of a search (GET `q`), which the dialog of the same name shows a part of."""
    context = site.each_context(request)
    text = bounded_search(request.GET.get("q", ""))
    groups = list(find(site, request, text, context["available_apps"]))
    return TemplateResponse(
        request, "admin/desk/find.html", {**context, "title": "Find anything", "text": text, "groups": groups}
    )


def find(site: AdminSite, request: HttpRequest, text: str, apps: Sequence[Mapping[str, Any]]) -> Iterator[Group]:
    """Yield what a user may open that matches a text; all commands for an empty one. At most one query a model."""
    named = [command for command in commands(request, apps) if matches(command.name, text)]
    if named:
        yield Group("Pages and commands", "command", named[:MAX_COMMANDS] if text else named)
    if text:
        for model, limit in FOUND.items():
            if rows := _rows(site, request, model, text, limit + 1):
                yield _group(model, rows, text, limit)


def commands(request: HttpRequest, apps: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    """Yield the pages of the desk that a user may open, and the forms for new rows."""
    pages = navigation(request, apps)
    yield from (Found(page.label, page.url) for page in pages.bar)
    for app in apps:
        for model in app["models"]:
            if url := model["add_url"]:
                name = model["model"]._meta.verbose_name
                yield Found("Import Markdown" if model["object_name"] == "ImportRun" else f"New {name}", url)
    yield from (Found(page.label, page.url) for _group, others in pages.more for page in others)
    yield Found("Your profile", reverse("admin:profile"), "time zone, single keys")
    yield Found("Your second factor", reverse("mfa_index"))
    yield Found("Your sessions", reverse("usersessions_list"))
    yield Found("Change password", reverse("admin:password_change"))
    yield Found("View site", reverse("home"))


def matches(name: str, text: str) -> bool:
    """Whether a word of a name begins with each word of a text."""
    words = name.casefold().split()
    return all(any(word.startswith(typed) for word in words) for typed in text.casefold().split())


def _rows(site: AdminSite, request: HttpRequest, model: type[Model], text: str, limit: int) -> list[Any]:
    """Return the first rows that the list of a model finds, none if the user may not see the list."""
    model_admin = site._registry.get(model)
    if model_admin is None or not model_admin.has_view_or_change_permission(request):
        return []
    found, may_repeat = model_admin.get_search_results(request, model_admin.get_queryset(request), text)
    return list((found.distinct() if may_repeat else found)[:limit])


def _group(model: type[Model], rows: Sequence[Any], text: str, limit: int) -> Group:
    name = model._meta.model_name
    icon = ICONS.get(name or "", "topics")
    found = [
        Found(str(row), reverse(f"admin:curation_{name}_change", args=[row.pk]), _note(row)) for row in rows[:limit]
    ]
    all_url = reverse(f"admin:curation_{name}_changelist", query={"q": text}) if len(rows) > limit else ""
    return Group(str(model._meta.verbose_name_plural).capitalize(), icon, found, all_url)


def _note(row: Any) -> str:
    if isinstance(row, CuratedItem):
        return f"{state_label(row)}, {time_text(row.published_at)}" if row.published_at else state_label(row)
    count = getattr(row, "item_count", None)
    return "" if count is None else f"{count:,} item{'' if count == 1 else 's'}"
