"""Two people, or a person and an import, on one item: nothing is lost, and nobody is asked without need."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client

from curation.items import addresses, relations
from curation.items.actors import Actor
from curation.items.revisions import record_since
from curation.items.state import states_of
from curation.items.workflow import perform, state_label
from curation.models import CuratedItem, ImportRun, ItemOffering, ItemTopic, Revision, Tag
from tests.admin.conftest import member_of
from tests.admin.images import make_image
from tests.admin.pages import ADD, edit_page, errors, form_data, messages, submit, text, tree
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic

Verb = Revision.Verb
ANN = Actor.command("Ann")


def opened(client: Client, item: CuratedItem) -> dict[str, Any]:
    """Return the data of an item's form as a browser has it that opened it now."""
    return form_data(client.get(edit_page(item)), "curateditem_form")


def change_elsewhere(item: CuratedItem, **fields: Any) -> None:
    """Change columns of an item as Ann, with a revision."""
    before = states_of(CuratedItem.objects.filter(pk=item.pk))
    item.refresh_from_db()
    for name, value in fields.items():
        setattr(item, name, value)
    item.save()
    record_since(before, Verb.SAVED, ANN)


def rewrite_rows(item: CuratedItem, **rows: Any) -> None:
    """Write relations as an import does: all rows are deleted and written again."""
    before = states_of(CuratedItem.objects.filter(pk=item.pk))
    relations.set_relations(item, **rows)
    record_since(before, Verb.CHANGED, ANN)


def labels_of(item: CuratedItem) -> list[str]:
    return [row.topic.label for row in ItemTopic.objects.filter(item=item)]


def chosen(page: Any, side: str) -> dict[str, str]:
    """Return the radio buttons of a side."""
    boxes = [field for field in tree(page).iter("input") if field.get("type") == "radio"]
    return {box.get("name", ""): box.get("value", "") for box in boxes if box.get("value", "").startswith(f"{side}:")}


def test_changes_of_different_fields_are_both_kept_without_a_question(editor: Client) -> None:
    item = make_item(summary="Old.", body="Old")
    data = opened(editor, item)
    change_elsewhere(item, summary="By Ann.", section="By Ann")
    response = editor.post(edit_page(item), {**data, "body": "Mine"}, follow=True)
    assert errors(response) == []
    item.refresh_from_db()
    assert (item.summary, item.section, item.body) == ("By Ann.", "By Ann", "Mine")
    assert Revision.objects.latest("id").changes == {"body": ["Old", "Mine"]}


def test_the_same_change_by_both_is_no_clash(editor: Client) -> None:
    item = make_item(summary="Old.")
    data = opened(editor, item)
    change_elsewhere(item, summary="New.")
    assert errors(editor.post(edit_page(item), {**data, "summary": "New."}, follow=True)) == []


def test_a_clash_with_an_import_names_the_import_and_not_who_started_it(editor: Client) -> None:
    item, starter = make_item(summary="Old."), User.objects.get(username="ann")
    data = opened(editor, item)
    run = ImportRun.objects.create(user=starter)
    before = states_of(CuratedItem.objects.all())
    CuratedItem.objects.update(summary="From the file.", section="From the file")
    record_since(before, Verb.IMPORTED, Actor.of(starter), run=run)
    page = editor.post(edit_page(item), {**data, "summary": "Mine."})
    error = f"Import {run.pk} has changed this, too, while you had it open: choose a version at the top."
    assert errors(page) == [error]
    (clash,) = [text(element) for element in tree(page).iter("section") if element.get("class") == "clashes"]
    assert f"Import {run.pk}, " in clash
    assert "Take the import’s" in clash
    assert f"Import {run.pk} changed Section label while" in page.content.decode()


@pytest.mark.parametrize(("side", "kept"), [("mine", "Mine."), ("theirs", "By Ann.")])
def test_a_field_that_both_changed_is_asked_about_in_place_and_nothing_is_lost(
    editor: Client, side: str, kept: str
) -> None:
    item = make_item(summary="Old.", body="Old")
    data = opened(editor, item)
    change_elsewhere(item, summary="By Ann.", section="By Ann")
    sent = {**data, "summary": "Mine.", "body": "Mine"}
    page = editor.post(edit_page(item), sent)
    assert errors(page) == ["Ann has changed this, too, while you had it open: choose a version at the top."]
    content = page.content.decode()
    assert all(text in content for text in ("<ins>By Ann.</ins>", "<ins>Mine.</ins>", "changed Section label while"))
    item.refresh_from_db()
    assert (item.summary, item.body) == ("By Ann.", "Old")
    sent = form_data(page, "curateditem_form")
    assert (sent["summary"], sent["body"]) == ("Mine.", "Mine")
    assert errors(editor.post(edit_page(item), {**sent, **chosen(page, side)}, follow=True)) == []
    item.refresh_from_db()
    assert (item.summary, item.body, item.section) == (kept, "Mine", "By Ann")
    texts = {str(row.changes.get("summary")) for row in Revision.objects.all()}
    assert any("Mine." in text for text in texts)
    assert any("By Ann." in text for text in texts)


