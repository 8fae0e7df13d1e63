"""Authors of items."""

from django.contrib import admin

from curation.models import Author, ItemAuthor

from .forms import SluggedForm
from .taxonomy.merging import MergingAdmin


@admin.register(Author)
class AuthorAdmin(MergingAdmin):
    relation_model, foreign_key = ItemAuthor, "author"
    form = SluggedForm
    list_display = ("name", "item_count", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ["name"]}
