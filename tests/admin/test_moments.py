"""Times in forms: in the zone of the editor, with the changes of clocks named, on either side of UTC."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminDateWidget, AdminSplitDateTime, AdminTimeWidget
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import timezone

from curation.admin_site.moments import MomentField, MomentInput
from curation.admin_site.times import describe, distance
from curation.models import CuratedItem, EditorProfile
from tests.factories import make_item

from .pages import ADD, edit_page, errors, form_data, messages, submit

NOW = datetime(2026, 11, 26, 17, tzinfo=UTC)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return NOW


def set_zone(name: str) -> None:
    EditorProfile.objects.update_or_create(user=User.objects.get(username="ann"), defaults={"time_zone": name})


def saved() -> CuratedItem:
    return CuratedItem.objects.get()


def describe_by_script(client: Client, date: str, time: str, zone: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/admin/moment/", {"date": date, "time": time, "zone": zone}).json()
    return answer


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("America/New_York", datetime(2026, 11, 27, 14, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2026, 11, 27, 3, 30, tzinfo=UTC)),
        ("Pacific/Auckland", datetime(2026, 11, 26, 20, tzinfo=UTC)),
    ],
)
def test_a_time_is_typed_in_the_zone_of_the_editor_and_stored_in_utc(
    editor: Client, zone: str, expected: datetime
) -> None:
    set_zone(zone)
    submit(editor, ADD, title="News", published_at_0="2026-11-27", published_at_1="09:00")
    assert saved().published_at == expected
    data = form_data(editor.get(edit_page(saved())), "curateditem_form")
    assert [data[f"published_at_{part}"] for part in "012"] == ["2026-11-27", "09:00", zone]


def test_a_date_alone_means_the_desks_usual_hour(editor: Client, settings: Any) -> None:
    set_zone("America/New_York")
    submit(editor, ADD, title="News", published_at_0="2026-11-27")
    assert saved().published_at == datetime(2026, 11, 27, 14, tzinfo=UTC)
    settings.DESK_HOUR = datetime(2026, 1, 1, 7, 30).time()
    submit(editor, edit_page(saved()), published_at_0="2026-11-28", published_at_1="")
    assert saved().published_at == datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


def test_a_time_without_a_date_asks_for_the_date_alone(editor: Client) -> None:
    response = submit(editor, ADD, title="News", published_at_1="09:00")
    assert errors(response) == ["Choose a date for this time as well."]


@pytest.mark.parametrize(
    ("zone", "day", "clock", "message", "use"),
    [
        (
            "America/New_York",
            "2026-03-08",
            "02:30",
            "2:30 does not exist on 8 March in New York; was 3:30 meant?",
            "03:30",
        ),
        (
            "Pacific/Auckland",
            "2026-09-27",
            "02:30",
            "2:30 does not exist on 27 September in Auckland; was 3:30 meant?",
            "03:30",
        ),
    ],
)
def test_a_time_that_clocks_skip_is_an_error_with_its_correction(
    editor: Client, zone: str, day: str, clock: str, message: str, use: str
) -> None:
    set_zone(zone)
    fields = {"title": "News", "published_at_0": day}
    response = submit(editor, ADD, **fields, published_at_1=clock)
    assert errors(response) == [message]
    assert form_data(response, "curateditem_form")["published_at_1"] == clock
    assert f'data-use="{use}"' in response.content.decode()
    assert describe_by_script(editor, day, clock, zone) == {"text": message, "is_error": True, "use": use}
    submit(editor, ADD, **fields, published_at_1=use)
    moment = saved().published_at
    assert moment is not None
    local = moment.astimezone(ZoneInfo(zone))
    assert f"{local:%H:%M}" == use


@pytest.mark.parametrize(
    ("zone", "day", "clock", "first", "second"),
    [
        ("America/New_York", "2026-11-01", "01:30", datetime(2026, 11, 1, 5, 30), datetime(2026, 11, 1, 6, 30)),
        ("Pacific/Auckland", "2026-04-05", "02:30", datetime(2026, 4, 4, 13, 30), datetime(2026, 4, 4, 14, 30)),
    ],
)
def test_of_a_time_that_clocks_show_twice_the_first_is_taken_and_named(
    editor: Client, zone: str, day: str, clock: str, first: datetime, second: datetime
) -> None:
    set_zone(zone)
    submit(editor, ADD, title="News", published_at_0=day, published_at_1=clock)
    assert saved().published_at == first.replace(tzinfo=UTC)
    assert "(the first of two)" in describe_by_script(editor, day, clock, zone)["text"]
    # An import may bring the second one; an untouched form keeps it, and names it.
    CuratedItem.objects.update(published_at=second.replace(tzinfo=UTC))
    assert "(the second of two)" in editor.get(edit_page(saved())).content.decode()
    submit(editor, edit_page(saved()), title="Other")
    assert saved().published_at == second.replace(tzinfo=UTC)


def test_an_untouched_time_keeps_its_seconds(editor: Client) -> None:
    set_zone("Asia/Kolkata")
    moment = datetime(2023, 5, 6, 20, 15, 42, 123456, tzinfo=UTC)
    item = make_item(published_at=moment)
    submit(editor, edit_page(item))
    assert saved().published_at == moment
    assert saved().edited_at is None
    submit(editor, edit_page(item), published_at_1="01:46")
    assert saved().published_at == datetime(2023, 5, 6, 20, 16, tzinfo=UTC)


def test_a_form_keeps_the_zone_in_which_it_was_opened(editor: Client) -> None:
    set_zone("America/New_York")
    item = make_item(published_at=datetime(2026, 11, 27, 14, tzinfo=UTC))
    data = form_data(editor.get(edit_page(item)), "curateditem_form")
    set_zone("Pacific/Auckland")
    editor.post(edit_page(item), {**data, "published_at_1": "10:00"})
    assert saved().published_at == datetime(2026, 11, 27, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("America/New_York", "2026-11-27 14:00", "Fri 27 Nov, 9:00 New York = 14:00 UTC, in 21 h"),
        ("America/New_York", "2026-11-28 01:30", "Fri 27 Nov, 20:30 New York = Sat 28 Nov, 1:30 UTC, in 32 h"),
        ("Asia/Kolkata", "2026-11-26 14:00", "Thu 26 Nov, 19:30 Kolkata = 14:00 UTC, 3 h ago"),
        ("Pacific/Auckland", "2026-11-26 17:12", "Fri 27 Nov, 6:12 Auckland = Thu 26 Nov, 17:12 UTC, in 12 min"),
        ("UTC", "2026-11-29 17:00", "Sun 29 Nov, 17:00 UTC, in 3 days"),
        ("Europe/London", "2006-11-26 17:00", "26 Nov 2006, 17:00 London, 20 years ago"),
    ],
)
@pytest.mark.usefixtures("now")
def test_a_line_says_when_a_time_is(zone: str, moment: str, expected: str) -> None:
    assert describe(datetime.fromisoformat(f"{moment}+00:00"), ZoneInfo(zone)) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-26 17:00:12", "now"),
        ("2026-11-26 17:59", "in 59 min"),
        ("2026-11-26 18:00", "in 1 h"),
        ("2026-11-28 16:00", "in 47 h"),
        ("2026-11-28 17:00", "in 2 days"),
        ("2024-11-26 17:01", "730 days ago"),
        ("2024-11-26 17:00", "2 years ago"),
        ("2006-05-04 09:00", "20 years ago"),
        ("2098-12-31 09:00", "in 72 years"),
    ],
)
@pytest.mark.usefixtures("now")
def test_distances_have_one_unit_and_years_are_completed(moment: str, expected: str) -> None:
    assert distance(datetime.fromisoformat(f"{moment}+00:00")) == expected


@pytest.mark.usefixtures("now")
def test_the_form_has_the_line_when_it_opens_and_labels_for_every_input(editor: Client) -> None:
    set_zone("America/New_York")
    item = make_item(published_at=datetime(2026, 11, 27, 14, tzinfo=UTC))
    page = editor.get(edit_page(item)).content.decode()
    assert "Fri 27 Nov, 9:00 New York = 14:00 UTC, in 21 h" in page
    for name in ("Publication time: date", "Publication time: time of day", "Expiry time: date"):
        assert f'aria-label="{name}"' in page
    assert "hours behind server time" not in page
    assert "DateTimeShortcuts" not in page


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"date": "soon", "time": "9:00"}, "Write a date as year-month-day, like 2026-11-27."),
        ({"date": "2026-11-27", "time": "late"}, "Write a time of day, like 9:00."),
        ({"date": "", "time": ""}, ""),
        ({}, ""),
    ],
)
def test_the_script_is_told_why_a_time_cannot_be_used(editor: Client, query: dict[str, str], text: str) -> None:
    assert editor.get("/admin/moment/", query).json()["text"] == text


def test_ends_of_the_calendar_are_answered(editor: Client) -> None:
    for zone in ("Pacific/Auckland", "America/New_York", "Mars"):
        for day in ("0001-01-01", "9999-12-31"):
            assert describe_by_script(editor, day, "00:00", zone)["is_error"] is False


def widgets_of(model_admin: Any, request: HttpRequest) -> list[forms.Widget]:
    if not model_admin.has_add_permission(request):
        return []
    fields = list(model_admin.get_form(request).base_fields.values())
    for formset, _inline in model_admin.get_formsets_with_inlines(request):
        fields += formset.form.base_fields.values()
    return [field.widget for field in fields]


def test_every_time_in_a_form_of_the_admin_has_the_same_field(db: None, rf: RequestFactory) -> None:
    request: HttpRequest = rf.get("/")
    request.user = User.objects.create_superuser("root")
    widgets = [widget for own in admin.site._registry.values() for widget in widgets_of(own, request)]
    assert any(isinstance(widget, MomentInput) for widget in widgets)
    others = (AdminSplitDateTime, AdminDateWidget, AdminTimeWidget, forms.SplitDateTimeWidget)
    assert not [widget for widget in widgets if isinstance(widget, others)]


def test_a_field_takes_a_time_as_it_is() -> None:
    field = MomentField(required=False)
    assert field.clean(NOW) == NOW
    assert not field.has_changed(NOW, ["2026-11-26", "17:00", "UTC", NOW.isoformat()])
    assert field.has_changed(NOW, ["2026-11-26", "17:01", "UTC", NOW.isoformat()])
    assert not field.has_changed(None, ["", "", "UTC", ""])


def test_old_posts_without_a_zone_are_in_the_zone_of_the_editor(editor: Client) -> None:
    set_zone("America/New_York")
    data = {**form_data(editor.get(ADD), "curateditem_form"), "title": "News"}
    data |= {"published_at_0": "2026-11-27", "published_at_1": "09:00:00"}
    del data["published_at_2"], data["published_at_3"]
    assert messages(editor.post(ADD, data, follow=True)) != []
    assert saved().published_at == datetime(2026, 11, 27, 14, tzinfo=UTC)


@pytest.mark.usefixtures("now")
@pytest.mark.parametrize(
    ("zone", "moment", "expected"),
    [
        ("America/New_York", "2026-11-27 14:00", "Goes live Fri 27 Nov, 9:00 New York."),
        ("Pacific/Auckland", "2026-11-27 14:00", "Goes live Sat 28 Nov, 3:00 Auckland."),
        ("Asia/Kolkata", "2026-11-25 20:00", "Live since Thu 26 Nov, 1:30 Kolkata."),
    ],
)
def test_after_saving_a_message_says_when_readers_see_the_item(
    editor: Client, zone: str, moment: str, expected: str
) -> None:
    set_zone(zone)
    item = make_item(published_at=datetime.fromisoformat(f"{moment}+00:00"))
    assert messages(submit(editor, edit_page(item), title="Other")) == [f"Saved “Other”. {expected}"]


def test_the_message_after_adding_says_until_when(editor: Client) -> None:
    set_zone("America/New_York")
    fields = {"published_at_0": "2098-12-31", "expires_at_0": "2099-01-02", "expires_at_1": "17:00"}
    response = submit(editor, ADD, title="News", source_url="https://example.org/x", _verb="published", **fields)
    message = "“News” is scheduled. Goes live 31 Dec 2098, 9:00 New York, until 2 Jan 2099, 17:00."
    assert messages(response) == [message]


def test_saving_a_draft_promises_nothing(editor: Client) -> None:
    response = submit(editor, ADD, title="News", published_at_0="2098-12-31")
    assert not any("live" in message.lower() for message in messages(response))
