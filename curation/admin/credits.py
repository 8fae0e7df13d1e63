"""Publishers and authors."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString

from curation.links import host_of
from curation.markup import picture
from curation.models import Author, CuratedItem, ItemAuthor, Publisher

from .base import ItemCountAdmin
from .forms import SluggedForm


class DomainField(forms.CharField):
    """A host name, which may be given as any link to it."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value))
        return host_of(typed if "://" in typed else f"https://{typed}") or typed


class PublisherForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A name that is left empty is the domain."""

    class Meta:
        model = Publisher
        fields = ("domain", "name", "icon")
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"domain": DomainField}
        help_texts: ClassVar[dict[str, str]] = {
            "domain": "The host name, or any link to it.",
            "name": "As readers see it. Left empty, it is the domain.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = False

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"] or self.cleaned_data.get("domain", ""))


@admin.register(Publisher)
class PublisherAdmin(ItemCountAdmin):
    form = PublisherForm
    holder, key = CuratedItem, "publisher"
    list_display = ("thumbnail", "name", "domain", "item_count")
    list_display_links = ("name",)
    list_select_related = ("icon",)
    search_fields = ("name", "domain")
    autocomplete_fields = ("icon",)

    @admin.display(description="icon")
    def thumbnail(self, publisher: Publisher) -> SafeString:
        return picture(publisher.icon, sizes="24px")


@admin.register(Author)
class AuthorAdmin(ItemCountAdmin):
    holder, key = ItemAuthor, "author"
    form = SluggedForm
    list_display = ("name", "item_count", "slug")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ["name"]}
