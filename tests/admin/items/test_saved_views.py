"""Views of the item list: those of the desk, and those that an editor saves, with their numbers of items."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from curation.admin.items.saved_views import MAX_SAVED_VIEWS, view_query
from curation.caching.memo import at_version
from curation.models import CuratedItem, SavedView
from tests.admin.conftest import member_of
from tests.admin.pages import LIST, messages, query_count, text, tree
from tests.factories import make_item, make_topic

SAVE = f"{LIST}views/"
Status = CuratedItem.Status


def views(page: HttpResponse) -> dict[str, str]:
    """Return the number of items of each view that a list shows, by the view's name."""
    found = [link for link in tree(page).findall(".//nav[@aria-label='Views']//a") if link.text]
    return {str(link.text).strip(): text(link).removeprefix(str(link.text).strip()).strip() for link in found}


def test_the_views_of_the_desk_have_their_numbers(editor: Client) -> None:
    ann = User.objects.get(username="ann")
    make_item("Live")
    make_item("Planned", published_at=timezone.now() + timedelta(days=1))
    make_item("Mine", status=Status.DRAFT, created_by=ann)
    make_item("Other draft", status=Status.DRAFT)
    make_item("Waiting", status=Status.REVIEW)
    make_item("Past", status=Status.ARCHIVED)
    assert views(editor.get(LIST)) == {
        "All": "6",
        "My drafts": "1",
        "In review": "1",
        "Scheduled": "1",
        "To complete": "5",
    }


def test_the_current_view_is_marked_and_not_offered_to_be_saved(editor: Client) -> None:
    make_item()
    page = editor.get(f"{LIST}?state=review&p=1")
    current = tree(page).findall(".//nav[@aria-label='Views']//a[@aria-current]")
    assert [text(link) for link in current] == ["In review 0"]
    assert "Save this view" not in text(tree(page))
    assert "Save this view" in text(tree(editor.get(f"{LIST}?q=story")))


def test_an_editor_saves_renames_and_deletes_a_view_with_its_number(editor: Client) -> None:
    topic = make_topic("Nursing")
    make_item("Story", topics=[topic])
    page = editor.post(SAVE, {"name": "Vendor stories", "query": "q=story&p=2&topic=Nursing&state="}, follow=True)
    view = SavedView.objects.get()
    assert view.query == "q=story&topic=Nursing"
    assert views(page)["Vendor stories"] == "1"
    url = f"{SAVE}{view.pk}/"
    assert editor.get(url).status_code == 200
    assert "Ours" in views(editor.post(url, {"name": "Ours"}, follow=True))
    page = editor.post(url, {"_delete": "1"}, follow=True)
    assert "Ours" not in views(page)
    assert messages(page) == ["The view “Ours” is deleted; its items stay. Undo"]
    (form,) = (form for form in tree(page).iter("form") if form.get("class") == "in-message")
    sent = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    assert views(editor.post(form.get("action", ""), sent, follow=True))["Ours"] == "1"


def test_a_name_is_given_once_and_is_not_empty(editor: Client) -> None:
    editor.post(SAVE, {"name": "Mine", "query": "q=a"})
    page = editor.post(SAVE, {"name": "Mine", "query": "q=b"}, follow=True)
    assert "You have a view of this name already" in messages(page)[-1]
    editor.post(SAVE, {"name": " ", "query": "q=b"})
    editor.post(SAVE, {"name": "Other", "query": "q=b"})
    other = SavedView.objects.get(name="Other")
    assert "You have a view of this name already" in text(tree(editor.post(f"{SAVE}{other.pk}/", {"name": "Mine"})))
    assert {*SavedView.objects.values_list("name", "query")} == {("Mine", "q=a"), ("Other", "q=b")}


def test_nobody_meets_the_views_of_others(editor: Client) -> None:
    editor.post(SAVE, {"name": "Mine", "query": "q=a"})
    url = f"{SAVE}{SavedView.objects.get().pk}/"
    other = member_of("Editor", "eve")
    assert other.get(url).status_code == other.post(url, {"_delete": "1"}).status_code == 404
    assert "Mine" not in views(other.get(LIST))
    other.post(SAVE, {"name": "Mine", "query": "q=b"})
    assert SavedView.objects.count() == 2


def test_a_clerk_without_permission_for_items_saves_no_view(clerk: Client) -> None:
    assert clerk.post(SAVE, {"name": "Mine", "query": "q=a"}).status_code == 403


def test_the_number_of_views_is_limited(editor: Client) -> None:
    user = User.objects.get(username="ann")
    SavedView.objects.bulk_create(
        SavedView(user=user, name=f"View {number}", query=f"q={number}") for number in range(MAX_SAVED_VIEWS)
    )
    page = editor.post(SAVE, {"name": "One more", "query": "q=x"}, follow=True)
    assert "delete one first" in messages(page)[0]
    assert SavedView.objects.count() == MAX_SAVED_VIEWS


@pytest.mark.parametrize("query", ["state=expired", "bulk=1", "topic=gone", "id=1", "q=///"])
def test_a_view_that_the_index_cannot_count_has_no_number(editor: Client, query: str) -> None:
    make_item()
    editor.post(SAVE, {"name": "Odd", "query": query})
    assert views(editor.get(LIST))["Odd"] == ""


def test_numbers_are_memoised_and_counted_with_a_query_for_each_view_with_words(editor: Client) -> None:
    make_item()
    counts = []
    for number in range(3):
        editor.post(SAVE, {"name": f"View {number}", "query": f"state=draft&when=today&q=word{number}"})
        editor.post(SAVE, {"name": f"Other {number}", "query": f"state=draft&missing=image&when=7days&e={number}"})
        with at_version("a version"):
            memoised = query_count(editor, LIST)
        counts.append((memoised, query_count(editor, LIST)))
    (first, first_new), (second, second_new), (third, third_new) = counts
    assert first == second == third
    assert (second_new - first_new, third_new - second_new) == (1, 1)


@pytest.mark.parametrize("text", ["q=b&state=a&p=3", "?state=a&q=b", "state=a&missing=&q=b&e=1"])
def test_a_query_string_has_one_form(text: str) -> None:
    assert view_query(text) == "q=b&state=a"
