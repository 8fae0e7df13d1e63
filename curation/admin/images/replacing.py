"""Replacing an image by another one in all items: choose the other one, see what would change, do it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.views.decorators.http import require_http_methods

from curation.admin.base import may_view_items
from curation.admin.bulk import wording
from curation.admin.file_fields import PICTURE_HELP, PICTURE_TYPES, clean_image
from curation.items.actors import Actor
from curation.items.bulk import changes
from curation.items.bulk.actions import REPLACE_IMAGE
from curation.items.bulk.replace_image import Replacement, items_to_change
from curation.models import BodyReference, BulkChange, Image
from curation.templating.pictures import picture

from .choosing import ImageChooser

#: The parameter that names the image which takes the place of another.
OTHER = "with"
#: The choices for the alternative texts of items: keep or remove them.
NEW_TEXT, OWN_TEXTS = "new", "own"


class ReplaceForm(forms.Form):
    """The alternative text of the new image, and a choice for the texts that describe the former one."""

    alt = forms.CharField(
        label="Alternative text of the new image",
        max_length=500,
        required=False,
        help_text="What it shows. It stands for the image wherever an item has no text of its own.",
        widget=forms.TextInput({"class": "vTextField"}),
    )
    texts = forms.ChoiceField(
        label="Alternative texts of the items",
        widget=forms.RadioSelect,
        choices=[
            (NEW_TEXT, "Take the new image’s text: theirs describe the former image"),
            (OWN_TEXTS, "Keep them: they fit both images"),
        ],
        error_messages={"required": "Choose whether to keep the texts that describe the former image."},
    )

    def __init__(self, *args: Any, own_texts: int, may_describe: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["alt"].disabled = not may_describe
        if not own_texts:
            del self.fields["texts"]


class ImageReplacing(ImageChooser):
    """The pages on which an image is replaced everywhere."""

    def get_urls(self) -> list[URLPattern]:
        view = require_http_methods(["GET", "POST"])(self.replace_view)
        return [self.guarded_path("<int:pk>/replace/", view, "replace", self.may_replace), *super().get_urls()]

    def may_replace(self, request: HttpRequest) -> bool:
        may_see = may_view_items(request) and self.has_view_permission(request)
        return may_see and Actor.of(request.user).may(REPLACE_IMAGE.effect.permission)

    def replace_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Return the page on which the other image is chosen or uploaded, or the one that shows what would change."""
        old = get_object_or_404(Image, pk=pk)
        number = request.GET.get(OTHER, "")
        if not number:
            return self._choose(request, old)
        is_number = number.isascii() and number.isdecimal() and len(number) < 19
        new = get_object_or_404(Image.objects.exclude(pk=old.pk), pk=int(number) if is_number else 0)
        return self._confirm(request, old, new)

    def _choose(self, request: HttpRequest, old: Image) -> HttpResponseBase:
        may_add, error = self.has_add_permission(request), ""
        upload = request.FILES.get("upload") if may_add else None
        if request.method == "POST":
            try:
                if upload is None:
                    raise ValidationError("Choose a picture.")
                new, _is_new = clean_image(upload).store()
                if new.pk != old.pk:
                    return redirect(f"{request.path}?{OTHER}={new.pk}")
                error = "This is the same picture; choose another one."
            except ValidationError as refused:
                error = " ".join(refused.messages)
        context = self.page_context(
            request,
            f"{'Error: ' if error else ''}Replace “{old}” everywhere",
            image=old,
            old_picture=picture(old, sizes="240px"),
            error=error,
            may_add=may_add,
            picture_types=PICTURE_TYPES,
            picture_help=PICTURE_HELP,
            number=items_to_change(old).count(),
            **self.chooser_context(request, OTHER, without=old.pk),
        )
        return TemplateResponse(request, "admin/curation/image/replace.html", context)

    def _confirm(self, request: HttpRequest, old: Image, new: Image) -> HttpResponseBase:
        ids = list(items_to_change(old).order_by("pk").values_list("pk", flat=True))
        own_texts = items_to_change(old).filter(image=old).exclude(image_alt="").count()
        form = ReplaceForm(
            request.POST if request.method == "POST" else None,
            initial={"alt": new.alt},
            own_texts=own_texts,
            may_describe=self.has_change_permission(request, new),
        )
        if request.method == "POST" and form.is_valid() and ids:
            return self._replace(request, ids, form, Replacement(old, new, form.cleaned_data.get("texts") == OWN_TEXTS))
        change = BulkChange(verb=REPLACE_IMAGE.name, item_ids=ids, user=Actor.of(request.user).user)
        preview = changes.preview(change, Replacement(old, new))
        button = REPLACE_IMAGE.button.format(items=wording.items(preview.changing))
        in_texts = BodyReference.objects.filter(image=old, item__in=items_to_change(old)).values("item").distinct()
        context = self.page_context(
            request,
            f"{'Error: ' if form.errors else ''}{button if preview.changing else f'Replace “{old}” everywhere'}",
            image=old,
            new=new,
            old_picture=picture(old, sizes="240px"),
            new_picture=picture(new, sizes="240px"),
            form=form,
            preview=preview,
            states=wording.states(preview),
            consequence=wording.consequence(preview),
            skipped=wording.skipped(preview.skipped),
            button=button,
            in_texts=in_texts.count(),
            own_texts=own_texts,
            more=preview.changing - len(preview.titles),
        )
        return TemplateResponse(request, "admin/curation/image/replace_confirm.html", context)

    def _replace(self, request: HttpRequest, ids: list[int], form: ReplaceForm, value: Replacement) -> HttpResponseBase:
        new, alt = value.new, form.cleaned_data["alt"]
        with transaction.atomic():
            if alt != new.alt:
                new.alt = alt
                new.save(update_fields=["alt"])
                self.log_change(request, new, "Changed Alternative text.")
            change = changes.prepare(REPLACE_IMAGE, ids, Actor.of(request.user).user)  # type: ignore[arg-type]
        actions: Any = self.admin_site.get_model_admin(BulkChange)
        url = reverse("admin:curation_image_change", args=[new.pk])
        response: HttpResponse = actions.carry_out(request, change, value, url)
        return response
