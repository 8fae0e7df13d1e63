"""The form of an item: defaults, validation, and changes that must be confirmed before they are saved."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import ascii_lowercase
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from curation.admin.file_fields import (
    ADD_IMAGE,
    PICTURE_HELP,
    PICTURE_TYPES,
    ImageInput,
    PdfInput,
    UploadedPicture,
    clean_image,
    clean_pdf,
)
from curation.admin.forms import SluggedForm
from curation.admin.links import edit_link_in_new_tab
from curation.admin.widgets import ConfirmationCheckbox, MarkdownField, chip_attrs
from curation.admin_site.link_input import LinkInput
from curation.admin_site.times import clock_text
from curation.items.addresses import UNTITLED, alias_path, follows_title, slug_for_title
from curation.items.workflow import may_change, state_label
from curation.lib.web_urls import without_tracking
from curation.markdown import flavour_of
from curation.markdown.render_timeout import RenderTimeout, render_with_timeout
from curation.models import Alias, CuratedItem, ItemTag, Publisher
from curation.models.items import summary_for_readers

from .merged_form import MergedForm
from .meta_tags import MetaField, MetaTags, with_untouched
from .publisher_of_link import ADD_PUBLISHER, publisher_host, publisher_of
from .same_link import items_with_link
from .source_link import link_as_found
from .suggestions import SUGGESTED_COLUMNS, suggestion_attrs
from .tags_field import TagsField

MAX_DUPLICATES_NAMED = 5
FORMER_ALTERNATIVE_TEXT = mark_safe(
    "Written for the former image. Describe the new one, or empty this; if it fits both, tick “Save anyway” above."
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A change of the form that may be a mistake: the field (`NON_FIELD_ERRORS` for none) and a message."""

    field: str
    message: SafeString


