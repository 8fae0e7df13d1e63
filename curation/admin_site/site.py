"""The admin site: its title, the order of its models, and the profile of each editor."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial, update_wrapper
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.text import capfirst
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe
from django_tasks_db.models import DBTaskResult

from curation.accounts import second_factor
from curation.operations.stale_tasks import count_failed

from . import account_views, lost_sessions
from .autocomplete import RankedAutocomplete
from .changelists import BoundedAdmin
from .combined_files import combined_file_view
from .find import find_view
from .moments import describe_moment
from .navigation import navigation
from .pages import PAGES
from .password_change import LimitedPasswordChangeView
from .posted_forms import PostedForm
from .second_factor import redirect_to_step
from .time_zones import ProfileForm, activate_zone_of, guess_time_zone, profile_of, store_guess
from .times import zone_name

#: The order of models on the front page and in the side bar, by how often editors open them.
MODEL_ORDER = (
    *("CuratedItem", "BinnedItem", "BulkChange", "ImportRun", "Conflict", "Topic", "Vocabulary", "Offering"),
    *("Publisher", "Author", "Tag", "Image", "Alias", "BodyReference"),
)
#: The names of other applications.
APP_NAMES = {"auth": "People", "django_tasks_database": "Background tasks"}


class CurationAdminSite(admin.AdminSite):
    site_header = f"{settings.SITE_NAME} Curation"
    site_title = f"{settings.SITE_NAME} Curation"
    index_title = "Today"
    index_template = "admin/today.html"
    #: Returns the context of the front page, or an answer in its place; `curation.admin.today` gives it.
    today: Callable[[HttpRequest], dict[str, Any] | HttpResponse]
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register models. The admin classes of other applications get `BoundedAdmin` as a base class."""
        admin_class = admin_class or admin.ModelAdmin
        if not issubclass(admin_class, BoundedAdmin):
            admin_class = type(admin_class.__name__, (BoundedAdmin, admin_class), {"__module__": __name__})
        super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        profile, guess = require_http_methods(["GET", "POST"])(self.profile_view), require_POST(guess_time_zone)
        return [
            path("profile/", self.admin_view(profile), name="profile"),
            path("session/", never_cache(require_GET(self.session_view)), name="session"),
            path("profile/guess/", self.admin_view(guess), name="guess_time_zone"),
            path("combined/<slug:digest>.<slug:kind>", require_safe(combined_file_view), name="combined_file"),
            path("find/", self.admin_view(require_GET(partial(find_view, self))), name="find"),
            path("moment/", self.admin_view(require_GET(describe_moment)), name="describe_moment"),
            *(path(page.route, self.admin_view(page.answer), name=page.name) for page in PAGES),
            # Without Django's redirect to the page of any object, which asks for no permission and tells the addresses
            # of drafts.
            *(url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"),
        ]

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        return RankedAutocomplete.as_view(admin_site=self)(request)  # type: ignore[return-value]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # type: ignore[override]  # a redirect, too
        """Show Today, with a warning of background tasks that failed to those who may look at them."""
        found = self.today(request)
        if isinstance(found, HttpResponse):
            return found
        app = DBTaskResult._meta.app_label
        if request.user.has_perm(f"{app}.view_dbtaskresult") and (failed := count_failed()):
            address = reverse(f"admin:{app}_dbtaskresult_changelist", query={"status__exact": "FAILED"})
            words = "A background task has" if failed == 1 else f"{failed:,} background tasks have"
            text = format_html('{} failed since yesterday. <a href="{}">See the reasons</a>.', words, address)
            messages.warning(request, text)
        return super().index(request, {**found, **(extra_context or {})})

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]  # noqa: ARG002  # Django names the arguments
        """Redirect to Today: the navigation lists the models of all applications."""
        return redirect("admin:index")

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return the context of every page, with the profile of the editor who is logged in."""
        profile = profile_of(request.user) if request.user.is_authenticated else None
        context = super().each_context(request)
        pages = SimpleLazyObject(partial(navigation, request, context["available_apps"]))  # popups do not ask for it
        return {**context, "profile": profile, "navigation": pages}

    def session_view(self, request: HttpRequest) -> HttpResponse:
        """Return the user who is logged in, `null` with status 403 if nobody is, and a token for forms, as JSON."""
        is_staff = self.has_permission(request)
        user, name = (request.user.pk, request.user.get_username()) if is_staff else (None, "")
        status = HTTPStatus.OK if is_staff else HTTPStatus.FORBIDDEN
        return JsonResponse({"user": user, "name": name, "csrf": get_token(request)}, status=status)

    def profile_view(self, request: HttpRequest) -> HttpResponse:
        """Return the form of the editor's preferences (GET), or save them (POST)."""
        form = ProfileForm(request.POST or None, instance=profile_of(request.user))
        if form.is_valid():
            form.save()
            activate_zone_of(request.user)
            if "time_zone" in form.changed_data:
                messages.success(request, f"Dates and times of these pages are now in the zone of {zone_name()}.")
            if "single_keys" in form.changed_data:
                messages.success(request, f"Single keys are now {'on' if form.instance.single_keys else 'off'}.")
            return redirect("admin:profile")
        context = {**self.each_context(request), "title": "Your profile", "form": form}
        return TemplateResponse(request, "admin/profile.html", context)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return a view for staff. A form that is sent without a session gets a log-in page that holds the form."""
        protected = super().admin_view(view, cacheable)

        def hold_form(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not self.has_permission(request) and lost_sessions.is_form(request):
                return lost_sessions.login_page(self, request)
            return protected(request, *args, **kwargs)  # type: ignore[no-any-return]

        return update_wrapper(hold_form, protected)

    def has_permission(self, request: HttpRequest) -> bool:
        return second_factor.is_editor(request)

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Log in, and finish the save of the form that the log-in page held (`lost_sessions`).

        A second factor is asked for on a page of its own, which then holds the form.
        """
        packed = request.POST.get(lost_sessions.HELD_FORM, "") if request.method == "POST" else ""
        if not packed:
            return self._log_in(request, extra_context or {})
        held, _is_young = PostedForm.unpack(packed)
        response = self._log_in(request, {**(extra_context or {}), **lost_sessions.login_context(held)})
        if not isinstance(response, HttpResponseRedirect):
            return response
        if not request.user.is_authenticated:
            return account_views.enter_code_page(request)
        if step := second_factor.missing(request):
            return redirect_to_step(request, step, held)
        return lost_sessions.finish(request, packed) or response

    def _log_in(self, request: HttpRequest, extra_context: dict[str, Any]) -> HttpResponse:
        """Return the log-in page (GET), as Django's admin does, or check the password (POST)."""
        is_staff = super().has_permission(request)
        if request.method == "GET" and is_staff:
            return redirect("admin:index")
        context = {
            **self.each_context(request),
            "title": "Log in",
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **({} if "next" in request.GET or "next" in request.POST else {"next": reverse("admin:index")}),
            **extra_context,
        }
        request.current_app = self.name
        view = account_views.PasswordLogin.as_view(
            extra_context=context, authentication_form=AdminAuthenticationForm, template_name="admin/login.html"
        )
        response: HttpResponse = view(request)  # type: ignore[assignment]
        if request.method == "POST" and self.has_permission(request):
            with suppress(ValidationError):
                store_guess(request)  # so that the first page has the editor's times
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Return the form of one's own password (GET), or save it (POST)."""
        request.current_app = self.name
        context = {**self.each_context(request), **(extra_context or {})}
        done = reverse("admin:password_change_done")
        return LimitedPasswordChangeView.as_view(success_url=done, extra_context=context)(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the applications with `curation` first, its models in `MODEL_ORDER`, by the names of the newsroom."""
        apps: list[Any] = super().get_app_list(request, app_label)
        for app in apps:
            app["name"] = APP_NAMES.get(app["app_label"], app["name"])
            for model in app["models"]:
                model["name"] = capfirst(model["name"].lower()) if app["app_label"] in APP_NAMES else model["name"]
        curation = next((app for app in apps if app["app_label"] == "curation"), None)
        if curation is None:
            return apps
        curation["models"] = sorted(curation["models"], key=lambda model: _rank(model["object_name"]))
        return [curation, *(app for app in apps if app is not curation)]


def _rank(object_name: str) -> int:
    return MODEL_ORDER.index(object_name) if object_name in MODEL_ORDER else len(MODEL_ORDER)
