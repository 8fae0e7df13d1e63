"""Vocabularies and their topics."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.models import ItemTopic, Topic, Vocabulary

from .addresses import AddressedAdmin
from .base import CurationAdmin, ItemCountAdmin, row_count
from .forms import SluggedForm


@admin.register(Vocabulary)
class VocabularyAdmin(AddressedAdmin, CurationAdmin):
    counted = ("topic_count", "topic")
    form = SluggedForm
    list_display = ("name", "topic_count", "slug", "url")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        counted: QuerySet[Any] = super().get_queryset(request).annotate(topic_count=row_count(Topic, "vocabulary"))
        return counted

    @admin.display(description="topics", ordering="topic_count")
    def topic_count(self, vocabulary: Any) -> SafeString:
        url = reverse("admin:curation_topic_changelist", query={"vocabulary__id__exact": vocabulary.pk})
        return format_html('<a href="{}">{}</a>', url, vocabulary.topic_count)


class TopicForm(SluggedForm):
    slug_from = ("vocabulary", "label")
    slug_help = "The name in the address. Left empty, it is made from vocabulary and label."


@admin.register(Topic)
class TopicAdmin(AddressedAdmin, ItemCountAdmin):
    relation_model, foreign_key = ItemTopic, "topic"
    form = TopicForm
    fields = ("vocabulary", "label", "slug", "description")
    list_display = ("label", "vocabulary", "item_count", "slug")
    list_filter = ("vocabulary",)
    search_fields = ("label", "slug", "vocabulary__name")
    autocomplete_fields = ("vocabulary",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).select_related("vocabulary")
