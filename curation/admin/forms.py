"""A form base class that fills in empty slugs."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from curation.lib.slugs import slug_of
from curation.models import CuratedItem

from .links import edit_link_in_new_tab


class SluggedForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """Make an empty slug from the fields `slug_from`. Refuse a taken slug, with a link to the object that has it."""

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
            self._clean_slug(cleaned)
        return cleaned

    def _clean_slug(self, cleaned: dict[str, Any]) -> None:
        words = " ".join(str(cleaned.get(name) or "") for name in self.slug_from)
        slug = cleaned["slug"] = cleaned["slug"] or slug_of(words)[: self.fields["slug"].max_length]  # type: ignore[attr-defined]
        others = self._meta.model._default_manager.exclude(pk=self.instance.pk)
        if not slug:
            self.add_error("slug", "Enter a slug: nothing here can be turned into one.")
        elif other := others.filter(slug=slug).first():
            is_binned = isinstance(other, CuratedItem) and other.status == CuratedItem.Status.BIN
            advice = ", which is in the bin: restore it there, or choose another slug" if is_binned else ""
            message = format_html("The slug “{}” is taken by {}{}.", slug, edit_link_in_new_tab(other), advice)
            self.add_error("slug", ValidationError(message, code="slug-taken"))
