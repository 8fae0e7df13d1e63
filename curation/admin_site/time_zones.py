"""The time zone of each editor: activated for the pages of the admin, guessed by the browser, chosen in the profile."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from curation.lib.time_zones import place_names, zone_of
from curation.models import EditorProfile
from curation.models.editors import validate_time_zone


def profile_of(user: Any) -> EditorProfile:
    """Return the profile of a user, a new one that is not saved where there is none; at most one query a request."""
    try:
        profile: EditorProfile = user.profile
    except EditorProfile.DoesNotExist:
        profile = EditorProfile(user=user)  # also becomes `user.profile`
    return profile


class EditorTimeZoneMiddleware:
    """Activate the time zone of the logged-in editor for pages of the admin, the site's zone for all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _kwargs: Any) -> None:
        match = request.resolver_match
        if match and "admin" in match.app_names and request.user.is_authenticated:
            activate_zone_of(request.user)


def activate_zone_of(user: Any) -> None:
    """Activate the zone of a user's profile, where it names one that this machine knows."""
    try:
        timezone.activate(zone_of(profile_of(user).time_zone))
    except ValueError:
        timezone.deactivate()


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs alone
    """The preferences of an editor. The zone in use is always a choice, even one that is named after no place."""

    class Meta:
        model = EditorProfile
        fields = ("time_zone", "single_keys")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = timezone.get_current_timezone_name()
        self.initial["time_zone"] = current
        self.fields["time_zone"] = forms.ChoiceField(
            label="Time zone",
            choices=grouped_by_region((*place_names(), current)),
            help_text="The times of these pages are in this zone. Readers see the days of the site's own zone.",
        )
        self.fields["single_keys"] = forms.BooleanField(
            label="Single keys",
            required=False,
            help_text="Keys without Ctrl or Alt, as ? for the list of keys. Switch them off if you dictate, or press "
            "keys without meaning to.",
        )


def grouped_by_region(names: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return names of zones as choices of a select, each once: UTC and the like first, places under their region."""
    alone: list[tuple[str, Any]] = []
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in dict.fromkeys(names):
        region, _, place = name.partition("/")
        if place:
            regions.setdefault(region, []).append((name, place.replace("_", " ").replace("/", ": ")))
        else:
            alone.append((name, name))
    return [*alone, *sorted(regions.items())]


def guess_time_zone(request: HttpRequest) -> HttpResponse:
    """Store the zone of the browser (POST `time_zone`) in the editor's profile, unless that has one already."""
    try:
        store_guess(request)
    except forms.ValidationError as error:
        return HttpResponse(error.message, status=HTTPStatus.BAD_REQUEST, content_type="text/plain")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def store_guess(request: HttpRequest) -> None:
    """Store the posted `time_zone` in the profile of the user who is logged in. Raises `ValidationError`."""
    name = request.POST.get("time_zone", "")
    validate_time_zone(name)
    user: Any = request.user
    profile, _ = EditorProfile.objects.get_or_create(user=user)
    EditorProfile.objects.filter(pk=profile.pk, time_zone="").update(time_zone=name)
