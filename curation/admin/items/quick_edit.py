"""Quick edit: title, summary, topics and time of an item, in its row of the list. Without script, on a page of its own.

It merges as the item's form does (`MergedForm`), and writes the same revision.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.views.decorators.http import require_http_methods

from curation.admin.base import CurationAdmin
from curation.admin.widgets import CHIPS_MEDIA, chip_attrs
from curation.admin_site.moments import MomentField
from curation.items import relations
from curation.items.actors import Actor
from curation.items.addresses import rename, slug_for_title
from curation.items.synonyms import wait_for_names
from curation.items.workflow import may_change
from curation.models import CuratedItem, ItemDraft, ItemTopic, Topic

from .consequences import saved_message
from .merged_form import MergedForm
from .merged_relations import topic_key
from .named_rows import rows_named
from .revision_of_save import write_revision
from .tags_field import read_tags, write_tags

Status = CuratedItem.Status


class TopicsField(forms.CharField):
    """Topics as one line: `Symplur: Nursing, KLAS: Staffing`. A label alone names a topic if one vocabulary has it."""

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else write_tags(map(str, value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(super().has_changed(self.prepare_value(initial or []), data))

    def clean(self, value: Any) -> list[Topic]:
        return rows_named(Topic, read_tags(super().clean(value)), takes_retired=True)  # the item may have some


class QuickEditForm(MergedForm):
    """The form of a quick edit. `actor` is who edits."""

    shown_publisher = shown_image = None  # type: ignore[assignment]  # the form has neither
    shown_fields: ClassVar[dict[str, str]] = {}

    topic_names = TopicsField(
        label="Topics",
        required=False,
        help_text="Each with its vocabulary; commas between them.",
        widget=AdminTextInputWidget({"autocomplete": "off", **chip_attrs(ItemTopic._meta.get_field("topic"))}),
    )
    published_at = MomentField(required=False, label="Publication time")

    class Meta:
        model = CuratedItem
        fields = ("title", "summary", "published_at")
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "title": AdminTextInputWidget(),
            "summary": AdminTextareaWidget(attrs={"rows": 3}),
        }

    field_order = ("title", "summary", "topic_names", "published_at")

    @property
    def media(self) -> forms.Media:
        return super().media + CHIPS_MEDIA

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["topic_names"] = [row.topic for row in self._topic_rows()]
        if self.instance.status == Status.PUBLISHED and not self.actor.may("publish"):
            del self.fields["published_at"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.slug = slug_for_title(self.instance, cleaned.get("title", ""))
        if self.instance.status == Status.PUBLISHED:
            if not cleaned.get("title") and "title" not in self.errors:
                self.add_error("title", "Readers see this item: give it a title.")
            if "published_at" in cleaned:
                cleaned["published_at"] = cleaned["published_at"] or timezone.now()
                self._refuse_time_after_expiry(cleaned)
        return cleaned

    def _refuse_time_after_expiry(self, cleaned: dict[str, Any]) -> None:
        end = self.instance.expires_at
        if end and cleaned["published_at"] >= end and "published_at" in self.changed_data:
            self.add_error("published_at", "Nobody would see the item: it expires before. Give an earlier time.")

    def merged_topics(self) -> list[int] | None:
        """Return the IDs of the topics that the item gets, merged with others' changes; `None` for no change."""
        assert self.edit is not None  # noqa: S101  # for the types
        live = [row.topic for row in self._topic_rows()]
        typed: list[Topic] = self.cleaned_data["topic_names"]
        ids = {topic_key(topic): topic.pk for topic in (*live, *typed)}
        merged = [ids[key] for key in self.edit.merged("topics", typed, topic_key)]
        return merged if merged != [topic.pk for topic in live] else None

    def _topic_rows(self) -> Any:
        return self.instance.itemtopic_set.select_related("topic__vocabulary")


class QuickEdit(CurationAdmin):
    """The part of the item admin for quick edits."""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "POST"])(self.quick_edit_view)
        return [
            self.guarded_path("<int:pk>/quick/", view, "quick_edit", self.has_change_permission),
            *super().get_urls(),
        ]

    @transaction.atomic
    def quick_edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the form of an item (GET), or save it and return to its row of the list (POST)."""
        item = self._editable(request, pk)
        if ItemDraft.objects.filter(item=item).exists():
            self.message_user(request, f"“{item}” has a draft: edit it here.", messages.WARNING)
            return redirect("admin:curation_curateditem_change", pk)
        form_class = type("Form", (QuickEditForm,), {"actor": Actor.of(request.user)})
        form = form_class(request.POST if request.method == "POST" else None, instance=item)
        if form.is_bound and form.is_valid():
            self._save_quick_edit(request, form)
            return HttpResponseRedirect(self._row_url(request, item))
        return TemplateResponse(
            request, "admin/curation/curateditem/quick_edit.html", self._quick_context(request, form)
        )

    def _editable(self, request: HttpRequest, pk: int) -> CuratedItem:
        """Return an item that the user may change, locked until it is saved. Raises `Http404`, `PermissionDenied`."""
        if request.method == "POST":
            wait_for_names()  # before the form looks up the topics that it names
        items = CuratedItem.objects.not_binned().filter(pk=pk)
        item = (items.select_for_update() if request.method == "POST" else items).first()
        if item is None:
            raise Http404
        if not may_change(Actor.of(request.user), item):
            raise PermissionDenied
        return item

    def _save_quick_edit(self, request: HttpRequest, form: QuickEditForm) -> None:
        assert form.edit is not None  # noqa: S101  # a form of an item has one
        topics = form.merged_topics()
        if form.has_changed() and form.instance.status == Status.PUBLISHED:
            form.instance.edited_at = timezone.now()
        item = form.save()
        rename(item, form.slug, Actor.of(request.user))
        relations.set_relations(item, topics=topics)
        labels = write_revision(Actor.of(request.user), item, form.edit, None)
        self.log_change(
            request, item, f"Changed {get_text_list(labels, 'and')} in the list." if labels else "Changed nothing."
        )
        item.refresh_from_db(fields=["approved_at"])  # a change ends an approval
        self.message_user(request, saved_message(item), messages.SUCCESS)

    def _row_url(self, request: HttpRequest, item: CuratedItem) -> str:
        filters: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        url = add_preserved_filters(filters, reverse("admin:curation_curateditem_changelist"))
        return f"{url}#item-{item.pk}"

    def _quick_context(self, request: HttpRequest, form: QuickEditForm) -> dict[str, Any]:
        item = form.instance
        filters: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        change = reverse("admin:curation_curateditem_change", args=[item.pk])
        action = reverse("admin:curation_curateditem_quick_edit", args=[item.pk])
        return self.page_context(
            request,
            f"Error: Quick edit of “{item}”" if form.errors else f"Quick edit of “{item}”",
            form=form,
            adminform={"form": form},
            item=item,
            action=add_preserved_filters(filters, action),
            edit_url=add_preserved_filters(filters, change),
            back=self._row_url(request, item),
        )