MINE, THEIRS = "https://example.org/mine", "https://example.org/theirs"


@pytest.mark.parametrize(
    ("side", "kept"),
    [("mine", (MINE, f"{MINE}?utm_source=x")), ("theirs", (THEIRS, f"{THEIRS}?utm_source=y"))],
)
def test_the_link_as_found_is_that_of_the_source_link_that_was_chosen(
    editor: Client, side: str, kept: tuple[str, str]
) -> None:
    item = make_item(source_url="https://example.org/old")
    data = opened(editor, item)
    change_elsewhere(item, source_url=THEIRS, source_url_original=f"{THEIRS}?utm_source=y")
    page = editor.post(edit_page(item), {**data, "source_url": f"{MINE}?utm_source=x"})
    sent = {**form_data(page, "curateditem_form"), **chosen(page, side)}
    assert errors(editor.post(edit_page(item), sent, follow=True)) == []
    item.refresh_from_db()
    assert (item.source_url, item.source_url_original) == kept


def test_ones_own_change_in_another_window_is_called_so(editor: Client) -> None:
    item = make_item(summary="Old.")
    data = opened(editor, item)
    submit(editor, edit_page(item), summary="First window.")
    page = editor.post(edit_page(item), {**data, "summary": "Second window."})
    assert errors(page) == ["You have changed this in another window, too: choose a version at the top."]


def test_a_choice_holds_for_the_version_shown_alone(editor: Client) -> None:
    item = make_item(summary="Old.")
    data = opened(editor, item)
    change_elsewhere(item, summary="By Ann.")
    page = editor.post(edit_page(item), {**data, "summary": "Mine."})
    change_elsewhere(item, summary="By Ann again.")
    sent = {**form_data(page, "curateditem_form"), **chosen(page, "mine")}
    assert errors(editor.post(edit_page(item), sent))
    item.refresh_from_db()
    assert item.summary == "By Ann again."


def test_a_change_without_a_revision_is_asked_about_too(editor: Client) -> None:
    item = make_item("News", body="Old", summary="Old.")
    data = opened(editor, item)
    item.body = "Written by hand in the database."
    item.save()
    page = editor.post(edit_page(item), {**data, "summary": "Mine."})
    assert set(errors(page)) == {"Somebody has changed this, too, while you had it open: choose a version at the top."}
    item.refresh_from_db()
    assert item.body == "Written by hand in the database."


@pytest.mark.parametrize("version", ["", "7", "0@2024-01-01T00:00:00+00:00"])
def test_a_form_of_an_unknown_version_overwrites_nothing_unasked(version: str, editor: Client) -> None:
    item = make_item("News", summary="Old.")
    data = opened(editor, item)
    change_elsewhere(item, title="By Ann")
    page = editor.post(edit_page(item), {**data, "version": version, "summary": "Mine."})
    assert errors(page)
    sent = {**form_data(page, "curateditem_form"), **chosen(page, "theirs")}
    assert not errors(editor.post(edit_page(item), sent, follow=True))
    item.refresh_from_db()
    assert item.title == "By Ann"


def test_rows_that_an_import_wrote_again_do_not_break_the_form(editor: Client) -> None:
    topics = [make_topic("A"), make_topic("B")]
    item = make_item(summary="Old.", topics=topics, offerings=[make_offering("Rail")], authors=[make_author("Jun")])
    data = opened(editor, item)
    added = make_topic("C")
    rewrite_rows(item, topics=[topics[0].pk, added.pk], offerings={}, authors=[make_author("Ada").pk], tags=["new"])
    response = editor.post(edit_page(item), {**data, "summary": "Mine."}, follow=True)
    assert errors(response) == []
    item.refresh_from_db()
    assert (item.summary, labels_of(item)) == ("Mine.", ["A", "C"])
    assert [author.name for author in item.authors.all()] == ["Ada"]
    assert (item.offerings.count(), set(item.tags.names())) == (0, {"new"})


RELATED: dict[str, Callable[[], Model]] = {
    "publisher": lambda: make_publisher("example.org", name="Wire"),
    "image": lambda: make_image("rings.png"),
    "itemtopic_set-0-topic": lambda: make_topic("A"),
    "itemoffering_set-0-offering": lambda: make_offering("Rail"),
    "itemauthor_set-0-author": lambda: make_author("Jun"),
}


