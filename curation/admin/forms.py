"""What the forms of several models share: slugs that fill themselves, and PDF files."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.slugs import slug_of

from .base import edit_url


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """A slug that is left empty is made from other fields; one that is taken is refused, with a link to its holder."""

    slug_from: ClassVar[tuple[str, ...]] = ("name",)
    slug_help: ClassVar[str] = "The name in the address. Left empty, it is made from the name."

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
            self.fields["slug"].help_text = self.slug_help

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "slug" in cleaned:
            self.check_slug(cleaned)
        return cleaned

    def check_slug(self, cleaned: dict[str, Any]) -> None:
        words = " ".join(str(cleaned.get(name) or "") for name in self.slug_from)
        slug = cleaned["slug"] = cleaned["slug"] or slug_of(words)[: self.fields["slug"].max_length]  # type: ignore[attr-defined]
        model = self._meta.model
        if not slug:
            self.add_error("slug", "Enter a slug: nothing here can be turned into one.")
        elif holder := model._default_manager.filter(slug=slug).exclude(pk=self.instance.pk).first():
            self.add_error("slug", ValidationError(format_html("The slug “{}” is taken by {}.", slug, new_tab(holder))))


def new_tab(obj: Model) -> SafeString:
    """Return a link to an object's page in the admin that leaves the form at hand open."""
    return format_html('<a href="{}" target="_blank">{}</a>', edit_url(obj), obj)
