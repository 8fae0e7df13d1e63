"""Publishers of outside sources."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.lib.web_urls import host_of
from curation.models import CuratedItem, Publisher
from curation.templating.pictures import picture

from .links import edit_link_in_new_tab
from .taxonomy.merging import MergingAdmin


class DomainField(forms.CharField):
    """A host name. A link is reduced to its host."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value))
        return host_of(typed if "://" in typed else f"https://{typed}") or typed


class PublisherForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A publisher's form. An empty name becomes the domain."""

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

    def clean_domain(self) -> str:
        """Refuse the domain of another publisher, and name that one."""
        domain = str(self.cleaned_data["domain"])
        if other := Publisher.objects.filter(domain=domain).exclude(pk=self.instance.pk).first():
            message = "{} is known already: {}. In the form of an item, choose it in the field “Publisher”."
            raise ValidationError(format_html(message, domain, edit_link_in_new_tab(other)))
        return domain

    def clean_name(self) -> str:
        return str(self.cleaned_data["name"] or self.cleaned_data.get("domain", ""))


@admin.register(Publisher)
class PublisherAdmin(MergingAdmin):
    form = PublisherForm
    relation_model, foreign_key, item_key = CuratedItem, "publisher", "pk"
    autocomplete_hint = "domain"
    list_display = ("thumbnail", "name", "domain", "item_count")
    list_display_links = ("name",)
    list_select_related = ("icon",)
    search_fields = ("name", "domain")
    autocomplete_fields = ("icon",)

    @admin.display(description="icon")
    def thumbnail(self, publisher: Publisher) -> SafeString:
        return picture(publisher.icon, sizes="24px")