def delete_in_the_desk(row: Model) -> str:
    """Delete a row as Ben; return the sentence that names it."""
    url = f"/admin/curation/{row._meta.model_name}/{row.pk}/delete/"
    member_of("Editor", "ben").post(url, {"post": "yes"})
    assert not type(row)._default_manager.filter(pk=row.pk).exists()
    return f"The {row._meta.verbose_name} “{row}” was deleted meanwhile by ben"


@pytest.mark.parametrize("field", RELATED)
def test_a_row_that_the_form_shows_and_somebody_deleted_is_left_out_and_named(editor: Client, field: str) -> None:
    row, item = RELATED[field](), make_item(summary="Old.", topics=[make_topic("Z")])
    if "set" in field:
        rewrite_rows(item, **{f"{row._meta.model_name}s": {row.pk: True} if "offering" in field else [row.pk]})
    else:
        change_elsewhere(item, **{field: row})
    data = opened(editor, item)
    sentence = delete_in_the_desk(row)
    page = editor.post(edit_page(item), {**data, "summary": "Mine."}, follow=True)
    assert errors(page) == []
    assert f"{sentence}, so it is left out." in messages(page)
    item.refresh_from_db()
    assert item.summary == "Mine."
    assert Revision.objects.latest("id").changes == {"summary": ["Old.", "Mine."]}


@pytest.mark.parametrize("field", RELATED)
def test_a_row_that_was_newly_chosen_and_is_deleted_is_an_error_that_names_it(editor: Client, field: str) -> None:
    row, item = RELATED[field](), make_item()
    data = {**opened(editor, item), field: row.pk}
    sentence = delete_in_the_desk(row)
    page = editor.post(edit_page(item), data)
    assert [error.split(": ", 1)[-1] if error.startswith("Row") else error for error in errors(page)] == [
        f"{sentence}: choose another one, or none."
    ]
    assert errors(editor.post(edit_page(item), form_data(page, "curateditem_form"), follow=True)) == []


def test_an_image_that_somebody_replaced_and_deleted_is_no_clash(editor: Client) -> None:
    former, new = make_image("one.png"), make_image("two.png")
    item = make_item(image=former)
    data = opened(editor, item)
    change_elsewhere(item, image=new)
    delete_in_the_desk(former)
    assert errors(editor.post(edit_page(item), data, follow=True)) == []
    item.refresh_from_db()
    assert item.image == new


def test_relations_are_merged_by_what_they_name(editor: Client) -> None:
    topics = [make_topic(label) for label in "ABC"]
    item = make_item(topics=topics, tags=["x", "y"])
    data = opened(editor, item)
    mine, theirs = make_topic("Mine"), make_topic("Theirs")
    rewrite_rows(item, topics=[topics[0].pk, topics[2].pk, theirs.pk], tags=["x", "theirs"])
    rows = {"itemtopic_set-0-DELETE": "on", "itemtopic_set-3-topic": mine.pk, "tags": "x, y, mine"}
    assert errors(editor.post(edit_page(item), {**data, **rows}, follow=True)) == []
    assert labels_of(item) == ["C", "Mine", "Theirs"]
    assert set(item.tags.names()) == {"x", "mine", "theirs"}


@pytest.mark.parametrize(("side", "kept"), [("mine", "B"), ("theirs", "C")])
def test_different_primary_offerings_are_asked_about(editor: Client, side: str, kept: str) -> None:
    offerings = [make_offering(name) for name in "ABC"]
    item = make_item(offerings=offerings)
    data = opened(editor, item)
    rewrite_rows(item, offerings={row.pk: row.name == "C" for row in offerings})
    del data["itemoffering_set-0-is_primary"]
    page = editor.post(edit_page(item), {**data, "itemoffering_set-1-is_primary": "on"})
    assert errors(page) == ["Ann has changed this, too, while you had it open: choose a version at the top."]
    sent = {**form_data(page, "curateditem_form"), **chosen(page, side)}
    assert errors(editor.post(edit_page(item), sent, follow=True)) == []
    assert ItemOffering.objects.get(item=item, is_primary=True).offering.name == kept


def test_redirects_of_others_stay(editor: Client) -> None:
    item = make_item(slug="one")
    item.aliases.create(path="/a")
    item.aliases.create(path="/b")
    data = opened(editor, item)
    before = states_of(CuratedItem.objects.all())
    item.aliases.filter(path="/a").delete()
    addresses.rename(item, "two", COMMAND)
    record_since(before, Verb.SAVED, ANN)
    new = {"aliases-1-DELETE": "on", "aliases-2-path": "mine/", "aliases-TOTAL_FORMS": "3", "summary": "Mine."}
    page = editor.post(edit_page(item), {**data, **new}, follow=True)
    assert errors(page) == []
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/one", "/mine"}


