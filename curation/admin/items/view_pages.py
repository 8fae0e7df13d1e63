"""Saving, renaming and deleting views of the item list. An editor meets their own alone."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from curation.admin.base import CurationAdmin
from curation.admin.message_buttons import message_button
from curation.admin_site.parameters import text_parameter
from curation.models import SavedView
from curation.models.editors import MAX_QUERY_CHARS

from .saved_views import MAX_SAVED_VIEWS, view_query


class ViewForm(forms.ModelForm[SavedView]):
    class Meta:
        model = SavedView
        fields = ("name",)


class ViewPages(CurationAdmin):
    """The part of the item admin for saved views."""

    def get_urls(self) -> list[URLPattern]:
        may_view, both = self.has_view_permission, require_http_methods(["GET", "POST"])
        return [
            self.guarded_path("views/", require_POST(self.save_view_view), "save_view", may_view),
            self.guarded_path("views/<int:pk>/", both(self.edit_view_view), "edit_view", may_view),
            *super().get_urls(),
        ]

    def save_view_view(self, request: HttpRequest) -> HttpResponse:
        """Save the sent query string by its name, and show the list with it."""
        query = view_query(text_parameter(request.POST, "query"))
        assert isinstance(request.user, User)  # noqa: S101  # for the types
        view = SavedView(user=request.user, query=query)
        form = ViewForm(request.POST, instance=view)
        if request.user.saved_views.count() >= MAX_SAVED_VIEWS:
            self.message_user(
                request, f"You have {MAX_SAVED_VIEWS} views, the maximum: delete one first.", messages.ERROR
            )
        elif len(query) > MAX_QUERY_CHARS:
            self.message_user(request, "The view was not saved: it has too many filters.", messages.ERROR)
        elif _is_saved(form):
            self.message_user(request, f"The view “{view.name}” is saved, for you alone.", messages.SUCCESS)
        else:
            self.message_user(request, f"The view was not saved. {_errors(form)}", messages.ERROR)
        return _to_list(query)

    def edit_view_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Return the page of a view (GET); rename or delete it (POST)."""
        view = get_object_or_404(SavedView, pk=pk, user=request.user.pk)
        if request.method == "POST" and "_delete" in request.POST:
            view.delete()
            url = reverse("admin:curation_curateditem_save_view")
            undo = message_button(request, url, "Undo", name=view.name, query=view.query)
            message = format_html("The view “{}” is deleted; its items stay. {}", view.name, undo)
            self.message_user(request, message, messages.SUCCESS)
            return redirect("admin:curation_curateditem_changelist")
        form = ViewForm(request.POST if request.method == "POST" else None, instance=view)
        if form.is_bound and _is_saved(form):
            self.message_user(request, f"The view is called “{view.name}” now.", messages.SUCCESS)
            return _to_list(view.query)
        title = "Error: View of the list" if form.errors else "View of the list"
        context = self.page_context(request, title, form=form, view=view)
        return TemplateResponse(request, "admin/curation/curateditem/saved_view.html", context)


def _is_saved(form: ViewForm) -> bool:
    """Save a valid form. The name of another view of the editor is an error of its field."""
    if not form.is_valid():
        return False
    view = form.instance
    if SavedView.objects.filter(user=view.user_id, name=view.name).exclude(pk=view.pk).exists():
        form.add_error("name", "You have a view of this name already; choose another.")
        return False
    form.save()
    return True


def _errors(form: ViewForm) -> str:
    return " ".join(f"Name: {error}" for errors in form.errors.values() for error in errors)


def _to_list(query: str) -> HttpResponseRedirect:
    url = reverse("admin:curation_curateditem_changelist")
    return HttpResponseRedirect(f"{url}?{query}" if query else url)
