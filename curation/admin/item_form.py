"""The form of an item: what it fills in, what it refuses, and what it wants confirmed before it saves."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget, AdminURLFieldWidget
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from curation.models import Alias, CuratedItem
from curation.patience import TooMuch, render_in_time
from curation.publishing import address, publication_time
from curation.rendering import flavour_of

from .base import state_of
from .duplicates import items_with_link
from .forms import SluggedForm, new_tab
from .tags import TagsField
from .uploads import PICTURE_TYPES, ImageInput, Picture, clean_image, clean_pdf
from .widgets import ConfirmBox, MarkdownField, suggesting

#: The groups that `meta` may have; within each, names of tags and their contents.
META_GROUPS = {"openGraph", "twitter", "html"}
META_EXAMPLE = '{"openGraph": {"ogtitle": "…"}, "twitter": {…}, "html": {"robots": "noindex"}}'

Doubts = list[tuple[str, SafeString]]


class ItemForm(SluggedForm):
    """An item's form tells errors from doubts: a link that another item has, an address that led to another, a change
    that was made while the form was open.

    With doubts the form is held once. It is saved when it comes back with `save_anyway` ticked and no new doubt.
    """

    slug_from = ("title",)
    slug_help = "The name in the address. Left empty, it is made from the title; changed, it leaves a redirect behind."

    tags = TagsField(widget=AdminTextInputWidget(attrs=suggesting("tags")))
    new_image = forms.FileField(
        label="Upload an image",
        required=False,
        widget=ImageInput(),
        help_text="Takes the place of the one chosen above. JPEG, PNG, GIF, WebP or AVIF; EXIF and GPS are removed.",
    )
    save_anyway = forms.CharField(
        required=False,
        widget=forms.HiddenInput,
        help_text="Nothing is saved yet: see what is marked below. If that is meant to be, tick this, choose any files "
        "again, and save.",
    )

    shown = forms.CharField(label="version shown", required=False, widget=forms.HiddenInput)

    class Media:
        js = tuple(
            forms.Script(f"admin-curation/{name}.js", type="module")
            for name in ("preview", "body-pictures", "link-check", "suggest", "picture")
        )

    class Meta:
        model = CuratedItem
        fields = "__all__"
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"body": MarkdownField}
        help_texts: ClassVar[dict[str, str]] = {
            "published_at": "UTC. Left empty when publishing, it is now; readers see an item from then on.",
            "meta": "Open Graph, Twitter and HTML meta tags of this page alone: " + META_EXAMPLE,
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "title": AdminTextInputWidget(attrs={"class": "vTextField wide"}),
            "summary": AdminTextareaWidget(attrs={"rows": 3}),
            "body": AdminTextareaWidget(
                attrs={
                    "rows": 24,
                    "data-preview-url": reverse_lazy("admin:curation_curateditem_preview"),
                    "data-upload-url": reverse_lazy("admin:curation_curateditem_upload_picture"),
                    "data-picture-types": PICTURE_TYPES,
                }
            ),
            "source_url": AdminURLFieldWidget(
                attrs={"data-check-url": reverse_lazy("admin:curation_curateditem_check_link")}
            ),
            **{
                name: AdminTextInputWidget(attrs=suggesting(name))
                for name in ("kind", "format", "section", "institution")
            },
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["shown"] = self.version()
        if "body" in self.fields:
            self.fields["body"].widget.attrs["data-item"] = self.instance.pk or ""

    def version(self) -> str:
        """Return what tells the item as this form shows it from what others may make of it until it is saved."""
        return self.instance.updated_at.isoformat() if self.instance.pk else ""

    def clean_published_at(self) -> datetime | None:
        return publication_time(self.cleaned_data.get("status", ""), self.cleaned_data["published_at"])

    def clean_expires_at(self) -> datetime | None:
        """Refuse to publish what nobody would see."""
        end: datetime | None = self.cleaned_data["expires_at"]
        start = max(timezone.now(), self.cleaned_data.get("published_at") or timezone.now())
        if end and end <= start and self.cleaned_data.get("status") == CuratedItem.Status.PUBLISHED:
            raise ValidationError("Nobody would see the item: empty this, give a later time, or choose Archived.")
        return end

    def clean_body(self) -> str:
        body: str = self.cleaned_data["body"]
        if "body" in self.changed_data or "flavour" in self.changed_data:
            try:
                render_in_time(body, flavour_of(self.cleaned_data.get("flavour")))
            except TooMuch as error:
                raise ValidationError(str(error)) from error
        return body

    def clean_meta(self) -> dict[str, dict[str, str]]:
        meta = self.cleaned_data["meta"] or {}
        groups = meta.values() if isinstance(meta, dict) and meta.keys() <= META_GROUPS else [None]
        if not all(isinstance(tags, dict) and all(isinstance(tag, str) for tag in tags.values()) for tags in groups):
            raise ValidationError(f"Write groups of tags, and texts alone: {META_EXAMPLE}")
        return meta

    def clean_tags(self) -> list[str]:
        field = self.fields["tags"]
        assert isinstance(field, TagsField)  # noqa: S101  # for the types
        return field.clean_tags(self.cleaned_data["tags"], self.initial.get("tags"))

    def clean_new_image(self) -> Picture | None:
        upload = self.cleaned_data["new_image"]
        return clean_image(upload) if upload else None

    def clean_pdf(self) -> Any:
        pdf = self.cleaned_data["pdf"]
        return clean_pdf(pdf) if isinstance(pdf, UploadedFile) else pdf

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "tags" not in self.changed_data:
            cleaned.pop("tags", None)  # so that nothing is written
        doubts = [] if self.errors else list(self.doubts(cleaned))
        token = hashlib.sha256("".join(message for _, message in doubts).encode()).hexdigest()
        if doubts and cleaned.get("save_anyway") != token:
            self.hold(doubts, token)
        return cleaned

    def doubts(self, cleaned: dict[str, Any]) -> Iterator[tuple[str, SafeString]]:
        """Yield field and message of what may be a mistake in this form's changes."""
        if self.instance.pk and cleaned.get("shown") not in ("", self.version()):
            message = "Since you opened it, {} was changed by an import or by somebody else, at {} UTC. {}"
            advice = "Open it again in a new tab and make your changes there; saved anyway, it is all as shown here."
            yield (
                NON_FIELD_ERRORS,
                format_html(message, new_tab(self.instance), f"{self.instance.updated_at:%H:%M:%S}", advice),
            )
        if "source_url" in self.changed_data:
            for other in items_with_link(cleaned["source_url"], self.instance.pk)[:5]:
                message = "{} ({}) has this source link already."
                yield "source_url", format_html(message, new_tab(other), state_of(other))
        if "slug" in self.changed_data or not self.instance.pk:
            path = address(CuratedItem(slug=cleaned["slug"]))
            for alias in Alias.objects.filter(path=path).exclude(item=self.instance.pk).select_related("item"):
                message = "{} was the address of {} and leads there; as this item's address it would lead here."
                yield "slug", format_html(message, path, new_tab(alias.item))

    def hold(self, doubts: Doubts, token: str) -> None:
        for field, message in doubts:
            self.add_error(field, ValidationError(message, code="doubt"))
        self.fields["save_anyway"].widget = ConfirmBox(token)

    def save(self, commit: bool = True) -> Any:
        if picture := self.cleaned_data.get("new_image"):
            self.instance.image, _ = picture.store()
        return super().save(commit)
