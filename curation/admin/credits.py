"""Publishers and authors."""

from django.contrib import admin
from django.utils.safestring import SafeString

from curation.models import Author, CuratedItem, ItemAuthor, Publisher

from .base import ItemCountAdmin, picture
from .forms import SluggedForm


@admin.register(Publisher)
class PublisherAdmin(ItemCountAdmin):
    holder, key = CuratedItem, "publisher"
    list_display = ("thumbnail", "name", "domain", "item_count")
    list_display_links = ("name",)
    list_select_related = ("icon",)
    search_fields = ("name", "domain")
    autocomplete_fields = ("icon",)

    @admin.display(description="icon")
    def thumbnail(self, publisher: Publisher) -> SafeString:
        return picture(publisher.icon, "24px")


@admin.register(Author)
class AuthorAdmin(ItemCountAdmin):
    holder, key = ItemAuthor, "author"
    form = SluggedForm
    list_display = ("name", "item_count", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ["name"]}
