"""Addresses of topics, vocabularies, offerings, publishers, authors and tags: what a new one means for readers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest
from django.utils.html import format_html

from curation.admin_site.change_forms import KeepingAdmin
from curation.feeds import FORMATS
from curation.lib.page_urls import address
from curation.site_links.former_names import KINDS


class AddressedAdmin(KeepingAdmin):
    """A model admin of rows with a page. Its form tells how many items and feeds a new address concerns."""

    #: The annotation of the queryset that counts what the page lists, and the name of one of these.
    counted = ("item_count", "item")

    def form_context(self, request: HttpRequest, form: Any, obj: Any) -> dict[str, Any]:
        if obj is not None and self._column in form.fields:
            self._explain(form, obj)
        return super().form_context(request, form, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and self._column in form.changed_data:
            old, new = (address(self._kind, name) for name in (form.initial[self._column], getattr(obj, self._column)))
            text = format_html("The address is {} now. The old one, {}, and its feeds redirect to it.", new, old)
            self.message_user(request, text, messages.INFO)

    def _explain(self, form: Form, obj: Any) -> None:
        annotation, noun = self.counted
        number = getattr(obj, annotation)
        path = address(self._kind, form.initial[self._column])
        listed = f"{number:,} {noun}{'' if number == 1 else 's'}, {len(FORMATS)} feeds"
        # Of the bound field: the admin has made it already.
        form[self._column].help_text = f"The address is {path} ({listed}). After a change, the old address redirects."

    @property
    def _kind(self) -> str:
        return next(kind for kind, (model, _column) in KINDS.items() if model is self.model)

    @property
    def _column(self) -> str:
        return KINDS[self._kind][1]
