"""Today, the front page of the desk: what it shows, that each number is that of its list, and what it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curation.items.actors import Actor
from curation.items.workflow import perform
from curation.models import Conflict, CuratedItem, EditorProfile, ImportRun, ItemDraft
from tests.factories import make_item, make_topic

from .images import make_image
from .pages import ADD, edit_page, rows, text, tree

TODAY = "/admin/"
NOW = timezone.now().replace(microsecond=0)


def sections(client: Client) -> dict[str, str]:
    """Return the text of each section that is shown, by its heading."""
    page = tree(client.get(TODAY))
    shown = [section for section in page.findall(".//main//section") if "hidden" not in section.attrib]
    return {text(section.find("h2")): text(section) for section in shown if section.find("h2") is not None}


def numbers(client: Client) -> list[tuple[int, str]]:
    """Return each number of the page with the address of its list."""
    found = [link for link in tree(client.get(TODAY)).iter("a") if link.get("class") == "number"]
    return [(int(text(link).replace(",", "")), link.get("href", "")) for link in found]


def user_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def fill_the_desk(user: User, times: int = 1) -> None:
    """Make what every section of Today shows."""
    actor = Actor.of(user)
    run = ImportRun.objects.create(started_by="Ann", outcome="finished")
    for _ in range(times):
        make_item(status="draft", created_by=user)
        waiting = make_item(status="draft", created_by=user)
        perform("submitted", CuratedItem.objects.filter(pk=waiting.pk), actor, reason="Is it too long?")
        live = make_item(published_at=NOW - timedelta(days=2), summary="", topics=[make_topic()])
        make_item(published_at=NOW - timedelta(days=1), image=make_image(), image_alt="", summary="Own words.")
        ItemDraft.objects.create(item=live, user=user, user_name="Ann", is_submitted=True, note="Better so?")
        for days in (1, 3, 6, 200):
            make_item(published_at=NOW + timedelta(days=days, minutes=5))
        Conflict.objects.create(run=run, item=live, field="title", theirs="Theirs")


def test_each_number_is_that_of_the_list_it_links_to(editor: Client) -> None:
    user = user_of(editor)
    EditorProfile.objects.create(user=user, time_zone="America/New_York")
    make_item(status="draft")  # of nobody
    make_item(published_at=NOW - timedelta(days=3), expires_at=NOW - timedelta(days=1))
    fill_the_desk(user, times=2)
    found = numbers(editor)
    for count, url in found:
        page = editor.get(url)
        conflicts = [section for section in tree(page).iter("section") if "conflict" in section.get("class", "")]
        assert len(rows(page)) + len(conflicts) == count, url
    assert {"state=draft", "state=review", "draft=submitted", "state=scheduled", "missing=alt"} <= {
        part for _count, url in found for part in url.partition("?")[2].split("&")
    }
    assert reverse("admin:curation_conflict_changelist") in [url for _count, url in found]


def test_every_section_shows_its_items(editor: Client) -> None:
    fill_the_desk(user_of(editor))
    shown = sections(editor)
    assert list(shown) == [
        *("New item from a link", "My drafts", "Waiting for review", "Scheduled", "What readers stumble over"),
        *("Imports", "Items a day"),
    ]
    assert "Is it too long?" in shown["Waiting for review"]
    assert "Better so?" in shown["Waiting for review"]
    assert "1 open conflict" in shown["Imports"]
    assert "4 scheduled, 1 after these days" in shown["Scheduled"]


def test_empty_sections_vanish(editor: Client) -> None:
    item = make_item(image=make_image(), image_alt="A ward", summary="Own words.", topics=[make_topic()])
    assert list(sections(editor)) == ["New item from a link"]
    CuratedItem.objects.filter(pk=item.pk).update(summary="")
    assert list(sections(editor)) == ["New item from a link", "What readers stumble over"]


def test_an_empty_site_tells_how_to_begin(editor: Client) -> None:
    begin = sections(editor)["Nothing is here yet"]
    assert "import Markdown files" in begin
    make_item(status="archived")
    assert "Nothing is here yet" not in sections(editor)


def test_who_may_not_see_items_sees_none(clerk: Client) -> None:
    make_item(published_at=NOW + timedelta(days=1), title="A secret")
    page = text(tree(clerk.get(TODAY)))
    assert "You may not see items" in page
    assert "A secret" not in page
    assert clerk.get(TODAY, {"source_url": "https://example.org/a"}).status_code == 200


def test_viewers_see_no_field_for_a_new_item(viewer: Client) -> None:
    make_item(published_at=NOW + timedelta(days=1))
    shown = sections(viewer)
    assert "Scheduled" in shown
    assert "New item from a link" not in shown


@pytest.mark.parametrize(
    ("now", "zone", "day"),
    [
        (datetime(2026, 11, 27, 2, tzinfo=UTC), "America/New_York", "Today"),  # still 26 November there
        (datetime(2026, 11, 27, 2, tzinfo=UTC), "UTC", "Today"),
        (datetime(2026, 11, 26, 20, tzinfo=UTC), "UTC", "Fri 27 Nov"),
    ],
)
def test_the_calendar_has_the_days_of_the_editors_zone(
    editor: Client, monkeypatch: pytest.MonkeyPatch, now: datetime, zone: str, day: str
) -> None:
    EditorProfile.objects.create(user=user_of(editor), time_zone=zone)
    make_item("Soon", published_at=datetime(2026, 11, 27, 3, 30, tzinfo=UTC))
    monkeypatch.setattr(timezone, "now", lambda: now)
    week = tree(editor.get(TODAY)).findall(".//ol[@class='today-week']/li")
    assert [text(column.find("h3")) for column in week if "Soon" in text(column)] == [f"{day} 1"]


def test_a_pasted_link_leads_to_the_form_for_a_new_item(editor: Client) -> None:
    for typed in ("https://example.org/story", "example.org/story"):
        answer = editor.get(TODAY, {"source_url": typed}, follow=True)
        assert answer.redirect_chain[-1][0].startswith(ADD)
        field = tree(answer).find(".//input[@name='source_url']")
        assert field is not None
        assert field.get("value") == "https://example.org/story"


def test_items_with_a_pasted_link_are_named(editor: Client) -> None:
    item = make_item("Run in March", source_url="https://example.org/story")
    answer = editor.get(TODAY, {"source_url": "https://example.org/story?utm_source=x"})
    links = {link.get("href"): text(link) for link in tree(answer).iter("a")}
    assert links[edit_page(item)] == "Run in March"
    assert "Make a new item all the same" in links.values()


@pytest.mark.parametrize(
    "typed", ["nothing", "javascript:alert(1)", "ftp://example.org/", "https://", "a b", "x" * 5000]
)
def test_a_text_that_is_no_link_is_refused_and_stays(editor: Client, typed: str) -> None:
    answer = editor.get(TODAY, {"source_url": typed})
    assert answer.status_code == 200
    field = tree(answer).find(".//input[@name='source_url']")
    assert field is not None
    assert (field.get("value"), field.get("aria-invalid")) == (typed, "true")


def test_today_costs_at_most_eight_queries_however_much_there_is(editor: Client) -> None:
    def count(url: str) -> int:
        editor.get(url)
        with CaptureQueriesContext(connection) as queries:
            editor.get(url)
        return len(queries)

    user = user_of(editor)
    fill_the_desk(user)
    once = count(TODAY) - count("/admin/profile/")
    fill_the_desk(user)
    assert count(TODAY) - count("/admin/profile/") == once
    assert once <= 8