def test_an_alias_of_another_item_is_refused(editor: Client) -> None:
    make_item().aliases.create(path="/theirs")
    item = make_item()
    data = opened(editor, item)
    page = editor.post(edit_page(item), {**data, "aliases-0-path": "/theirs/", "aliases-TOTAL_FORMS": "1"})
    assert errors(page) == ["Another item has this redirect already."]


def test_a_topic_chosen_twice_is_an_error_of_its_row(editor: Client) -> None:
    topic = make_topic("A")
    item = make_item(topics=[topic])
    assert errors(submit(editor, edit_page(item), **{"itemtopic_set-1-topic": topic.pk})) == [
        "Chosen twice: remove one of the two."
    ]


def test_a_row_that_was_removed_stays_so_when_the_form_comes_back(editor: Client) -> None:
    item = make_item(topics=[make_topic("A"), make_topic("B")])
    page = submit(editor, edit_page(item), **{"itemtopic_set-0-DELETE": "on", "title": ""})
    assert errors(page)
    sent = form_data(page, "curateditem_form") | {"title": "New"}
    editor.post(edit_page(item), sent)
    assert labels_of(item) == ["B"]


def test_a_save_writes_one_revision_and_an_unchanged_one_none(editor: Client) -> None:
    item, topic = make_item("News", topics=[make_topic("A")]), make_topic("B")
    submit(editor, edit_page(item))
    assert not Revision.objects.exists()
    submit(editor, edit_page(item), title="Changed", **{"itemtopic_set-1-topic": topic.pk})
    revision = Revision.objects.get()
    assert (revision.verb, list(revision.changes)) == (Verb.SAVED, ["title", "topics"])
    assert revision.user == User.objects.get(username=revision.user_name)


def test_a_slug_that_somebody_else_changed_is_kept(editor: Client) -> None:
    item = make_item(slug="one")
    data = opened(editor, item)
    before = states_of(CuratedItem.objects.all())
    addresses.rename(item, "two", COMMAND)
    record_since(before, Verb.SAVED, ANN)
    assert errors(editor.post(edit_page(item), {**data, "title": "Mine"}, follow=True)) == []
    item.refresh_from_db()
    assert (item.title, item.slug) == ("Mine", "two")
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/one"}


def test_a_tag_that_was_renamed_meanwhile_keeps_its_new_name(editor: Client) -> None:
    item = make_item(tags=["old name", "other"])
    data = opened(editor, item)
    tag = Tag.objects.get(name="old name")
    editor.post(f"/admin/curation/tag/{tag.pk}/change/", {"name": "new name", "slug": "new-name"})
    assert errors(editor.post(edit_page(item), {**data, "title": "Mine"}, follow=True)) == []
    assert set(item.tags.names()) == {"new name", "other"}
    assert not Tag.objects.filter(name="old name").exists()


@pytest.mark.parametrize("total", ["9" * 5000, "9" * 30, "-1", "x"])
def test_an_invalid_number_of_rows_is_an_error_of_the_form(editor: Client, total: str) -> None:
    item = make_item(topics=[make_topic("A")])
    response = editor.post(edit_page(item), {**opened(editor, item), "itemtopic_set-TOTAL_FORMS": total})
    assert response.status_code == 200
    assert labels_of(item) == ["A"]


def test_an_address_of_an_item_that_one_may_not_change_is_refused(db: None) -> None:
    make_item("Live").aliases.create(path="/news/taken")
    contributor = member_of("Contributor", "cleo")
    data = form_data(contributor.get(ADD), "curateditem_form") | {"title": "Draft", "slug": "taken"}
    page = contributor.post(ADD, data | {"save_anyway": "on"})
    assert errors(page) == ["/news/taken leads to Live: choose another slug."]
    assert not CuratedItem.objects.filter(slug="taken").exists()


def test_an_approval_holds_for_the_approved_text(editor: Client) -> None:
    item = make_item(status=CuratedItem.Status.REVIEW)
    perform(Verb.APPROVED, CuratedItem.objects.all(), ANN)
    assert state_label(CuratedItem.objects.get()) == "Approved"
    submit(editor, edit_page(item))
    assert state_label(CuratedItem.objects.get()) == "Approved"
    submit(editor, edit_page(item), title="Changed")
    assert state_label(CuratedItem.objects.get()) == "In review"
