"""Tags of items."""

import taggit.admin  # it registers a model that is unregistered below
import taggit.models
from django.contrib import admin

from curation.models import ItemTag, Tag

from .forms import SluggedForm
from .taxonomy.merging import MergingAdmin

admin.site.unregister(taggit.models.Tag)  # taggit's own table is not used here


@admin.register(Tag)
class TagAdmin(MergingAdmin):
    relation_model, foreign_key, item_key = ItemTag, "tag", "content_object"
    form = SluggedForm
    list_display = ("name", "item_count", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ["name"]}
