"""One by one: the items of a list that lack a field, with that field alone."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from curation.items.revisions import recording
from curation.items.workflow import perform
from curation.models import CuratedItem, Revision, Topic
from tests.admin.conftest import member_of
from tests.admin.images import make_image
from tests.admin.pages import errors, form_data, links, messages, query_count, text, tree
from tests.factories import COMMAND, make_item, make_topic

pytestmark = pytest.mark.django_db
ONE = "/admin/one-by-one/"


def url(**parameters: Any) -> str:
    return reverse("admin:one_by_one", query=parameters)


def without_summary(title: str = "", **fields: Any) -> CuratedItem:
    return make_item(title, **{"summary": "", "body": "Nurses came back twice a day.", **fields})


def with_picture(title: str = "", **fields: Any) -> CuratedItem:
    return make_item(title, **{"image": make_image(), "image_alt": "", **fields})


def headline(page: HttpResponse) -> str:
    return text(tree(page).findall(".//h1")[-1])


def place(page: HttpResponse) -> str:
    found = [element for element in tree(page).iter("p") if element.get("class") == "one-place"]
    return text(found[0]) if found else ""


def send(client: Client, page: HttpResponse, **values: Any) -> HttpResponse:
    """Send the form of a page, and return the page after redirects."""
    form = tree(page).find(".//form[@id='one_form']")
    assert form is not None
    return client.post(form.get("action", ""), {**form_data(page, "one_form"), **values}, follow=True)


def skip(client: Client, page: HttpResponse) -> HttpResponse:
    link = next(link for link in tree(page).iter("a") if link.get("data-keys") == "j")
    return client.get(link.get("href", ""), follow=True)


# The way


def test_the_items_of_a_list_come_one_after_the_other_the_newest_first(editor: Client) -> None:
    for title in ("Third", "Second", "First"):
        without_summary(title)
    make_item("With one", summary="Its own.")
    page: Any = editor.get(url(missing="summary"))
    assert (headline(page), place(page)) == ("First", "1 of 3")
    page = send(editor, page, summary="Of the first.")
    assert (headline(page), place(page)) == ("Second", "2 of 3")
    assert messages(page) == ["Saved “First”: Summary. Undo"]
    page = send(editor, page, summary="Of the second.")
    page = send(editor, page, summary="Of the third.")
    assert headline(page) == "3 done: nothing is left"
    assert not CuratedItem.objects.filter(summary="").exists()


def test_skipped_items_stay_and_are_counted_at_the_end(editor: Client) -> None:
    for title in ("Second", "First"):
        without_summary(title)
    page = skip(editor, editor.get(url(missing="summary")))
    assert (headline(page), place(page)) == ("Second", "2 of 2")
    back = next(link for link in tree(page).iter("a") if link.get("data-keys") == "k")
    assert headline(editor.get(back.get("href", ""))) == "First"
    page = send(editor, page, summary="Of the second.")
    assert headline(page) == "1 done, 1 left"
    again = next(link for link in tree(page).iter("a") if text(link) == "Go through it again")
    assert headline(editor.get(again.get("href", ""))) == "First"


def test_an_empty_list_says_so(editor: Client) -> None:
    make_item(summary="Its own.")
    assert headline(editor.get(url(missing="summary"))) == "Nothing to do"


def test_the_filters_and_the_search_of_the_list_apply(editor: Client) -> None:
    without_summary("Robots", status="draft")
    without_summary("Robots live")
    without_summary("Other", status="draft")
    page = editor.get(url(missing="summary", state="draft", q="Robots", o="1", p="7"))
    assert (headline(page), place(page)) == ("Robots", "1 of 1")
    assert "state=draft" in " ".join(links(page))


def test_any_list_is_walked_for_a_chosen_field(editor: Client) -> None:
    without_summary("Draft", status="draft")
    page = editor.get(url(state="draft", field="summary"))
    assert headline(page) == "Draft"
    assert editor.get(url(state="draft", check="no-topic")).context["walk"].field.name == "topic"


def test_an_invalid_filter_is_ignored_with_a_message(editor: Client) -> None:
    without_summary("All")
    page = editor.get(url(missing="summary", nonsense="1"), follow=True)
    assert "no such filter" in messages(page)[0]
    assert headline(page) == "All"


@pytest.mark.parametrize("pk", ["0", "x", "9" * 30])
def test_an_item_that_is_not_there_leads_to_a_page(editor: Client, pk: str) -> None:
    without_summary()
    assert editor.get(url(missing="summary", item=pk)).status_code == HTTPStatus.OK


def test_an_item_that_has_the_field_by_now_is_passed_over(editor: Client) -> None:
    other, item = without_summary("Next"), without_summary("Filled")
    CuratedItem.objects.filter(pk=item.pk).update(summary="Written meanwhile.")
    page = editor.get(url(missing="summary", item=item.pk), follow=True)
    assert headline(page) == "Next"
    assert messages(page) == ["Filled: nothing to do here any more."]
    assert other.summary == ""


@pytest.mark.parametrize(("field", "most"), [("alt", 16), ("summary", 16), ("topic", 17)])
def test_a_page_costs_the_same_in_a_longer_list(editor: Client, field: str, most: int) -> None:
    for _ in range(3):
        with_picture(summary="")
    before = query_count(editor, url(missing=field))
    for _ in range(3):
        with_picture(summary="")
    assert query_count(editor, url(missing=field)) == before <= most


# The fields


def test_an_alternative_text_is_written_beside_its_picture(editor: Client) -> None:
    item = with_picture()
    page = editor.get(url(missing="alt"))
    assert [img.get("src") for img in tree(page).iter("img") if "/media/" in img.get("src", "")]
    send(editor, page, image_alt="A nurse at a bed.")
    item.refresh_from_db()
    assert item.image_alt == "A nurse at a bed."


def test_the_name_of_the_file_is_no_alternative_text(editor: Client) -> None:
    item = with_picture()
    assert item.image
    page = send(editor, editor.get(url(missing="alt")), image_alt=item.image.original_name)
    assert errors(page) == ["This is the name of the file: say what the picture shows."]


@pytest.mark.parametrize(
    ("typed", "words"),
    [("", "Write a summary, or skip the item."), ("nurses came back TWICE", "This repeats words of the text")],
)
def test_a_summary_is_of_own_words(editor: Client, typed: str, words: str) -> None:
    without_summary()
    page = send(editor, editor.get(url(missing="summary")), summary=typed)
    assert words in errors(page)[0]
    assert not Revision.objects.exists()


def test_topics_are_ticked_or_typed(editor: Client) -> None:
    named, typed, grouped = make_topic("Twice a day"), make_topic("Nursing"), make_topic("Beds", "KLAS")
    make_topic("Absent")
    item = without_summary()
    page = editor.get(url(missing="topic"))
    boxes = [field.get("value") for field in tree(page).iter("input") if field.get("name") == "suggested"]
    assert boxes == [str(named.pk)]
    send(editor, page, suggested=named.pk, topic_names="nursing, KLAS: Beds")
    assert list(item.topics.order_by("pk")) == [named, typed, grouped]


def test_an_unknown_topic_and_one_of_several_vocabularies_are_named(editor: Client) -> None:
    make_topic("Nursing")
    make_topic("Nursing", "KLAS")
    without_summary()
    page = editor.get(url(missing="topic"))
    assert errors(send(editor, page, topic_names="Absent")) == ["There is no topic “Absent”."]
    words = "“Nursing” is a topic of several vocabularies: write “KLAS: Nursing” or “Symplur: Nursing”."
    assert errors(send(editor, page, topic_names="Nursing")) == [words]
    assert errors(send(editor, page, topic_names="")) == ["Choose a topic, or skip the item."]


def test_a_retired_topic_gives_way_to_its_successor(editor: Client) -> None:
    item, successor = without_summary(), make_topic("Nursing at home")
    Topic.objects.filter(pk=make_topic("Home nursing").pk).update(retired_at=timezone.now(), successor=successor)
    Topic.objects.filter(pk=make_topic("Twice a day").pk).update(retired_at=timezone.now())
    page = editor.get(url(missing="topic"))
    assert "suggested" not in page.content.decode()
    words = "“Twice a day” is retired: choose another topic."
    assert errors(send(editor, page, topic_names="Twice a day")) == [words]
    send(editor, page, topic_names="Home nursing")
    assert list(item.topics.all()) == [successor]


# Saving


def test_a_save_is_a_revision_of_the_field_and_is_undone_from_its_message(editor: Client) -> None:
    item = without_summary()
    page = send(editor, editor.get(url(missing="summary")), summary="Its own.")
    (revision,) = item.revisions.all()
    assert (revision.verb, revision.user_name, dict(revision.changes)) == (
        "saved",
        "ann",
        {"summary": ["", "Its own."]},
    )
    item.refresh_from_db()
    assert item.edited_at
    undo = next(form for form in tree(page).iter("form") if "put-back" in form.get("action", ""))
    editor.post(undo.get("action", ""), {field.get("name", ""): field.get("value", "") for field in undo.iter("input")})
    item.refresh_from_db()
    assert item.summary == ""


def test_what_others_changed_in_other_fields_stays(editor: Client) -> None:
    item = without_summary("Old title", topics=[])
    page: Any = editor.get(url(missing="summary"))
    with recording([item.pk], "saved", COMMAND):
        CuratedItem.objects.update(title="Changed meanwhile")
    send(editor, page, summary="Its own.")
    item.refresh_from_db()
    assert (item.title, item.summary) == ("Changed meanwhile", "Its own.")


def test_a_field_that_somebody_else_wrote_meanwhile_is_decided_about(editor: Client) -> None:
    item = without_summary()
    page: Any = editor.get(url(missing="summary"))
    with recording([item.pk], "saved", COMMAND):
        CuratedItem.objects.update(summary="Theirs.")
    page = send(editor, page, summary="Mine.")
    assert "Changed by you and by others" in text(tree(page))
    choice = next(
        field.get("value", "")
        for field in tree(page).iter("input")
        if field.get("name") == "clash-summary" and field.get("value", "").startswith("mine")
    )
    send(editor, page, **{"clash-summary": choice})
    item.refresh_from_db()
    assert item.summary == "Mine."


def test_topics_that_others_added_meanwhile_stay(editor: Client) -> None:
    item, theirs, mine = without_summary(), make_topic(), make_topic("Nursing")
    page: Any = editor.get(url(missing="topic"))
    with recording([item.pk], "saved", COMMAND):
        item.topics.add(theirs)
    send(editor, page, topic_names="Nursing")
    assert set(item.topics.all()) == {theirs, mine}


def test_a_change_ends_an_approval(editor: Client) -> None:
    item = without_summary(status="review")
    perform("approved", CuratedItem.objects.all(), COMMAND)
    send(editor, editor.get(url(missing="summary")), summary="Its own.")
    item.refresh_from_db()
    assert item.approved_at is None


def test_an_item_that_was_deleted_meanwhile_is_passed_over_with_what_was_typed(editor: Client) -> None:
    without_summary("Next")
    item = without_summary("Gone")
    page: Any = editor.get(url(missing="summary"))
    perform("binned", CuratedItem.objects.filter(pk=item.pk), COMMAND)
    page = send(editor, page, summary="Typed in vain.")
    assert "Typed in vain." in messages(page)[0]
    assert headline(page) == "Next"


# Roles


def test_contributors_walk_through_their_own_drafts() -> None:
    client = member_of("Contributor", "cora")
    without_summary("Of others", status="draft")
    live = without_summary("Live", created_by=User.objects.get())
    without_summary("Own", status="draft", created_by=User.objects.get())
    page = client.get(url(missing="summary"))
    assert (headline(page), place(page)) == ("Own", "1 of 1")
    answer = client.post(url(missing="summary", item=live.pk), {"summary": "Forged."}, follow=True)
    assert "not yours to change" in messages(answer)[0]
    live.refresh_from_db()
    assert live.summary == ""


def test_who_may_not_change_items_is_refused(viewer: Client) -> None:
    without_summary()
    assert viewer.get(ONE).status_code == HTTPStatus.FORBIDDEN
