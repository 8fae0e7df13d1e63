"""The time zone of each editor: guessed, chosen, and used by every page of the admin and by no page of readers."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import DateTimeField
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from curation.admin_site.times import desk_time, with_desk_times
from curation.models import EditorProfile, ImportRun
from tests.factories import make_item

from .pages import LIST, edit_page, links, messages, rows, text, tree

ZONES = ("America/New_York", "Asia/Kolkata", "Pacific/Auckland")


def set_zone(name: str) -> None:
    EditorProfile.objects.update_or_create(user=User.objects.get(username="ann"), defaults={"time_zone": name})


def header(client: Client) -> str:
    tools = tree(client.get("/admin/")).find(".//header")
    assert tools is not None
    return text(tools)


def test_the_browser_tells_the_zone_once(editor: Client) -> None:
    page = editor.get("/admin/")
    assert b"time-zone.js" in page.content
    assert b'data-guess-url="/admin/profile/guess/"' in page.content
    assert "Profile: UTC time" in header(editor)
    assert editor.post("/admin/profile/guess/", {"time_zone": "America/New_York"}).status_code == 204
    assert "Profile: New York time" in header(editor)
    assert b"time-zone.js" not in editor.get("/admin/").content
    editor.post("/admin/profile/guess/", {"time_zone": "Asia/Kolkata"})
    assert "Profile: New York time" in header(editor)


@pytest.mark.django_db
def test_the_first_page_after_the_log_in_has_the_zone_of_the_browser(client: Client) -> None:
    User.objects.create_user("edda", password="a-good-long-password", is_staff=True)
    login = {"username": "edda", "password": "a-good-long-password", "time_zone": "America/New_York"}
    assert 'name="time_zone" form="login-form"' in client.get("/admin/login/").content.decode()
    page = client.post("/admin/login/?next=/admin/", login, follow=True)
    assert "New York time" in page.content.decode()


def test_without_script_the_zone_is_that_of_the_site(editor: Client) -> None:
    with override_settings(TIME_ZONE="Asia/Kolkata"):
        assert "Profile: Kolkata time" in header(editor)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "x" * 300, "America/New_York\x00"])
def test_a_guess_that_names_no_zone_is_refused(editor: Client, name: str) -> None:
    answer = editor.post("/admin/profile/guess/", {"time_zone": name})
    assert answer.status_code == 400
    assert "is not a time zone" in answer.content.decode()
    assert not EditorProfile.objects.exclude(time_zone="").exists()


def test_an_editor_chooses_a_zone_in_the_profile(editor: Client) -> None:
    assert "/admin/profile/" in links(editor.get("/admin/"))
    page = editor.get("/admin/profile/")
    assert "Now it is" in text(tree(page))
    answer = editor.post("/admin/profile/", {"time_zone": "Pacific/Auckland", "single_keys": "on"}, follow=True)
    assert messages(answer) == ["Dates and times of these pages are now in the zone of Auckland."]
    assert "Profile: Auckland time" in header(editor)
    assert b"is not one of the available choices" in editor.post("/admin/profile/", {"time_zone": "nowhere"}).content


def test_a_zone_without_a_place_stays_a_choice(editor: Client) -> None:
    set_zone("Etc/GMT+5")
    editor.post("/admin/profile/", {"time_zone": "Etc/GMT+5"})
    assert EditorProfile.objects.get().time_zone == "Etc/GMT+5"


def test_a_zone_that_this_machine_lacks_is_the_sites(editor: Client) -> None:
    set_zone("Mars/Olympus")
    assert "Profile: UTC time" in header(editor)


@pytest.mark.django_db
def test_only_staff_have_profiles(client: Client) -> None:
    assert client.get("/admin/profile/").status_code == 302
    assert client.post("/admin/profile/guess/", {"time_zone": "UTC"}).status_code == 302
    assert not EditorProfile.objects.exists()


@pytest.mark.parametrize("name", ZONES)
def test_lists_show_times_of_the_editors_zone_and_exact_times_of_utc(editor: Client, name: str) -> None:
    set_zone(name)
    moment = datetime(2023, 12, 31, 23, 30, tzinfo=ZoneInfo(name))
    item = make_item("Late", published_at=moment)
    utc = moment.astimezone(UTC)
    [row] = rows(editor.get(LIST))
    assert "31 Dec 2023, 23:30" in row
    expected = (
        f'<time datetime="{utc:%Y-%m-%dT%H:%M:%SZ}" title="{utc:%Y-%m-%d %H:%M:%S} UTC">31 Dec 2023, 23:30</time>'
    )
    assert expected in editor.get(LIST).content.decode()
    assert "2023-12-31" in editor.get(edit_page(item)).content.decode()
    filtered = {
        day: rows(editor.get(LIST, {"published_from": day, "published_to": day}))
        for day in ("2023-12-31", "2024-01-01")
    }
    assert [len(found) for found in filtered.values()] == [1, 0]


def test_pages_of_runs_show_times_of_the_editors_zone(editor: Client) -> None:
    set_zone("America/New_York")
    run = ImportRun.objects.create(started_by="ann", outcome="finished")
    ImportRun.objects.update(started_at=datetime(2023, 1, 1, 2, tzinfo=UTC))
    assert "31 Dec 2022, 21:00:00 by ann" in text(tree(editor.get(f"/admin/curation/importrun/{run.pk}/change/")))
    assert "31 Dec 2022, 21:00" in rows(editor.get("/admin/curation/importrun/"))[0]


def test_readers_never_get_the_zone_of_an_editor(editor: Client) -> None:
    set_zone("Pacific/Auckland")
    make_item("Late", slug="late", published_at=datetime(2023, 12, 31, 23, 30, tzinfo=UTC))
    for client in (editor, Client()):
        editor.get("/admin/")
        assert timezone.get_current_timezone_name() == "UTC"
        assert "31 December 2023" in client.get("/news/late/").content.decode()


def test_a_time_of_this_year_has_its_weekday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 26, 20, tzinfo=UTC))
    with timezone.override("America/New_York"):
        assert ">Fri 27 Nov, 9:00<" in desk_time(datetime(2026, 11, 27, 14, tzinfo=UTC))
        assert ">31 Dec 2025, 23:59<" in desk_time(datetime(2026, 1, 1, 4, 59, tzinfo=UTC))
        assert ">1 Jan 2099, 0:00<" in desk_time(datetime(2099, 1, 1, 5, tzinfo=UTC))
        assert desk_time(datetime.min.replace(tzinfo=UTC)).startswith("<time")


@pytest.mark.parametrize("has_profile", [True, False])
def test_the_zone_costs_one_query_a_page(editor: Client, has_profile: bool) -> None:
    if has_profile:
        set_zone("America/New_York")
    with CaptureQueriesContext(connection) as queries:
        editor.get("/admin/profile/")
    assert len([query for query in queries if "curation_editorprofile" in query["sql"]]) == 1


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
def test_items_at_the_ends_of_the_calendar_are_listed_in_every_zone(
    editor: Client, zone: str, moment: datetime
) -> None:
    set_zone(zone)
    item = make_item(published_at=moment.replace(tzinfo=UTC))
    make_item()
    assert len(rows(editor.get(LIST))) == 2
    assert editor.get(edit_page(item)).status_code == 200


def test_no_list_or_form_leaves_a_time_to_django() -> None:
    """Django would print it in another form than the rest of the desk."""
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label == "curation":
            times = {field.name for field in model._meta.get_fields() if isinstance(field, DateTimeField)}
            assert times.isdisjoint([*model_admin.list_display, *model_admin.readonly_fields]), model


def test_exact_times_in_stored_texts_are_shown_in_the_editors_zone() -> None:
    with timezone.override(ZoneInfo("America/New_York")):
        assert with_desk_times("By Ann, 2020-11-27T14:00:00Z.") == "By Ann, 27 Nov 2020, 9:00."
