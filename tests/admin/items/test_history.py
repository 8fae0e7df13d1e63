"""The history of an item: revisions in words, versions compared, values put back."""

import json
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from curation.items.actors import Actor
from curation.items.bin import move_to_bin_by_undo, restore
from curation.items.revisions import Change, last_id, record_changes, record_since
from curation.items.state import states_of
from curation.models import BulkChange, CuratedItem, ImportRun, ItemDraft, Revision
from tests.admin.images import make_image
from tests.admin.pages import LIST, links, messages, query_count, text, tree
from tests.factories import COMMAND, make_item, make_topic

pytestmark = pytest.mark.django_db
Verb = Revision.Verb


def history(item: CuratedItem, **query: str) -> str:
    return f"{LIST}{item.pk}/history/?" + "&".join(f"{name}={value}" for name, value in query.items())


def comparison(item: CuratedItem, from_: str, to: str = "now", view: str = "") -> str:
    return f"{LIST}{item.pk}/history/compare/?from={from_}&to={to}&view={view}"


def put_back(client: Client, item: CuratedItem, source: str, *fields: str) -> HttpResponse:
    return client.post(f"{LIST}{item.pk}/history/put-back/", {"source": source, "field": fields}, follow=True)


def change(item: CuratedItem, verb: str = Verb.SAVED, actor: Actor = COMMAND, **values: Any) -> int:
    """Change an item, and return the ID of the revision."""
    before = states_of(CuratedItem.objects.filter(pk=item.pk))
    for name, value in values.items():
        setattr(item, name, value)
    item.save()
    record_since(before, verb, actor)
    return last_id(item)


def table(page: HttpResponse, number: int = 0) -> list[str]:
    """Return the text of each row of a table, without the time."""
    bodies = tree(page).findall(".//div[@id='content-main']//table/tbody")
    return [" ".join(map(text, row.findall("td"))).strip() for row in bodies[number].findall("tr")]


def fields(page: HttpResponse) -> dict[str, list[str]]:
    """Return the text of both versions of each compared field."""
    return {
        text(next(section.iter("h2"))): [
            text(version) for version in section.iter("div") if version.get("class") == "text"
        ]
        for section in tree(page).iter("section")
    }


def marked(page: HttpResponse, tag: str) -> list[str]:
    return [text(element) for element in tree(page).iter(tag)]


def test_the_history_names_who_changed_which_fields_in_words_newest_first(editor: Client) -> None:
    item = make_item(title="Old", status="draft")
    change(item, title="New", actor=Actor("Ann Smith"))
    change(item, body="Body of *Old*.\n\nOne more.", actor=Actor("Ben"))
    assert table(editor.get(history(item))) == [
        "Draft",
        "Ben Saved Body +1 paragraph, +2 words",
        "Ann Smith Saved Title Old → New",
    ]


def test_imports_and_undone_imports_are_in_the_history(editor: Client) -> None:
    run = ImportRun.objects.create(outcome=ImportRun.Outcome.UNDONE, started_by="root")
    item = make_item()
    record_changes([Change(item.pk)], Verb.CREATED, COMMAND, run=run)
    record_changes([Change(item.pk, {"title": ["A", "B"]})], Verb.UNDONE, COMMAND, run=run)
    move_to_bin_by_undo(CuratedItem.objects.all(), COMMAND, run)
    restore(CuratedItem.objects.all(), COMMAND)
    page = editor.get(history(item))
    assert table(page)[2:] == [
        f"command Moved to the bin · Import {run.pk} By the undo of import {run.pk}. In the bin",
        f"command Undone Title A → B · Import {run.pk}",
        f"command Created · Import {run.pk}, undone",
    ]
    assert f"/admin/curation/importrun/{run.pk}/change/" in links(page)


