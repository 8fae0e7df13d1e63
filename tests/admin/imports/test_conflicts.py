"""Conflicts between editors and files: shown, resolved with one click, and reopened."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.http import HttpResponse
from django.test import Client

from curation.models import Alias, Conflict, CuratedItem, Revision
from tests.admin.conftest import member_of
from tests.admin.pages import edit_page, form_data, links, messages, query_count, text, tree
from tests.factories import make_item

CONFLICTS = "/admin/curation/conflict/"


def make_conflict(
    item: CuratedItem | None = None, field: str = "title", theirs: Any = "Theirs", **values: Any
) -> Conflict:
    item = item or make_item("Ours & mine", slug=f"item-{CuratedItem.objects.count()}")
    return Conflict.objects.create(item=item, field=field, base="Base", theirs=theirs, ours="Ours", **values)


def resolve(client: Client, conflict: Conflict, side: str) -> HttpResponse:
    return client.post(f"{CONFLICTS}{conflict.pk}/settle/{side}/", follow=True)


def reopen(client: Client, conflict: Conflict) -> HttpResponse:
    """Press Undo in the message about a conflict, whose ID it had."""
    return client.post(f"{CONFLICTS}unsettle/", {"conflict": conflict.pk}, follow=True)


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
        ("published_at", "2024-05-01T12:00:00+02:00", "1 May 2024, 10:00 UTC"),
        ("publisher", {"domain": "example.org", "name": "Example"}, "Example (example.org)"),
        ("publisher", None, "—"),
        ("breadcrumbs", [{"label": "News", "path": "/news/"}], "News /news/"),
        ("meta", {"html": {"robots": "noindex"}}, "html.robots: noindex"),
    ],
)
def test_values_are_shown_as_readable_text(editor: Client, field: str, theirs: Any, shown: str) -> None:
    make_conflict(field=field, theirs=theirs)
    assert versions(editor.get(CONFLICTS))[1] == shown


def test_an_item_that_has_expired_is_public_again_with_the_later_time_of_its_file(editor: Client) -> None:
    item = make_item(expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    resolve(editor, make_conflict(item, "expires_at", "2100-01-01T00:00:00+00:00"), "theirs")
    item.refresh_from_db()
    assert (item.status, item.is_live) == ("published", True)


def test_the_page_of_an_item_shows_its_number_of_open_conflicts(editor: Client) -> None:
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


def test_the_items_value_is_kept(editor: Client) -> None:
    conflict = make_conflict()
    page = resolve(editor, conflict, "ours")
    assert messages(page) == ["Title kept as it is here. Undo"]
    assert CuratedItem.objects.get().title == "Ours & mine"
    assert not Conflict.objects.exists()


def test_the_files_value_is_taken_and_shown_to_readers(editor: Client, client: Client) -> None:
    conflict = make_conflict(field="body", theirs="The *file’s* words.")
    page = resolve(editor, conflict, "theirs")
    assert messages(page) == ["Body taken from the file. Undo"]
    item = CuratedItem.objects.get()
    assert item.body_html == "<p>The <em>file’s</em> words.</p>"
    assert "The <em>file’s</em> words." in client.get(item.get_absolute_url()).content.decode()
    assert LogEntry.objects.get().get_change_message() == "Body taken from the file."
    assert not Conflict.objects.exists()


def test_taking_one_field_keeps_the_others(editor: Client) -> None:
    item = make_item("Mine", tags=["one"], body="My body.", kind="News")
    resolve(editor, make_conflict(item), "theirs")
    item = CuratedItem.objects.get()
    assert (item.title, item.body, item.kind, list(item.tags.names())) == ("Theirs", "My body.", "News", ["one"])


def test_a_publisher_is_taken(editor: Client) -> None:
    resolve(editor, make_conflict(field="publisher", theirs={"domain": "new.example.org", "name": "New"}), "theirs")
    assert str(CuratedItem.objects.get().publisher) == "New"


def test_a_slug_is_taken_and_leaves_a_redirect(editor: Client) -> None:
    resolve(editor, make_conflict(make_item(slug="mine"), "slug", "theirs"), "theirs")
    assert CuratedItem.objects.get().slug == "theirs"
    assert Alias.objects.get().path == "/news/mine"


@pytest.mark.parametrize(
    ("field", "theirs", "words"),
    [
        ("slug", "taken", "belongs to the item “Taken”"),
        ("source_url", "javascript:alert(1)", "Enter a link that starts with http"),
    ],
)
def test_a_value_that_the_item_cannot_take_is_refused_with_the_reason(
    editor: Client, field: str, theirs: str, words: str
) -> None:
    make_item("Taken")
    conflict = make_conflict(field=field, theirs=theirs)
    before = CuratedItem.objects.filter(pk=conflict.item_id).values().get()
    (message,) = messages(resolve(editor, conflict, "theirs"))
    assert "cannot be taken from the file" in message
    assert words in message
    assert CuratedItem.objects.filter(pk=conflict.item_id).values().get() == before
    assert Conflict.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "theirs"), [("title", "Theirs"), ("slug", "theirs"), ("published_at", "2020-01-01T00:00:00+00:00")]
)
@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_a_settled_conflict_can_be_reopened(editor: Client, field: str, theirs: str, side: str) -> None:
    conflict = make_conflict(field=field, theirs=theirs)
    before = CuratedItem.objects.values("title", "slug", "published_at", "body_html").get()
    resolve(editor, conflict, side)
    page = reopen(editor, conflict)
    assert messages(page) == ["The conflict is open again."]
    assert CuratedItem.objects.values("title", "slug", "published_at", "body_html").get() == before
    assert Conflict.objects.values("item", "field", "base", "theirs", "ours").get() == {
        "item": conflict.item_id,
        "field": field,
        "base": "Base",
        "theirs": theirs,
        "ours": "Ours",
    }
    page = reopen(editor, conflict)
    assert messages(page) == ["This cannot be undone: it has been undone"]


def test_a_conflict_of_a_deleted_item_is_not_reopened(editor: Client) -> None:
    conflict = make_conflict()
    resolve(editor, conflict, "theirs")
    CuratedItem.objects.all().delete()
    assert messages(reopen(editor, conflict)) == ["This cannot be undone: The item has been deleted."]
    assert not Conflict.objects.exists()


def test_settling_redirects_back_to_the_page_of_the_button(editor: Client) -> None:
    url = f"{CONFLICTS}{make_conflict().pk}/settle/ours/"
    there = editor.post(url, headers={"referer": f"http://testserver{CONFLICTS}?field=title"})
    assert there.headers["Location"] == f"http://testserver{CONFLICTS}?field=title"
    url = f"{CONFLICTS}{make_conflict().pk}/settle/ours/"
    assert editor.post(url, headers={"referer": "https://evil.example/"}).headers["Location"] == CONFLICTS


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_settling_needs_permission_a_token_and_a_post_request(editor: Client, viewer: Client, side: str) -> None:
    conflict = make_conflict()
    url = f"{CONFLICTS}{conflict.pk}/settle/{side}/"
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    assert [viewer.post(url).status_code, strict.post(url).status_code, editor.get(url).status_code] == [403, 403, 405]
    page = viewer.get(CONFLICTS)
    assert "Keep what is here" not in text(tree(page))
    assert Conflict.objects.count() == 1


def revisions() -> list[tuple[str, str, bool, Any]]:
    rows = Revision.objects.order_by("pk")
    return [(row.verb, row.reason, row.is_applied, row.changes) for row in rows]


def test_the_text_of_a_file_that_lost_stays_in_a_revision(editor: Client) -> None:
    resolve(editor, make_conflict(), "ours")
    reason = "Title kept as it was; the file’s was not taken."
    assert revisions() == [("resolved", reason, False, {"title": ["Ours & mine", "Theirs"]})]


def test_a_decision_that_was_undone_is_followed_by_a_revision_that_takes_it_back(editor: Client) -> None:
    for side in ("theirs", "ours"):
        Revision.objects.all().delete()
        conflict = make_conflict()
        resolve(editor, conflict, side)
        reopen(editor, conflict)
        decided, undone = revisions()
        assert decided[0] == "resolved"
        reason = "The decision about Title does not hold; the conflict is open again."
        assert undone == ("undone", reason, True, {"title": ["Theirs", "Ours & mine"]} if side == "theirs" else {})
        assert "undone" in LogEntry.objects.filter(object_id=conflict.item_id)[0].get_change_message()


def test_a_value_that_an_item_cannot_take_leaves_no_revision(editor: Client) -> None:
    resolve(editor, make_conflict(field="language", theirs="no language"), "theirs")
    assert revisions() == []


@pytest.mark.parametrize(
    ("status", "field", "theirs"),
    [
        ("draft", "status", "published"),
        ("published", "status", "draft"),
        ("published", "published_at", "2100-01-01T00:00:00+00:00"),
        ("published", "expires_at", "2100-01-01T00:00:00+00:00"),
    ],
)
def test_only_publishers_take_what_decides_whether_readers_see_an_item(
    editor: Client, status: str, field: str, theirs: str
) -> None:
    colleague = member_of("Editor", "ed")
    item = make_item(status=status)
    conflict = make_conflict(item, field, theirs)
    before = CuratedItem.objects.values().get()
    assert "A publisher may take this one" in text(tree(colleague.get(CONFLICTS)))
    assert "A publisher may take this one" not in text(tree(editor.get(CONFLICTS)))
    assert "only publishers decide" in messages(resolve(colleague, conflict, "theirs"))[0]
    assert CuratedItem.objects.values().get() == before
    assert "taken from the file" in messages(resolve(editor, conflict, "theirs"))[0]
    session = colleague.session
    session["resolved_conflicts"] = editor.session["resolved_conflicts"]
    session.save()
    taken = CuratedItem.objects.values().get()
    assert "only publishers decide" in messages(reopen(colleague, conflict))[0]
    assert CuratedItem.objects.values().get() == taken


@pytest.mark.django_db
def test_an_editor_takes_a_text_and_the_times_of_a_draft() -> None:
    colleague, item = member_of("Editor", "ed"), make_item(status="draft")
    for field, theirs in (("title", "Theirs"), ("published_at", "2020-01-01T00:00:00+00:00")):
        assert "taken from the file" in messages(resolve(colleague, make_conflict(item, field, theirs), "theirs"))[0]


@pytest.mark.parametrize(
    ("empty", "words"), [({"title": ""}, "give it a title"), ({"source_url": "", "body": ""}, "source link nor a text")]
)
def test_a_status_does_not_publish_what_readers_could_not_use(
    editor: Client, empty: dict[str, str], words: str
) -> None:
    item = make_item(status="draft")
    CuratedItem.objects.update(**empty, **({"body_html": ""} if "body" in empty else {}))
    assert words in messages(resolve(editor, make_conflict(item, "status", "published"), "theirs"))[0]
    item.refresh_from_db()
    assert item.status == "draft"
    assert Conflict.objects.exists()


# By key, one after the other


def test_the_next_conflict_comes_after_each(editor: Client) -> None:
    make_conflict(), make_conflict()
    page = editor.get(CONFLICTS)
    first, second = [button for button in tree(page).iter("button") if button.get("data-key") == "k"]
    there = editor.post(first.get("formaction", ""), {"next": first.get("value", "")})
    assert there.headers["Location"] == f"{CONFLICTS}#conflict-{Conflict.objects.get().pk}"
    assert f"/{Conflict.objects.get().pk}/" in second.get("formaction", "")


def test_a_conflict_that_somebody_else_settled_is_told(editor: Client) -> None:
    conflict = make_conflict()
    url = f"{CONFLICTS}{conflict.pk}/settle/ours/"
    editor.post(url)
    assert messages(editor.post(url, follow=True))[-1] == "This conflict is settled already."


def test_each_of_several_settled_conflicts_can_be_reopened(editor: Client) -> None:
    settled = [make_conflict(), make_conflict()]
    for conflict in settled:
        resolve(editor, conflict, "ours")
    for conflict in settled:
        assert messages(reopen(editor, conflict))[-1] == "The conflict is open again."
    assert Conflict.objects.count() == 2


def test_who_changed_the_value_here_is_named(editor: Client) -> None:
    item = make_item(title="Old")
    editor.post(edit_page(item), {**form_data(editor.get(edit_page(item)), "curateditem_form"), "title": "Ours"})
    make_conflict(item)
    assert "Here, changed by you" in text(tree(editor.get(CONFLICTS)))


def edit(client: Client, conflict: Conflict, typed: str, **values: str) -> HttpResponse:
    url = f"{CONFLICTS}{conflict.pk}/edit/"
    page = client.get(url)
    version = next(field.get("value", "") for field in tree(page).iter("input") if field.get("name") == "version")
    return client.post(url, {"version": version, "text": typed, **values}, follow=True)


def test_a_text_is_edited_of_both_versions_and_the_files_stays_in_the_history(editor: Client) -> None:
    conflict = make_conflict()
    assert messages(edit(editor, conflict, "Ours & theirs")) == ["Title edited. Undo"]
    assert CuratedItem.objects.get().title == "Ours & theirs"
    assert not Conflict.objects.exists()
    assert [row[2:] for row in revisions()] == [
        (True, {"title": ["Ours & mine", "Ours & theirs"]}),
        (False, {"title": ["Ours & theirs", "Theirs"]}),
    ]
    reopen(editor, conflict)
    assert (CuratedItem.objects.get().title, Conflict.objects.count()) == ("Ours & mine", 1)


def test_a_text_that_was_changed_meanwhile_is_not_written_over(editor: Client) -> None:
    conflict = make_conflict()
    page = edit(editor, conflict, "Typed", version="x")
    assert "somebody changed it meanwhile" in messages(page)[0]
    assert "Typed" in [field.get("value") for field in tree(page).iter("input")]
    assert CuratedItem.objects.get().title == "Ours & mine"


def test_a_text_that_the_item_cannot_have_is_refused(editor: Client) -> None:
    page = edit(editor, make_conflict(), "")
    assert "give it a title" in messages(page)[0]
    assert Conflict.objects.exists()


def test_values_that_are_no_text_are_edited_in_the_form_of_the_item(editor: Client) -> None:
    conflict = make_conflict(field="publisher", theirs=None)
    assert edit_page(conflict.item) in links(editor.get(CONFLICTS))
    assert editor.get(f"{CONFLICTS}{conflict.pk}/edit/").status_code == 404
