"""Conflicts between editors and files: seen on the item and in a list, settled with one click, and opened again."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client

from curation.models import Alias, Conflict, CuratedItem
from tests.factories import make_item

from .pages import edit_page, links, messages, query_count, text, tree

CONFLICTS = "/admin/curation/conflict/"


def make_conflict(
    item: CuratedItem | None = None, field: str = "title", theirs: Any = "Theirs", **values: Any
) -> Conflict:
    item = item or make_item("Ours & mine", slug=f"item-{CuratedItem.objects.count()}")
    return Conflict.objects.create(item=item, field=field, base="Base", theirs=theirs, ours="Ours", **values)


def settle(client: Client, conflict: Conflict, side: str) -> HttpResponse:
    return client.post(f"{CONFLICTS}{conflict.pk}/settle/{side}/", follow=True)


def versions(page: HttpResponse) -> list[str]:
    return [text(version) for version in tree(page).iter("div") if version.get("class") == "text"]


def marks(page: HttpResponse) -> list[tuple[str, str]]:
    return [(element.tag, text(element)) for element in tree(page).iter() if element.tag in ("del", "ins")]


def test_both_versions_stand_side_by_side_with_the_difference_marked(editor: Client) -> None:
    make_conflict(make_item("The <b>best</b> story"), theirs="The worst story")
    page = editor.get(CONFLICTS)
    assert versions(page) == ["The <b>best</b> story", "The worst story"]
    assert marks(page) == [("del", "<b>best</b>"), ("ins", "worst")]


@pytest.mark.parametrize(
    ("field", "theirs", "shown"),
    [
        ("published_at", "2024-05-01T12:00:00+02:00", "2024-05-01 10:00:00 UTC"),
        ("publisher", {"domain": "example.org", "name": "Example"}, "Example (example.org)"),
        ("publisher", None, "—"),
        ("breadcrumbs", [{"label": "News", "path": "/news/"}], "News /news/"),
        ("meta", {"html": {"robots": "noindex"}}, "html.robots: noindex"),
    ],
)
def test_values_are_shown_in_words(editor: Client, field: str, theirs: Any, shown: str) -> None:
    make_conflict(field=field, theirs=theirs)
    assert versions(editor.get(CONFLICTS))[1] == shown


def test_an_item_that_has_expired_is_public_again_with_the_later_time_of_its_file(editor: Client) -> None:
    item = make_item(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    settle(editor, make_conflict(item, "expires_at", "2100-01-01T00:00:00+00:00"), "theirs")
    item.refresh_from_db()
    assert (item.status, item.is_live) == ("published", True)


def test_an_item_with_open_conflicts_says_so(editor: Client) -> None:
    item = make_item()
    assert "open conflict" not in editor.get(edit_page(item)).content.decode()
    for field in ("title", "body"):
        make_conflict(item, field)
    make_conflict()
    page = editor.get(edit_page(item))
    assert "2 open conflicts" in text(tree(page))
    url = next(link for link in links(page) if "item__id__exact" in link)
    assert len(versions(editor.get(url))) == 4


def test_the_list_costs_the_same_for_more_conflicts(editor: Client) -> None:
    for _ in range(3):
        make_conflict()
    before = query_count(editor, CONFLICTS)
    for _ in range(3):
        make_conflict()
    assert query_count(editor, CONFLICTS) == before


def test_mine_is_kept(editor: Client) -> None:
    conflict = make_conflict()
    page = settle(editor, conflict, "ours")
    assert messages(page) == ["Title kept as it is here. Undo"]
    assert CuratedItem.objects.get().title == "Ours & mine"
    assert not Conflict.objects.exists()


def test_the_files_is_taken_and_readers_see_it(editor: Client, client: Client) -> None:
    conflict = make_conflict(field="body", theirs="The *file’s* words.")
    page = settle(editor, conflict, "theirs")
    assert messages(page) == ["Body taken from the file. Undo"]
    item = CuratedItem.objects.get()
    assert item.body_html == "<p>The <em>file’s</em> words.</p>"
    assert "The <em>file’s</em> words." in client.get(item.get_absolute_url()).content.decode()
    assert LogEntry.objects.get().get_change_message() == "Body taken from the file."
    assert not Conflict.objects.exists()


def test_taking_one_field_leaves_the_others(editor: Client) -> None:
    item = make_item("Mine", tags=["one"], body="My body.", kind="News")
    settle(editor, make_conflict(item), "theirs")
    item = CuratedItem.objects.get()
    assert (item.title, item.body, item.kind, list(item.tags.names())) == ("Theirs", "My body.", "News", ["one"])


def test_a_publisher_is_taken(editor: Client) -> None:
    settle(editor, make_conflict(field="publisher", theirs={"domain": "new.example.org", "name": "New"}), "theirs")
    assert str(CuratedItem.objects.get().publisher) == "New"


def test_a_slug_is_taken_and_leaves_a_redirect(editor: Client) -> None:
    settle(editor, make_conflict(make_item(slug="mine"), "slug", "theirs"), "theirs")
    assert CuratedItem.objects.get().slug == "theirs"
    assert Alias.objects.get().path == "/news/mine"


@pytest.mark.parametrize(
    ("field", "theirs", "words"),
    [
        ("slug", "taken", "belongs to the item “Taken”"),
        ("source_url", "javascript:alert(1)", "Enter a link that starts with http"),
    ],
)
def test_what_the_item_cannot_take_is_told(editor: Client, field: str, theirs: str, words: str) -> None:
    make_item("Taken")
    conflict = make_conflict(field=field, theirs=theirs)
    before = CuratedItem.objects.filter(pk=conflict.item_id).values().get()
    (message,) = messages(settle(editor, conflict, "theirs"))
    assert "cannot be taken from the file" in message
    assert words in message
    assert CuratedItem.objects.filter(pk=conflict.item_id).values().get() == before
    assert Conflict.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "theirs"), [("title", "Theirs"), ("slug", "theirs"), ("published_at", "2020-01-01T00:00:00+00:00")]
)
@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_conflict_that_is_settled_can_be_opened_again(editor: Client, field: str, theirs: str, side: str) -> None:
    conflict = make_conflict(field=field, theirs=theirs)
    before = CuratedItem.objects.values("title", "slug", "published_at", "body_html").get()
    settle(editor, conflict, side)
    page = editor.post(f"{CONFLICTS}unsettle/", follow=True)
    assert messages(page) == ["The conflict is open again."]
    assert CuratedItem.objects.values("title", "slug", "published_at", "body_html").get() == before
    assert Conflict.objects.values("item", "field", "base", "theirs", "ours").get() == {
        "item": conflict.item_id,
        "field": field,
        "base": "Base",
        "theirs": theirs,
        "ours": "Ours",
    }
    page = editor.post(f"{CONFLICTS}unsettle/", follow=True)
    assert messages(page) == ["This cannot be undone: it has been undone"]


def test_nothing_is_opened_again_on_an_item_that_is_gone(editor: Client) -> None:
    settle(editor, make_conflict(), "theirs")
    CuratedItem.objects.all().delete()
    assert messages(editor.post(f"{CONFLICTS}unsettle/", follow=True)) == [
        "This cannot be undone: The item has been deleted."
    ]
    assert not Conflict.objects.exists()


def test_settling_leads_back_to_where_the_button_was(editor: Client) -> None:
    url = f"{CONFLICTS}{make_conflict().pk}/settle/ours/"
    there = editor.post(url, headers={"referer": f"http://testserver{CONFLICTS}?field=title"})
    assert there.headers["Location"] == f"http://testserver{CONFLICTS}?field=title"
    url = f"{CONFLICTS}{make_conflict().pk}/settle/ours/"
    assert editor.post(url, headers={"referer": "https://evil.example/"}).headers["Location"] == CONFLICTS


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_settling_asks_for_permission_a_token_and_a_press(editor: Client, viewer: Client, side: str) -> None:
    conflict = make_conflict()
    url = f"{CONFLICTS}{conflict.pk}/settle/{side}/"
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    assert [viewer.post(url).status_code, strict.post(url).status_code, editor.get(url).status_code] == [403, 403, 405]
    page = viewer.get(CONFLICTS)
    assert "Keep mine" not in text(tree(page))
    assert Conflict.objects.count() == 1