def test_a_bulk_change_names_the_number_of_other_items_and_the_reason(editor: Client) -> None:
    item = make_item()
    skipped, counts = 97, {"changed": 3, "skipped": {"drafts already": 1}}
    ids = [item.pk, skipped, 98, 99]
    bulk = BulkChange.objects.create(verb="withdraw", item_ids=ids, counts=counts, user_name="Ann")
    changes = {"status": ["published", "draft"]}
    record_changes([Change(item.pk, changes)], Verb.WITHDRAWN, Actor("Ann"), bulk_change=bulk, reason="Wrong <day>.")
    assert table(editor.get(history(item)))[1] == "Ann Withdrawn · with 2 others Wrong <day>. Draft"


def test_a_change_of_the_state_shows_the_new_one(editor: Client) -> None:
    item, tomorrow = make_item(status="draft"), timezone.now() + timedelta(days=1)
    change(item, Verb.SCHEDULED, status="published", published_at=tomorrow)
    change(item, Verb.WITHDRAWN, status="draft", title="Withdrawn")
    states = [text(row.findall("td")[-1]) for row in tree(editor.get(history(item))).findall(".//tbody/tr")]
    assert states == ["Draft", "Draft", "Scheduled"]
    change(item, Verb.UNDONE, status="published")
    assert table(editor.get(history(item)))[1] == "command Undone Scheduled"
    change(item, published_at=tomorrow + timedelta(days=1))
    assert table(editor.get(history(item)))[1] == "command Saved Publication time"
    change(item, published_at=timezone.now())
    assert table(editor.get(history(item)))[1:3] == [
        "command Saved Publication time Live",
        "command Saved Publication time",
    ]
    with time_machine.travel(tomorrow + timedelta(days=2)):
        assert table(editor.get(history(item)))[3] == "command Undone Scheduled"  # as it was then
    assert table(editor.get(history(item, who="command")))[1].endswith("Live")
    record_changes([Change(item.pk, {"status": ["draft", "published"]}, is_applied=False)], Verb.NOT_TAKEN, COMMAND)
    assert table(editor.get(history(item)))[1] == "command Typed, but not taken Status Draft → Published"


def test_the_history_is_filtered_by_texts_and_by_who(editor: Client) -> None:
    item = make_item(title="Old")
    change(item, title="New", actor=Actor("Ann"))
    change(item, section="Devices", actor=Actor("Ben"))
    assert [row.split()[0] for row in table(editor.get(history(item, texts="1")))[1:]] == ["Ann"]
    assert [row.split()[0] for row in table(editor.get(history(item, who="Ben")))[1:]] == ["Ben"]
    assert "Nothing matches." in editor.get(history(item, who="Ben", texts="1")).content.decode()
    page = editor.get(history(item, who="Ben", texts="1"))
    assert {"?who=Ben", "?texts=1", "?texts=1&who=Ann"} <= links(page)


def test_a_long_history_has_pages_of_a_fixed_cost(editor: Client) -> None:
    item = make_item(title="0")
    for number in range(1, 27):
        change(item, title=str(number))
    few = query_count(editor, history(item))
    for number in range(27, 32):
        change(item, title=str(number))
    assert query_count(editor, history(item)) == few
    assert len(table(editor.get(history(item)))) == 26
    assert len(table(editor.get(history(item, p="2")))) == 7


def test_the_log_from_before_revisions_stays_visible_without_form_internals(editor: Client) -> None:
    item, ann = make_item(), User.objects.get(username="ann")
    content_type = ContentType.objects.get_for_model(CuratedItem)

    def log(message: Any, days: int) -> None:
        time = timezone.now() - timedelta(days=days)
        entry = {"user": ann, "content_type": content_type, "object_id": item.pk, "action_flag": CHANGE}
        LogEntry.objects.create(**entry, action_time=time, object_repr="", change_message=message)

    log(json.dumps([{"changed": {"fields": ["save_anyway", "version shown", "Summary", "Body"]}}]), 3)
    log(json.dumps([{"changed": {"fields": ["Version shown"]}}]), 2)
    log("Title taken from the file.", 1)
    for page in (editor.get(history(item)), (change(item, title="New"), editor.get(history(item)))[1]):
        assert "Before revisions were kept" in page.content.decode()
        rows = ["ann Title taken from the file.", "ann Changed.", "ann Changed Summary and Body."]
        assert table(page, -1) == rows
    log("Words of the new revision.", -1)
    assert table(editor.get(history(item)), -1) == rows


