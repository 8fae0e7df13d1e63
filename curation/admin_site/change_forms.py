"""Forms of the admin that keep what was typed and chosen until it is saved."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import transaction
from django.forms import Media
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst

from curation.models import SavedForm

from .error_summary import summarise
from .kept_files import KeptFiles, SlotInput
from .posted_forms import sign_user
from .sent_twice import form_key, form_token, remember

#: The input of a form that names its copy in the browser (`static/admin-curation/kept-text.js`).
LOCAL_COPY = "_local_copy"
#: The cookie that names the copies of saved forms, separated by dots. `saved-copies.js` deletes them, and the cookie.
SAVED_COPIES = "saved_copies"
MAX_SAVED_COPIES = 10


def local_copy(request: HttpRequest) -> str:
    """Return the name of the copy of a form that was sent, "" if the browser made none."""
    name = request.POST.get(LOCAL_COPY, "")
    return name if re.fullmatch("[0-9a-f]{32}", name) else ""


def name_saved_copy(request: HttpRequest, response: HttpResponse) -> None:
    """Tell the browser that a form has been saved, so that it deletes its copy."""
    if name := local_copy(request):
        names = [*request.COOKIES.get(SAVED_COPIES, "").split("."), name][-MAX_SAVED_COPIES:]
        response.set_cookie(
            SAVED_COPIES,
            ".".join(filter(None, names)),
            path=reverse("admin:index"),
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def keep_chosen_files(request: HttpRequest) -> None:
    """Keep the files of a form that met an error, if it takes slots and its user may save such forms."""
    view = request.resolver_match.func if request.resolver_match else None
    form_admin = getattr(view, "model_admin", None)
    if not isinstance(form_admin, KeepingAdmin) or not form_admin.may_save(request):
        return
    if not hasattr(request, "kept_files"):
        request.kept_files = KeptFiles.take(request)  # type: ignore[attr-defined]
    request.kept_files.keep_all(form_admin.slot_inputs(request))  # type: ignore[attr-defined]


class KeepingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """A model admin whose forms keep chosen files when they come back with errors."""

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "POST":
            return super().changeform_view(request, object_id, form_url, extra_context)
        kept = KeptFiles.take(request)
        request.kept_files, request.is_saved = kept, False  # type: ignore[attr-defined]
        if self.may_save(request):
            self.before_transaction(request)
        if object_id is None and self.has_add_permission(request) and form_key(request):
            response = self._add_once(request, form_url, extra_context)
        else:
            response = self.post_changeform(request, object_id, form_url, extra_context)
        if request.is_saved:  # type: ignore[attr-defined]
            kept.discard()
            name_saved_copy(request, response)
        return response

    def _add_once(self, request: HttpRequest, form_url: str, extra_context: Any) -> HttpResponse:
        """Save the form of a new object, unless it was saved before; then lead its editor to the same page.

        Of two requests at the same time, the database lets the second wait for the end of the first.
        """
        with transaction.atomic():
            saved, is_new = SavedForm.objects.get_or_create(key=form_key(request))
            made = None if is_new else self.get_queryset(request).filter(pk=saved.object_id).first()
            if made is not None:  # and not deleted since
                return self._answer_again(request, made, saved.location)
            response = self.post_changeform(request, None, form_url, extra_context)
            if request.is_saved:  # type: ignore[attr-defined]
                remember(saved, request.saved_id, response)  # type: ignore[attr-defined]
            else:
                transaction.set_rollback(True)
        return response

    def _answer_again(self, request: HttpRequest, made: Any, location: str) -> HttpResponse:
        request.is_saved = True  # type: ignore[attr-defined]
        if not location:  # as of a window that closes itself
            return self.response_add(request, made)
        text = f"“{made}” is saved. Its form was sent twice; the second time changed nothing."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(location)

    def before_transaction(self, request: HttpRequest) -> None:
        """Do what takes long before the transaction in which a form is checked and saved. Here, nothing does."""

    def post_changeform(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any
    ) -> HttpResponse:
        """Check and save a form that was sent, in a transaction."""
        return super().changeform_view(request, object_id, form_url, extra_context)

    def may_save(self, request: HttpRequest) -> bool:
        is_staff = self.admin_site.has_permission(request)
        return is_staff and (self.has_add_permission(request) or self.has_change_permission(request))

    def slot_inputs(self, request: HttpRequest) -> set[str]:
        """Return the names of the inputs whose files are kept in slots."""
        fields = self.get_form(request).base_fields
        return {name for name, field in fields.items() if isinstance(field.widget, SlotInput)}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        request.is_saved, request.saved_id = True, form.instance.pk  # type: ignore[attr-defined]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Return the page of a form, with the context of `form_context()` and the scripts that its fields need."""
        if _needs_djangos_scripts(context["adminform"]):
            context["media"] = super().media + context["media"]
        context["title"] = self._form_title(request, obj)
        context |= self.form_context(request, context["adminform"].form, obj)
        context["error_summary"] = summarise(context["adminform"].form, context["inline_admin_formsets"])
        return super().render_change_form(request, context, add, change, form_url, obj)

    @property
    def media(self) -> Media:
        """Return the script of lists alone: Django's others, with jQuery, are for some forms."""
        return Media(js=["admin/js/actions.js"])

    def _form_title(self, request: HttpRequest, obj: Any) -> str:
        name = str(self.opts.verbose_name)
        if obj is None:
            return f"New {name}"
        return f"Edit {name}" if self.has_change_permission(request, obj) else capfirst(name)

    def form_context(self, request: HttpRequest, form: Any, obj: Any) -> dict[str, Any]:
        """Return the context of the page of a form. One that was sent and not saved holds its chosen files."""
        if kept := getattr(request, "kept_files", None):
            kept.show(form)
        return {
            "is_unsaved": request.method == "POST",
            "local_copy": local_copy(request),
            "form_token": form_token(request) if obj is None else "",
            "typed_by": sign_user(request.user.pk or 0),
            "errors": None,  # Django's note of errors, without links
        }


def _needs_djangos_scripts(form: Any) -> bool:
    """Whether a form opens windows that add a row, or fills in a field as another one is typed."""
    widgets = (field.widget for field in form.form.fields.values())
    return bool(form.prepopulated_fields) or any(isinstance(widget, RelatedFieldWidgetWrapper) for widget in widgets)
