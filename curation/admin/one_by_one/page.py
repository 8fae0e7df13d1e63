"""One by one: the page of an item that lacks a field, and the save that leads to the next one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods

from curation.admin.items.history import undo_button
from curation.admin.items.merged_form import MergedForm
from curation.admin.links import edit_link
from curation.admin_site.framing import FRAMED, with_frames
from curation.admin_site.pages import desk_page
from curation.items.actors import Actor
from curation.items.put_back import PutBack
from curation.items.state import labels_of
from curation.items.workflow import may_change
from curation.models import CuratedItem, Revision
from curation.templating.pictures import picture

from .fields import FIELDS, field_of
from .saving import save
from .walk import ITEM, Walk


def may_go(request: HttpRequest) -> bool:
    return Actor.of(request.user).may("change")


@desk_page("one-by-one/", "one_by_one", may_go)
@require_http_methods(["GET", "POST"])
def one_by_one(request: HttpRequest) -> HttpResponse:
    """Return the page of an item of a list, `item` or the first that lacks the field; POST saves and goes on."""
    field = field_of(request.GET)
    try:
        walk = Walk.of(request, field)
    except (IncorrectLookupParameters, SuspiciousOperation):
        messages.warning(request, "The list has no such filter: these are all items.")
        return redirect(reverse("admin:one_by_one", query={"field": field.name}))
    pk = request.GET.get(ITEM, "")
    is_named = pk.isdecimal() and len(pk) < 19
    number = int(pk) if is_named else walk.first()
    if request.method == "POST":
        return _save(request, walk, number)
    item = _load(number)
    if item is None:
        return _end(request, walk)
    if is_named and not walk.has(item):
        messages.info(request, format_html("{}: nothing to do here any more.", edit_link(item)))
        return redirect(_next_url(walk, item, done=walk.done))
    form = _make_form(walk, request, item)
    return _page(request, walk, item, form)


def _load(pk: int | None) -> CuratedItem | None:
    """Return an item outside the bin with its publisher and image."""
    items = CuratedItem.objects.not_binned().select_related("publisher", "image")
    return items.filter(pk=pk).first() if pk else None


def _make_form(walk: Walk, request: HttpRequest, item: CuratedItem) -> MergedForm:
    actor = Actor.of(request.user)
    form_class = type("OneFieldForm", (walk.field.form,), {"actor": actor, "__module__": __name__})
    return form_class(request.POST if request.method == "POST" else None, instance=item)  # type: ignore[no-any-return]


def _save(request: HttpRequest, walk: Walk, pk: int | None) -> HttpResponse:
    """Save the form of an item, and redirect to the next one; or return the form with its errors."""
    with transaction.atomic():
        list(CuratedItem.objects.filter(pk=pk or 0).select_for_update().values_list("pk"))
        item = _load(pk)
        if item is None or not may_change(Actor.of(request.user), item):
            return _lost(request, walk, item)
        form = _make_form(walk, request, item)
        if form.is_valid():
            revision = save(form, Actor.of(request.user))
            messages.success(request, _saved_message(request, item, form, revision))
            return redirect(_next_url(walk, item, done=walk.done + (revision is not None)))
    return _page(request, walk, CuratedItem.objects.select_related("publisher", "image").get(pk=item.pk), form)


def _lost(request: HttpRequest, walk: Walk, item: CuratedItem | None) -> HttpResponse:
    """Go on after an item that was deleted, or that the user may not change any more. What was typed is told."""
    typed = " ".join(request.POST.get(name, "") for name in walk.field.form.base_fields if name != "version").strip()
    what = f"“{item}” is not yours to change any more" if item else "The item was deleted meanwhile"
    messages.warning(request, f"{what}: nothing was saved.{f' You had typed: “{typed}”' if typed else ''}")
    return redirect(_next_url(walk, item, done=walk.done) if item else walk.url())


def _next_url(walk: Walk, item: CuratedItem, *, done: int) -> str:
    """Return the address of the item after another one; after the last, that of the end."""
    following = walk.next(item)
    return walk.url(following if following is not None else 0, done=done)


def _saved_message(request: HttpRequest, item: CuratedItem, form: MergedForm, revision: int | None) -> SafeString:
    if revision is None:
        return format_html("“{}” has this already.", edit_link(item))
    names = tuple(Revision.objects.get(pk=revision).changes)
    labels = get_text_list(labels_of(names), "and")
    LogEntry.objects.log_actions(request.user.pk or 0, [item], CHANGE, f"Changed {labels}.", single_object=True)
    others = (
        f" {form.others} changed {get_text_list(form.taken_over, 'and')} meanwhile; that stays."
        if form.taken_over
        else ""
    )
    undo = undo_button(request, item, PutBack(revision, names))
    return format_html("Saved “{}”: {}.{} {}", edit_link(item), labels, others, undo)


def _context(request: HttpRequest, walk: Walk, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": title,
        "walk": walk,
        "fields": [
            (field.label, "" if field is walk.field else walk.url(field=field.name, done=0))
            for field in FIELDS.values()
        ],
    }


def _page(request: HttpRequest, walk: Walk, item: CuratedItem, form: MergedForm) -> HttpResponse:
    number, total = walk.place(item)
    following, previous = walk.next(item), walk.previous(item)
    page = reverse("admin:curation_curateditem_page", args=[item.pk])
    context = {
        **_context(request, walk, f"{walk.field.label}: {number} of {total}"),
        "item": item,
        "form": form,
        "adminform": {"form": form},
        "inputs": [form[name] for name in form.fields if not form[name].is_hidden],
        "number": number,
        "total": total,
        "action": walk.url(item.pk),
        "previous_url": walk.url(previous) if previous else "",
        "next_url": walk.url(following or 0),
        "prefetch_url": walk.url(following, done=walk.done + 1) if following else "",
        "picture": picture(item.image, sizes="50vw") if walk.field.name == "alt" else "",
        "framed_url": f"{page}?{FRAMED}=1",
    }
    return with_frames(TemplateResponse(request, "admin/one_by_one/page.html", context))


def _end(request: HttpRequest, walk: Walk) -> HttpResponse:
    """Return the page after the last item: how many were done, and how many were skipped."""
    left = walk.items.count()
    context = {**_context(request, walk, f"{walk.field.label}: at the end"), "left": left, "again_url": walk.url()}
    return TemplateResponse(request, "admin/one_by_one/end.html", context)