def test_an_item_without_any_change_says_so(editor: Client) -> None:
    page = editor.get(history(make_item())).content.decode()
    assert "Nobody has changed this item since the history of items began." in page


def test_two_versions_stand_side_by_side_or_in_one_with_words_marked(editor: Client) -> None:
    item = make_item(summary="Four hospitals send discs by taxi.", topics=[make_topic("Imaging")])
    pk = change(item, summary="Four hospitals send scans by link.", image=make_image())
    page = editor.get(comparison(item, f"before-{pk}", str(pk)))
    assert fields(page)["Summary"] == ["Four hospitals send discs by taxi.", "Four hospitals send scans by link."]
    assert (marked(page, "del"), marked(page, "ins")) == (["discs", "taxi."], ["scans", "link."])
    assert fields(page)["Image"][0] == "(empty)"
    assert len(list(tree(page).iter("picture"))) == 1
    in_one = editor.get(comparison(item, f"before-{pk}", str(pk), view="one"))
    assert fields(in_one)["Summary"] == ["Four hospitals send discs scans by taxi. link."]


def test_lists_are_compared_by_entries(editor: Client) -> None:
    item = make_item(topics=[make_topic("Imaging"), make_topic("Radiology")])
    state = states_of(CuratedItem.objects.all())[item.pk]
    imaging, radiology = state["topics"]
    record_changes([Change(item.pk, {"topics": [[imaging], [imaging, radiology]]})], Verb.SAVED, COMMAND)
    page = editor.get(comparison(item, f"before-{last_id(item)}"))
    assert (marked(page, "del"), marked(page, "ins")) == ([], ["+ Symplur: Radiology"])


def test_any_two_versions_are_compared_the_older_one_first(editor: Client) -> None:
    item = make_item(title="1")
    second, third = change(item, title="2"), change(item, title="3")
    change(item, title="4")
    page = editor.get(comparison(item, str(third), str(second)))
    assert fields(page) == {"Title": ["2", "3"]}
    assert fields(editor.get(comparison(item, str(second)))) == {"Title": ["2", "4"]}


def test_one_leads_from_the_comparison_of_a_change_to_those_before_and_after_it(editor: Client) -> None:
    item = make_item(title="1")
    first, second, third = (change(item, title=title) for title in "234")
    record_changes([Change(item.pk)], Verb.IMPORTED, COMMAND)
    found = [link for link in links(editor.get(comparison(item, f"before-{second}", str(second)))) if "before-" in link]
    assert {f"?from=before-{pk}&to={pk}" for pk in (first, third)} < set(found)
    assert not any(f"={third}" in link for link in links(editor.get(comparison(item, str(first), str(second)))))
    assert "Newer change" not in editor.get(comparison(item, f"before-{third}", str(third))).content.decode()


def test_a_version_is_compared_with_the_draft_over_the_item(editor: Client) -> None:
    item = make_item(title="Live")
    pk = change(item, title="Live 2")
    state = states_of(CuratedItem.objects.all())[item.pk]
    ItemDraft.objects.create(item=item, user_name="Ann", state={**state, "title": "Draft"})
    assert "Compare with the draft over it" in editor.get(history(item)).content.decode()
    assert fields(editor.get(comparison(item, str(pk), "draft"))) == {"Title": ["Live 2", "Draft"]}


@pytest.mark.parametrize("token", ["", "x", "99999999", "before-", "draft"])
def test_an_unknown_version_is_not_found(token: str, editor: Client) -> None:
    item = make_item()
    assert editor.get(comparison(item, token)).status_code == HTTPStatus.NOT_FOUND
    assert put_back(editor, item, token, "title").status_code == HTTPStatus.NOT_FOUND


def test_a_revision_of_another_item_is_not_found(editor: Client) -> None:
    pk = change(make_item(), title="New")
    assert editor.get(comparison(make_item(), str(pk))).status_code == HTTPStatus.NOT_FOUND


