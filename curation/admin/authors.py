"""Authors of items."""

from django.contrib import admin

from curation.models import Author, ItemAuthor

from .addresses import AddressedAdmin
from .base import ItemCountAdmin
from .forms import SluggedForm


@admin.register(Author)
class AuthorAdmin(AddressedAdmin, ItemCountAdmin):
    relation_model, foreign_key = ItemAuthor, "author"
    form = SluggedForm
    list_display = ("name", "item_count", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ["name"]}