class ItemEditForm(MergedForm, SluggedForm):
    """An item's form, which separates errors from changes that must be confirmed.

    To be confirmed are a source link that another item has, an address that led to another item, and a new image with
    the former one's alternative text. Such a form comes back once, unsaved. It is saved when it is sent with
    `save_anyway` ticked and needs no further confirmation.

    What others changed while the form was open is merged by `MergedForm`.
    """

    #: The ID of the item whose text a new item takes over.
    stands_for: ClassVar[int | None] = None

    slug_from = ("title",)
    slug_help = "Left empty, it is made from the title."

    tags = TagsField(widget=AdminTextInputWidget(attrs=chip_attrs(ItemTag._meta.get_field("tag"), new=True)))
    meta = MetaField(
        label="Meta tags", required=False, help_text="Tags of this page alone. Left empty, the site writes its own."
    )
    publisher_from_link = forms.BooleanField(
        label="Publisher of the link’s host",
        required=False,
        help_text="Saving takes the publisher from the source link. One that is not known yet is made.",
    )
    new_image = forms.FileField(
        label="Upload an image",
        required=False,
        widget=ImageInput(),
        help_text=f"Replaces the image chosen above. {PICTURE_HELP}",
    )
    save_anyway = forms.CharField(
        required=False,
        widget=forms.HiddenInput,
        help_text="Nothing is saved yet: see what is marked below. If that is meant to be, tick this and save.",
    )

    class Media:
        js = tuple(
            forms.Script(f"admin-curation/{name}.js", type="module")
            for name in (
                *("item-form", "source-link", "editor", "link-check", "suggest", "chosen-picture"),
                *("presence", "verbs", "preview-link"),
            )
        )
        css: ClassVar[dict[str, tuple[str, ...]]] = {"all": ("admin-curation/editor.css",)}

    class Meta:
        model = CuratedItem
        fields = "__all__"
        field_classes: ClassVar[dict[str, type[forms.Field]]] = {"body": MarkdownField}
        help_texts: ClassVar[dict[str, str]] = {
            "published_at": "Left empty when publishing, it is now. A date alone means "
            f"{clock_text(settings.DESK_HOUR)}.",
            "source_url": "Tracking parameters (utm_source, fbclid and the like) are removed when it is saved.",
        }
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "title": AdminTextareaWidget(attrs={"rows": 1, "class": "vTextField one-line", "placeholder": "Title"}),
            "summary": AdminTextareaWidget(attrs={"rows": 3}),
            "body": AdminTextareaWidget(
                attrs={
                    "rows": 24,
                    "data-preview-url": reverse_lazy("admin:curation_curateditem_preview"),
                    "data-upload-url": reverse_lazy("admin:curation_curateditem_upload_picture"),
                    "data-picture-types": PICTURE_TYPES,
                }
            ),
            "pdf": PdfInput(),
            "source_url": LinkInput(
                {
                    "data-check-url": reverse_lazy("admin:curation_curateditem_check_link"),
                    "data-publisher-url": reverse_lazy("admin:curation_curateditem_publisher"),
                    "placeholder": "https://…",
                }
            ),
            **{name: AdminTextInputWidget(attrs=suggestion_attrs(name)) for name in SUGGESTED_COLUMNS},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and not self.is_bound:
            self.initial["tags"] = self.instance.tags.all()  # which may be in memory
        if "source_url" in self.fields and not self.instance.pk and not self.is_bound:
            self.fields["source_url"].widget.attrs["autofocus"] = True
        if "new_image" in self.fields and self.actor.user and not self.actor.user.has_perm(ADD_IMAGE):
            self.fields["new_image"].disabled = True  # what is sent is ignored
            self.fields["new_image"].help_text = "You may not add images: choose one above."
        if "slug" in self.fields and self.instance.pk:
            is_known = self.instance.status in (CuratedItem.Status.PUBLISHED, CuratedItem.Status.ARCHIVED)
            known = "Readers know this address. " if is_known else ""
            self.fields["slug"].help_text = f"{known}After a change, the old address redirects to the new one."
            if not is_known and follows_title(self.instance):
                self.fields[
                    "slug"
                ].help_text = (
                    "It follows the title until the item is published or scheduled, unless you change it here."
                )
                self.fields["slug"].widget.attrs["data-follows-title"] = True
        if "image_alt" in self.fields and self.instance.image:
            self.fields["image_alt"].widget.attrs["placeholder"] = self.instance.image.alt
        if "body" in self.fields:
            self.fields["body"].widget.attrs["data-item"] = self.instance.pk or ""
            self.fields["summary"].widget.attrs["placeholder"] = summary_for_readers("", self.instance.body_text)

    def clean_expires_at(self) -> datetime | None:
        """Refuse an end of a published item before its beginning."""
        end: datetime | None = self.cleaned_data["expires_at"]
        start = max(timezone.now(), self.cleaned_data.get("published_at") or timezone.now())
        if end and end <= start and self.instance.status == CuratedItem.Status.PUBLISHED:
            raise ValidationError("Nobody would see the item: empty this, give a later time, or archive it.")
        return end

    def clean_source_url(self) -> str:
        """Remove tracking parameters from a changed link."""
        self.typed_source_url: str = self.cleaned_data["source_url"]
        return without_tracking(self.typed_source_url) if "source_url" in self.changed_data else self.typed_source_url

    def clean_via_url(self) -> str:
        typed: str = self.cleaned_data["via_url"]
        return without_tracking(typed) if "via_url" in self.changed_data else typed

    def clean_body(self) -> str:
        """Refuse a body that takes too long to render."""
        body: str = self.cleaned_data["body"]
        if "body" in self.changed_data or "flavour" in self.changed_data:
            try:
                render_with_timeout(body, flavour_of(self.cleaned_data.get("flavour")))
            except RenderTimeout as error:
                raise ValidationError(str(error)) from error
        return body

    def clean_meta(self) -> MetaTags:
        if self.instance.pk and "meta" not in self.changed_data:
            return self.instance.meta  # type: ignore[no-any-return]  # a JSON column
        return with_untouched(self.cleaned_data["meta"], self.initial.get("meta"))

    def clean_tags(self) -> list[str]:
        field = self.fields["tags"]
        assert isinstance(field, TagsField)  # noqa: S101  # for the types
        return field.clean_tags(self.cleaned_data["tags"], self.initial.get("tags"))

    def clean_new_image(self) -> UploadedPicture | None:
        upload = self.cleaned_data["new_image"]
        return clean_image(upload) if upload else None

    def clean_pdf(self) -> Any:
        pdf = self.cleaned_data["pdf"]
        return clean_pdf(pdf) if isinstance(pdf, UploadedFile) else pdf

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("publisher_from_link"):
            self._take_publisher_from_link(self.cleaned_data)
        cleaned = super().clean()
        if self.instance.status == CuratedItem.Status.PUBLISHED:
            if "published_at" in cleaned:
                cleaned["published_at"] = cleaned["published_at"] or timezone.now()
            self._require_content(cleaned)
        if not self.errors:
            self._set_dependent_fields(cleaned)
        confirmations = [] if self.errors else list(self._confirmations(cleaned))
        if confirmations and cleaned.get("save_anyway") != (token := _token(confirmations)):
            self._require_confirmation(confirmations, token)
        return cleaned

    def _take_publisher_from_link(self, cleaned: dict[str, Any]) -> None:
        """Set the publisher to that of the source link; one that is not known is saved with the item."""
        link = cleaned.get("source_url", "")
        host, known = publisher_host(link), publisher_of(link)
        if not host:
            self.add_error(
                "publisher_from_link", "This takes the host of the source link: give the link, or untick it."
            )
        elif known is None and self.actor.user and not self.actor.user.has_perm(ADD_PUBLISHER):
            self.add_error("publisher_from_link", f"You may not add publishers, and {host} is none yet: untick it.")
        else:
            cleaned["publisher"] = known or Publisher(domain=host, name=host)

    def store_publisher(self) -> None:
        """Store the publisher that was made of the source link's host, if any."""
        made = self.cleaned_data.get("publisher")
        if made and not made.pk:
            self.instance.publisher, _ = Publisher.objects.get_or_create(
                domain=made.domain, defaults={"name": made.name}
            )

    def _set_dependent_fields(self, cleaned: dict[str, Any]) -> None:
        """Set the link as found of a new source link; empty the alternative text of an image that was removed."""
        former, link = self.instance.source_url, cleaned["source_url"]
        if link != former and "source_url_original" not in self.changed_data:
            original = cleaned["source_url_original"]
            cleaned["source_url_original"] = link_as_found(
                typed=self.typed_source_url, link=link, former=former, original=original
            )
        if self._has_former_alternative_text(cleaned) and not (cleaned["image"] or cleaned["new_image"]):
            cleaned["image_alt"] = ""

    def _has_former_alternative_text(self, cleaned: dict[str, Any]) -> bool:
        """Whether the image was replaced or removed, and its alternative text stayed."""
        is_other_image = bool(cleaned["new_image"]) or cleaned["image"] != self.instance.image
        return is_other_image and bool(cleaned["image_alt"]) and bool(cleaned["image_alt"] == self.instance.image_alt)

    def _clean_slug(self, cleaned: dict[str, Any]) -> None:
        """Make a slug for a draft without a title, and for one with a new title whose slug follows that."""
        is_untitled = cleaned["slug"].startswith(UNTITLED) and "slug" not in self.changed_data
        if title := cleaned.get("title"):
            if self.instance.pk and "slug" not in self.changed_data:
                cleaned["slug"] = slug_for_title(self.instance, title)
            if is_untitled and cleaned["slug"].startswith(UNTITLED):
                cleaned["slug"] = ""
        elif not cleaned["slug"] and "title" not in self.errors:
            cleaned["slug"] = UNTITLED + get_random_string(6, ascii_lowercase)
        super()._clean_slug(cleaned)

    def _require_content(self, cleaned: dict[str, Any]) -> None:
        """Refuse to take from a published item its title, or both link and text."""
        if not cleaned.get("title") and "title" not in self.errors:
            self.add_error("title", ValidationError("Readers see this item: give it a title.", code="no-title"))
        if not cleaned.get("source_url") and not cleaned.get("body", "").strip() and "source_url" not in self.errors:
            message = "Readers see this item: give it a source link or a text."
            self.add_error("source_url", ValidationError(message, code="no-content"))

    def _confirmations(self, cleaned: dict[str, Any]) -> Iterator[Confirmation]:
        """Yield the changes that must be confirmed."""
        if "source_url" in self.changed_data:
            duplicates = items_with_link(cleaned["source_url"], exclude=self.instance.pk or self.stands_for)
            for other in duplicates[:MAX_DUPLICATES_NAMED]:
                message = "{} ({}) has this source link already."
                yield Confirmation("source_url", format_html(message, edit_link_in_new_tab(other), state_label(other)))
        if self._has_former_alternative_text(cleaned):
            yield Confirmation("image_alt", FORMER_ALTERNATIVE_TEXT)
        if "slug" in self.changed_data or not self.instance.pk:
            path = alias_path(CuratedItem(slug=cleaned["slug"]))
            for alias in Alias.objects.filter(path=path).exclude(item=self.instance.pk).select_related("item"):
                if not may_change(self.actor, alias.item):
                    message = format_html(
                        "{} leads to {}: choose another slug.", path, edit_link_in_new_tab(alias.item)
                    )
                    self.add_error("slug", ValidationError(message))
                    return
                message = "{} was the address of {} and leads there; as this item's address it would lead here."
                yield Confirmation("slug", format_html(message, path, edit_link_in_new_tab(alias.item)))

    def _require_confirmation(self, confirmations: Sequence[Confirmation], token: str) -> None:
        for confirmation in confirmations:
            self.add_error(confirmation.field, ValidationError(confirmation.message, code="confirmation"))
        self.fields["save_anyway"].widget = ConfirmationCheckbox(token)

    def save(self, commit: bool = True) -> Any:
        if picture := self.cleaned_data.get("new_image"):
            self.instance.image, _ = picture.store()
        self.store_publisher()
        return super().save(commit)


def _token(confirmations: Sequence[Confirmation]) -> str:
    """Return a digest of confirmations: a ticked `save_anyway` confirms exactly the messages that were shown."""
    return hashlib.sha256("".join(confirmation.message for confirmation in confirmations).encode()).hexdigest()