def test_one_field_is_put_back_and_the_message_undoes_it(editor: Client) -> None:
    item = make_item(title="Old", section="Old")
    pk = change(item, title="New", section="New")
    page = put_back(editor, item, f"before-{pk}", "title")
    assert messages(page) == ["Title put back. Undo"]
    item.refresh_from_db()
    assert (item.title, item.section) == ("Old", "New")
    revision = Revision.objects.order_by("-pk")[0]
    assert (revision.verb, revision.user_name) == (Verb.PUT_BACK, "ann")
    assert revision.reason.startswith("As it was before “Saved” by command, ")
    assert LogEntry.objects.order_by("-pk")[0].get_change_message() == "Title put back."
    form = next(form for form in tree(page).iter("form") if form.get("class") == "in-message")
    inputs = {field.get("name", ""): field.get("value", "") for field in form.iter("input")}
    put_back(editor, item, inputs["source"], inputs["field"])
    item.refresh_from_db()
    assert item.title == "New"


def test_all_of_a_version_is_put_back_except_the_status(editor: Client) -> None:
    item = make_item(title="Old", section="Old")
    pk = change(item, title="New", section="New", status="draft")
    page = editor.get(comparison(item, f"before-{pk}"))
    offered = [button.get("value") for button in tree(page).iter("button") if button.get("name") == "field"]
    assert offered == ["title", "section"]
    assert fields(page)["Status"] == ["Published", "Draft"]
    put_back(editor, item, f"before-{pk}", "title", "section", "status")
    item.refresh_from_db()
    assert (item.title, item.section, item.status) == ("Old", "Old", "draft")


def test_text_that_was_not_taken_is_shown_as_such_and_can_be_put_back(editor: Client) -> None:
    item = make_item(title="Theirs", section="Here")
    record_changes([Change(item.pk, {"title": ["Theirs", "Mine"]}, is_applied=False)], Verb.NOT_TAKEN, Actor("Ann"))
    assert table(editor.get(history(item)))[1] == "Ann Typed, but not taken Title Theirs → Mine"
    pk = str(item.revisions.get().pk)
    assert fields(editor.get(comparison(item, pk))) == {"Title": ["Mine", "Theirs"]}
    put_back(editor, item, pk, "title", "section")
    item.refresh_from_db()
    assert (item.title, item.section) == ("Mine", "Here")


def test_a_refusal_names_the_reason_and_changes_nothing(editor: Client) -> None:
    item = make_item(slug="old")
    pk = change(item, slug="new")
    make_item("Other", slug="old")
    page = put_back(editor, item, f"before-{pk}", "slug")
    assert messages(page)[0].startswith("Nothing was put back: The slug “old” belongs to the item “Other”.")
    assert last_id(item) == pk


def test_values_that_the_item_has_are_not_put_back(editor: Client) -> None:
    item = make_item()
    pk = change(item, title="New")
    page = put_back(editor, item, str(pk), "title")
    assert messages(page) == ["Nothing was put back: the item has these values already."]


def test_a_viewer_compares_and_puts_nothing_back(viewer: Client, clerk: Client) -> None:
    item = make_item(title="Old")
    pk = change(item, title="New")
    page = viewer.get(comparison(item, f"before-{pk}"))
    assert fields(page) == {"Title": ["Old", "New"]}
    assert "Put this back" not in page.content.decode()
    assert put_back(viewer, item, f"before-{pk}", "title").status_code == HTTPStatus.FORBIDDEN
    assert clerk.get(history(item)).status_code == HTTPStatus.FORBIDDEN
    assert clerk.get(comparison(item, str(pk))).status_code == HTTPStatus.FORBIDDEN
    assert last_id(item) == pk


def test_putting_back_needs_a_post_with_a_token(editor: Client) -> None:
    item = make_item()
    pk = change(item, title="New")
    assert editor.get(f"{LIST}{item.pk}/history/put-back/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(User.objects.get(username="ann"))
    assert put_back(checked, item, f"before-{pk}", "title").status_code == HTTPStatus.FORBIDDEN
