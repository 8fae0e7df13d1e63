"""Pages that merge rows, tell alike names apart, and move, retire or join topics."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from curation.items import topics
from curation.items.alike import alike_rows
from curation.items.bulk import changes
from curation.items.merging.mergeable import MERGEABLE
from curation.models import BulkChange, CuratedItem, Tag, Topic
from tests.admin.conftest import member_of
from tests.admin.imports.uploading import run_tasks, task_backend
from tests.admin.pages import edit_page, errors, form_data, links, messages, query_count, rows, text, tree
from tests.factories import COMMAND, make_item, make_offering, make_topic, make_vocabulary
from tests.items.merging.conftest import MAKE, contents, item_with, path_of

pytestmark = pytest.mark.django_db
TOPICS = "/admin/curation/topic/"


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    task_backend().clear()
    yield
    task_backend().clear()


@pytest.fixture(params=MERGEABLE, ids=lambda model: model.__name__)
def model(request: pytest.FixtureRequest) -> type[Model]:
    return request.param  # type: ignore[no-any-return]


def list_of(model: type[Model]) -> str:
    return f"/admin/curation/{model._meta.model_name}/"


def mark(client: Client, action: str, *marked: Any) -> Any:
    """Mark rows of a list, choose an action, and return the page that asks."""
    data = {"action": action, "_selected_action": [row.pk for row in marked]}
    return client.post(list_of(type(marked[0])), data, follow=True)


# Merging


def test_marked_rows_are_merged_into_one_and_the_message_undoes_it(editor: Client, model: type[Model]) -> None:
    old, new = MAKE[model]("Old"), MAKE[model]("New")
    item_with([old])
    item_with([new])
    item_with([new])
    before = contents()
    page = mark(editor, "merge_marked", old, new)
    shown = text(tree(page))
    assert f"2 + 1 items become 3 items of “{new}”" in shown  # the row with most items stays, unless another is chosen
    assert path_of(old) in shown
    response = editor.post(f"{list_of(model)}merge/", {"id": [old.pk, new.pk], "stays": new.pk}, follow=True)
    assert messages(response) == [f"“{old}” merged into “{new}”: 1 item changed. Undo Show what changed"]
    assert list(model._default_manager.all()) == [new]
    url = next(link for link in links(response) if link.endswith("/undo/"))
    assert f"“{old}” comes back, with the old address." in text(tree(editor.get(url)))
    response = editor.post(url, follow=True)
    assert response.status_code == HTTPStatus.OK
    assert contents() == before


def test_the_other_one_can_be_the_one_that_stays(editor: Client) -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[new])
    url = f"{TOPICS}merge/"
    assert "0 + 1 items become 1 item of “Symplur: Old”" in text(
        tree(editor.get(url, {"id": [old.pk, new.pk], "stays": old.pk}))
    )
    editor.post(url, {"id": [old.pk, new.pk], "stays": old.pk})
    assert list(Topic.objects.all()) == [old]


def test_a_merge_that_differs_from_what_the_page_told_is_shown_first(editor: Client) -> None:
    old, new = make_topic("Old"), make_topic("New")
    url = f"{TOPICS}merge/"
    sent = form_data(editor.get(url, {"id": [old.pk, new.pk], "stays": new.pk}), "confirm_form")
    assert sent["seen"] == str(new.pk)
    page = editor.post(url, {**sent, "id": [old.pk, new.pk], "stays": old.pk})
    assert "of “Symplur: Old”" in text(tree(page))
    assert Topic.objects.count() == 2
    editor.post(url, {**form_data(page, "confirm_form"), "id": [old.pk, new.pk], "stays": old.pk})
    assert list(Topic.objects.all()) == [old]
    alone = make_topic("Alone")
    page = editor.post(url, {"id": alone.pk, "seen": "none", "value_names": "symplur: old"})
    assert "become 0 items of “Symplur: Old”" in text(tree(page))
    assert Topic.objects.count() == 2


def test_a_single_row_is_merged_into_one_that_is_chosen_or_named(editor: Client) -> None:
    old, new, third = make_topic("Old"), make_topic("New"), make_topic("Third")
    url = f"{TOPICS}merge/"
    assert errors(editor.post(url, {"id": old.pk})) == ["Choose at least two topics."]
    assert errors(editor.post(url, {"id": old.pk, "value_names": "nothing"})) != []
    editor.post(url, {"id": old.pk, "value_names": "symplur: new"})
    assert set(Topic.objects.all()) == {new, third}
    editor.post(url, {"id": third.pk, "value": new.pk})
    assert set(Topic.objects.all()) == {new}


def test_the_row_that_stays_gets_a_new_name_on_the_same_page(editor: Client, model: type[Model]) -> None:
    old, new, other = (MAKE[model](name) for name in ("Old", "New", "Other"))
    column = MERGEABLE[model].name_column
    url, sent = f"{list_of(model)}merge/", {"id": [old.pk, new.pk], "stays": new.pk}
    page = editor.get(url, {**sent, "value_name": "Best"})
    shown = text(tree(page))
    assert f"“{new}” gets the name “Best”, at the same address" in shown
    assert "No import file says" in shown
    if MERGEABLE[model].field in ("topics", "authors", "tags"):
        page = editor.post(url, {**sent, "value_name": getattr(other, column)})
        assert errors(page) == [f"“{other}” has this name; choose another one, or merge it as well."]
    assert model._default_manager.count() == 3
    response = editor.post(url, {**sent, "value_name": "Best"}, follow=True)
    new.refresh_from_db()
    assert getattr(new, column) == "Best"
    assert f"merged into “{new}”" in messages(response)[0]
    undo = next(link for link in links(response) if link.endswith("/undo/"))
    assert "again, unless renamed since" in text(tree(editor.get(undo)))


def test_rows_without_items_are_merged_and_come_back_as_well(editor: Client) -> None:
    old, new = make_topic("Old"), make_topic("New")
    response = editor.post(f"{TOPICS}merge/", {"id": [old.pk, new.pk], "stays": new.pk}, follow=True)
    url = next(link for link in links(response) if link.endswith("/undo/"))
    page = editor.get(url)
    assert "Put it back" in page.content.decode()
    editor.post(url)
    assert Topic.objects.count() == 2


def test_a_retired_topic_is_not_the_one_that_stays(editor: Client) -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[old])
    topics.retire(old, None, COMMAND)
    response = editor.post(f"{TOPICS}merge/", {"id": [old.pk, new.pk], "stays": old.pk}, follow=True)
    assert "is retired" in messages(response)[0]
    editor.post(f"{TOPICS}merge/", {"id": [old.pk, new.pk]})
    assert list(Topic.objects.all()) == [new]


def test_a_merge_of_many_items_is_done_by_the_worker(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MAX_AT_ONCE", 1)
    old, new = make_topic("Old"), make_topic("New")
    for _ in range(2):
        make_item(topics=[old])
    response = editor.post(f"{TOPICS}merge/", {"id": [old.pk, new.pk], "stays": new.pk}, follow=True)
    assert "Merge topics" in text(tree(response))
    assert Topic.objects.filter(pk=old.pk).exists()
    run_tasks()
    assert not Topic.objects.filter(pk=old.pk).exists()
    assert "“Symplur: Old” into “Symplur: New”" in text(tree(editor.get(response.request["PATH_INFO"])))


def test_what_keeps_a_merge_from_an_undo_is_said(editor: Client) -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[old])
    editor.post(f"{TOPICS}merge/", {"id": [old.pk, new.pk], "stays": new.pk})
    make_topic("Old")
    change = BulkChange.objects.get()
    response = editor.get(f"/admin/curation/bulkchange/{change.pk}/undo/", follow=True)
    assert "has taken the name or the address" in messages(response)[-1]
    assert "has taken the name or the address" in text(tree(response))


def test_the_list_of_actions_takes_the_same_queries_for_any_number_of_merges(editor: Client) -> None:
    def queries() -> int:
        old, new = make_topic(), make_topic()
        make_item(topics=[old])
        editor.post(f"{TOPICS}merge/", {"id": [old.pk, new.pk], "stays": new.pk})
        return query_count(editor, "/admin/curation/bulkchange/")

    queries()
    assert queries() == queries()


@pytest.mark.parametrize("role", ["Contributor", "Editor"])
def test_pages_ask_for_the_permissions_of_a_merge(role: str, model: type[Model]) -> None:
    client, row = member_of(role, "rob"), MAKE[model]("Row")
    expected = HTTPStatus.OK if role == "Editor" else HTTPStatus.FORBIDDEN
    for page in ("merge/", "alike/"):
        assert client.get(f"{list_of(model)}{page}", {"id": row.pk}).status_code == expected
    assert ("Merge…" in client.get(list_of(model)).content.decode()) == (role == "Editor")


def test_pages_about_rows_that_are_gone_or_invalid_say_so(editor: Client) -> None:
    for query in ({}, {"id": "x"}, {"id": "9" * 40}, {"id": "7"}):
        for page in ("merge", "move", "retire", "equivalents"):
            response = editor.get(f"{TOPICS}{page}/", query)
            assert "exists any more" in text(tree(response))


def test_a_form_that_was_open_during_a_merge_saves_the_row_that_stays(editor: Client, model: type[Model]) -> None:
    old, new, other = MAKE[model]("Old"), MAKE[model]("New"), MAKE[model]("Other")
    item, both = item_with([old, other]), item_with([new, other, old])
    data_of_both = form_data(editor.get(edit_page(both)), "curateditem_form")
    data = form_data(editor.get(edit_page(item)), "curateditem_form")
    editor.post(f"{list_of(model)}merge/", {"id": [old.pk, new.pk], "stays": new.pk})
    for edited, sent in ((item, data), (both, data_of_both)):
        editor.post(edit_page(edited), {**sent, "title": f"Another title {edited.pk}"})
        edited.refresh_from_db()
        assert edited.title == f"Another title {edited.pk}"
        rows_of_item = MERGEABLE[model].related([new.pk, other.pk]).filter(**{MERGEABLE[model].item: edited.pk})
        kept = set(rows_of_item.values_list(MERGEABLE[model].target, flat=True))
        assert kept == ({new.pk} if MERGEABLE[model].field == "publisher" else {new.pk, other.pk})


# Deleting


def test_the_deletion_of_a_used_row_offers_what_else_to_do(editor: Client, model: type[Model]) -> None:
    row = MAKE[model]("Row")
    url = f"{list_of(model)}{row.pk}/delete/"
    assert "Instead of deleting" not in text(tree(editor.get(url)))
    item_with([row])
    page = editor.get(url)
    assert f"{list_of(model)}merge/?id={row.pk}" in links(page)
    assert (f"{list_of(model)}retire/?id={row.pk}" in links(page)) == (model is Topic)
    assert "Delete for ever" in page.content.decode()


@pytest.mark.parametrize("make", [make_topic, make_offering])
def test_a_row_is_taken_off_its_items_by_an_action_that_asks_and_can_be_undone(editor: Client, make: Any) -> None:
    row = make("Row")
    item, binned = item_with([row]), item_with([row], status="bin", binned_at=timezone.now())
    page = editor.get(f"{list_of(type(row))}{row.pk}/delete/")
    assert "Remove it from 1 item…" in text(tree(page))
    page = editor.post(f"{list_of(type(row))}detach/", {"id": row.pk}, follow=True)
    change = BulkChange.objects.get()
    assert change.item_ids == [item.pk]
    assert "from 1 item" in page.content.decode()
    editor.post(page.request["PATH_INFO"], {"value": row.pk})
    related = MERGEABLE[type(row)].related([row.pk])
    assert [*related.values_list("item", flat=True)] == [binned.pk]


# Alike names


def test_alike_names_are_proposed_until_somebody_tells_them_apart(editor: Client, model: type[Model]) -> None:
    one, other = MAKE[model]("Wearable"), MAKE[model]("Wearables")
    page = editor.get(f"{list_of(model)}alike/")
    assert f"{list_of(model)}merge/?id={one.pk}&id={other.pk}" in links(page)
    assert len(rows(editor.get(list_of(model), {"alike": "yes"}))) == 2
    response = editor.post(f"{list_of(model)}alike/", {"id": [one.pk, other.pk]}, follow=True)
    assert messages(response) == [f"“{one}” and “{other}” are not proposed together any more."]
    assert f"No names of {model._meta.verbose_name_plural} look alike." in text(tree(response))
    assert alike_rows(model) == []
    assert rows(editor.get(list_of(model), {"alike": "yes"})) == []


def test_the_page_of_alike_names_takes_the_same_queries_for_any_number(editor: Client) -> None:
    def queries(number: int) -> int:
        for at in range(number):
            Tag.objects.create(name=f"wearable {number}{at}x{at}", slug=f"a{number}{at}")
            Tag.objects.create(name=f"wearables {number}{at}x{at}", slug=f"b{number}{at}")
        return query_count(editor, f"{list_of(Tag)}alike/")

    assert queries(2) == queries(4)


def test_the_list_filters_rows_by_use(editor: Client, model: type[Model]) -> None:
    used, unused = MAKE[model]("Used"), MAKE[model]("Idle")
    item_with([used])
    assert str(used) in rows(editor.get(list_of(model), {"used": "yes"}))[0] or model is Topic
    assert len(rows(editor.get(list_of(model), {"used": "yes"}))) == 1
    assert len(rows(editor.get(list_of(model), {"used": "no"}))) == 1
    assert unused.pk


# Topics


def test_topics_move_to_a_vocabulary_but_not_over_one_of_the_same_label(editor: Client) -> None:
    moving, same = make_topic("Moving", "Medigy"), make_topic("Same", "Medigy")
    there, vocabulary = make_topic("Same", "KLAS"), make_vocabulary("KLAS")
    item = make_item(topics=[moving, same])
    page = mark(editor, "move_marked", moving, same)
    assert "Move 2 topics to a vocabulary" in text(tree(page))
    data = {"id": [moving.pk, same.pk], "vocabulary": vocabulary.pk}
    response = editor.post(f"{TOPICS}move/", data, follow=True)
    assert messages(response) == [
        "Moved to KLAS: “Moving”.",
        "“Medigy: Same” stays where it is: KLAS has a topic of this label. Merge the two",
    ]
    assert f"{TOPICS}merge/?id={same.pk}&id={there.pk}" in links(response)
    assert [str(row.topic) for row in item.itemtopic_set.all()] == ["KLAS: Moving", "Medigy: Same"]
    assert editor.get("/topic/medigy-moving/").status_code == HTTPStatus.OK
    form = text(tree(editor.get(f"{TOPICS}{moving.pk}/change/")))
    assert "“Medigy: Moving”: imports read them as this topic." in form


def test_a_retired_topic_is_not_offered_and_its_page_leads_to_the_successor(editor: Client) -> None:
    old, new = make_topic("Old"), make_topic("New")
    item = make_item(topics=[old])
    make_item(topics=[new])
    mark(editor, "retire_marked", old)
    data = {"id": old.pk, "value": old.pk}
    assert "is to be retired itself" in errors(editor.post(f"{TOPICS}retire/", data))[0]
    response = editor.post(f"{TOPICS}retire/", {"id": old.pk, "value": new.pk}, follow=True)
    assert messages(response) == ["Retired: “Symplur: Old”. Imports read it as “Symplur: New”. Undo"]
    choices = {"app_label": "curation", "model_name": "itemtopic", "field_name": "topic"}
    offered = editor.get("/admin/autocomplete/", choices).json()["results"]
    assert [entry["text"] for entry in offered] == ["Symplur: New"]
    page = editor.get("/topic/symplur-old/")
    assert "/topic/symplur-new/" in links(page)
    assert item.title in text(tree(page))
    CuratedItem.objects.exclude(pk=item.pk).delete()
    assert "/topic/symplur-new/" not in links(editor.get("/topic/symplur-old/"))  # it has no page
    editor.post(f"{TOPICS}retire/", {"id": old.pk, "restore": "1"})
    offered = editor.get("/admin/autocomplete/", choices).json()["results"]
    assert len(offered) == 2
    assert "/topic/symplur-new/" not in links(editor.get("/topic/symplur-old/"))


def test_topics_from_imports_are_kept_or_merged(editor: Client) -> None:
    known, new, other = make_topic("Wearables"), make_topic("Wearable", "KLAS"), make_topic("Quite else")
    Topic.objects.filter(pk__in=[new.pk, other.pk]).update(is_from_import=True)
    page = editor.get(f"{TOPICS}new/")
    assert "2 topics were made by imports" in text(tree(page))
    assert f"{TOPICS}merge/?id={new.pk}&id={known.pk}&stays={known.pk}" in links(page)
    assert "New from imports (2)" in text(tree(editor.get(TOPICS)))
    response = editor.post(f"{TOPICS}new/", {"id": [new.pk]}, follow=True)
    assert messages(response) == ["1 topic kept."]
    editor.post(f"{TOPICS}new/", {"all": "1"})
    assert not Topic.objects.filter(is_from_import=True).exists()
    assert "No import has brought a topic" in text(tree(editor.get(f"{TOPICS}new/")))


def test_the_page_of_topics_from_imports_takes_the_same_queries_for_any_number(editor: Client) -> None:
    def queries(number: int) -> int:
        for _ in range(number):
            make_item(topics=[make_topic()])
        Topic.objects.update(is_from_import=True)
        return query_count(editor, f"{TOPICS}new/")

    assert queries(2) == queries(4)


def test_equivalent_topics_name_each_other_and_show_the_items_of_all_if_so_chosen(editor: Client) -> None:
    one, other, third = make_topic("AI"), make_topic("Artificial Intelligence", "KLAS"), make_topic("Third")
    first, second = make_item("First", topics=[one]), make_item("Second", topics=[other, one])
    third_item = make_item("Third one", topics=[other])
    page = mark(editor, "equivalent_marked", one, other)
    assert "2 topics that mean the same" in text(tree(page))
    editor.post(f"{TOPICS}equivalents/", {"id": [one.pk, other.pk]})
    page = editor.get(path_of(one))
    assert path_of(other) in links(page)
    assert third_item.get_absolute_url() not in links(page)
    editor.post(f"{TOPICS}equivalents/", {"id": [one.pk, other.pk], "shows_all": "on"})
    everything = [item.get_absolute_url() for item in (third_item, second, first)]
    for path in (path_of(one), path_of(other)):
        shown = dict.fromkeys(link.get("href") for link in tree(editor.get(path)).iter("a"))
        assert [link for link in shown if link in everything] == everything
        assert [link for link in links(editor.get(f"{path}timeline/")) if link in everything] != []
        feed = editor.get(f"{path}feed.json").json()
        assert [entry["url"].removeprefix("http://testserver") for entry in feed["items"]] == everything
    listed = editor.get("/api/v1/items", {"topic": "symplur-ai"}).json()["results"]
    assert [entry["url"].removeprefix("http://testserver") for entry in listed] == everything
    found = links(editor.get("/search/", {"q": "body", "topic": "symplur-ai"}))
    assert {link for link in found if link in everything} == {*everything}
    editor.post(f"{TOPICS}equivalents/", {"id": [one.pk, other.pk], "end": "1"})
    assert third_item.get_absolute_url() not in links(editor.get(path_of(one)))
    assert third.pk


def test_equivalence_takes_two_topics(editor: Client) -> None:
    topic = make_topic()
    assert errors(editor.post(f"{TOPICS}equivalents/", {"id": topic.pk})) == ["Choose at least two topics."]


def test_the_form_says_what_a_change_of_the_name_means(editor: Client, model: type[Model]) -> None:
    row = MAKE[model]("Row")
    form = text(tree(editor.get(f"{list_of(model)}{row.pk}/change/")))
    assert f"Files that say the present one are read as this {MERGEABLE[model].noun} after a change." in form
    assert "After a change, the old address redirects." in form


def test_whoever_saves_a_topic_from_an_import_has_looked_at_it(editor: Client) -> None:
    topic = make_topic("New")
    Topic.objects.update(is_from_import=True)
    data = {"vocabulary": topic.vocabulary_id, "label": "New", "slug": topic.slug, "description": "Known."}
    editor.post(f"{TOPICS}{topic.pk}/change/", data)
    assert not Topic.objects.get().is_from_import


def test_offerings_keep_the_topics_of_a_merge(editor: Client) -> None:
    old, new, offering = make_topic("Old"), make_topic("New"), make_offering()
    offering.topics.set([old])
    shown = text(tree(editor.get(f"{TOPICS}merge/", {"id": [old.pk, new.pk], "stays": new.pk})))
    assert "1 link to offerings moves as well." in shown
    assert CuratedItem.objects.count() == 0
