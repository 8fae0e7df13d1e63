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
from .base import CurationAdmin, row_count
from .forms import SluggedForm
from .taxonomy.filters import AlikeFilter, TopicStateFilter, UsedFilter
from .taxonomy.topic_pages import TopicPages


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
class TopicAdmin(TopicPages):
    relation_model, foreign_key = ItemTopic, "topic"
    form = TopicForm
    fields = ("vocabulary", "label", "slug", "description")
    list_display = ("label", "vocabulary", "item_count", "standing", "slug")
    list_filter = ("vocabulary", UsedFilter, TopicStateFilter, AlikeFilter)  # type: ignore[assignment]
    search_fields = ("label", "slug", "vocabulary__name")
    autocomplete_fields = ("vocabulary",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return super().get_queryset(request).select_related("vocabulary", "successor__vocabulary", "equivalence")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return the topics that words of label and vocabulary find, also written as `Vocabulary: Label`.

        Fields that choose a topic do not offer those that were retired.
        """
        found, has_duplicates = super().get_search_results(request, queryset, search_term.replace(":", " "))
        is_choice = request.resolver_match is not None and request.resolver_match.url_name == "autocomplete"
        return found.filter(retired_at=None) if is_choice else found, has_duplicates

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save a topic. Whoever saves one that an import brought has looked at it."""
        obj.is_from_import = False
        super().save_model(request, obj, form, change)
