"""A draft over a live item: kept, shown, compared, reviewed, published by a merge, discarded and taken up again."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from curation.items import drafts
from curation.items.bin import delete_for_ever, move_to_bin, restore
from curation.items.concurrent_edits import Version
from curation.items.drafts import draft_of
from curation.items.workflow import perform
from curation.models import CuratedItem, ItemDraft, Revision
from tests.admin.conftest import member_of
from tests.admin.images import make_image, picture_bytes
from tests.admin.pages import LIST, edit_page, errors, form_data, links, messages, rows, text, tree
from tests.factories import COMMAND, make_author, make_item, make_offering, make_publisher, make_topic
from tests.views.pages import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def item() -> CuratedItem:
    return make_item("A story", body="Live *body*.", topics=[make_topic("Imaging")], tags=["scan"])


def send(client: Client, item: CuratedItem, button: str, **changes: Any) -> HttpResponse:
    data: dict[str, Any] = form_data(client.get(edit_page(item)), "curateditem_form")
    return client.post(edit_page(item), {**data, **changes, button: "1"}, follow=True)


def keep(client: Client, item: CuratedItem, **changes: Any) -> HttpResponse:
    return send(client, item, "_keep_draft", **changes)


def shown(client: Client, item: CuratedItem) -> dict[str, str]:
    return form_data(client.get(edit_page(item)), "curateditem_form")


def test_readers_go_on_seeing_the_live_version_and_the_form_shows_the_draft(editor: Client, item: CuratedItem) -> None:
    robots = make_topic("Robots")
    picture = SimpleUploadedFile("new.png", picture_bytes(), "image/png")
    changes = {"title": "Draft title", "body": "Draft *body*.", "tags": "scan, two words", "new_image": picture}
    page = keep(editor, item, **changes, image_alt="A robot", **{"itemtopic_set-1-topic": str(robots.pk)})
    assert messages(page) == ["Kept as a draft over “A story”. Readers go on seeing the live version."]
    item.refresh_from_db()
    assert (item.title, item.body, item.image, item.itemtopic_set.count()) == ("A story", "Live *body*.", None, 1)
    assert get("/news/a-story/").texts("h1") == ["A story"]
    assert not Revision.objects.exists()
    data = shown(editor, item)
    assert (data["title"], data["body"], data["tags"]) == ("Draft title", "Draft *body*.", "scan, two words")
    assert {data["itemtopic_set-0-topic"], data["itemtopic_set-1-topic"]} > {str(robots.pk)}
    assert data["image"] == str(draft_of(item).state["image"])  # type: ignore[union-attr]
    bar = [text(section) for section in tree(editor.get(edit_page(item))).iter("section")]
    assert any("You are editing a draft over the live version, last kept by ann" in words for words in bar)
    item.refresh_from_db()
    assert (item.title, item.tags.count()) == ("A story", 1)  # showing the draft has changed nothing


def test_a_kept_draft_is_named_as_saved_to_the_browser(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title", _local_copy="a" * 32)
    assert editor.cookies["saved_copies"].value == "a" * 32


def values(response: HttpResponse, name: str) -> list[str]:
    """Return the values of a field in the rows of an inline, without its template."""
    data = form_data(response, "curateditem_form")
    inline, field = name.split("-")
    return [value for key, value in data.items() if re.fullmatch(rf"{inline}-\d+-{field}", key) and value]


def test_form_and_page_show_a_draft_and_write_nothing(editor: Client, item: CuratedItem) -> None:
    topics, offerings = [make_topic("Robots"), make_topic("Alarms")], [make_offering("Alder"), make_offering("Birch")]
    author, publisher, image = make_author("Jun"), make_publisher("example.org"), make_image("rings.png")
    pdf = SimpleUploadedFile("report.pdf", b"%PDF-1.7 of the draft", "application/pdf")
    changes = {
        "title": "Draft title",
        "slug": "draft-title",
        "body": "Draft *body*, [here](/news/).",
        "summary": "Draft words.",
        "tags": "new tag",
        "publisher": publisher.pk,
        "image": image.pk,
        "image_alt": "Rings",
        "pdf": pdf,
        "itemtopic_set-0-topic": topics[0].pk,
        "itemtopic_set-1-topic": topics[1].pk,
        "itemoffering_set-0-offering": offerings[1].pk,
        "itemoffering_set-0-is_primary": "on",
        "itemauthor_set-0-author": author.pk,
        "aliases-TOTAL_FORMS": "1",
        "aliases-0-path": "/old/story",
    }
    assert messages(keep(editor, item, **changes))[0].startswith("Kept as a draft")
    with CaptureQueriesContext(connection) as queries:
        form = editor.get(edit_page(item))
        page = editor.get(reverse("admin:curation_curateditem_draft_page", args=[item.pk]))
    assert not [query["sql"] for query in queries if not query["sql"].lstrip("(").startswith("SELECT")]
    data = form_data(form, "curateditem_form")
    expected = {name: str(changes[name]) for name in ("title", "slug", "summary", "body", "tags", "publisher", "image")}
    assert {name: data[name] for name in expected} == expected
    assert values(form, "itemtopic_set-topic") == [str(topic.pk) for topic in topics]
    assert values(form, "itemoffering_set-offering") == [str(offerings[1].pk)]
    assert data["itemoffering_set-0-is_primary"] == "on"
    assert values(form, "itemauthor_set-author") == [str(author.pk)]
    assert values(form, "aliases-path") == ["/news/a-story", "/old/story"]  # the first because of the new address
    draft = draft_of(item)
    assert draft is not None
    assert f"/media/{draft.state['pdf']}" in links(form)
    assert "/news/a-story/" in links(form)  # “View on site” is the live page
    shown = page.content.decode()
    words = ["Draft title", "<p>Draft <em>body</em>", "Draft words.", "Robots", "Alarms", "Birch", "Jun", "new tag"]
    words += ["example.org", 'alt="Rings"', image.file.url, f"/media/{draft.state['pdf']}"]
    assert [word for word in words if word not in shown] == []
    assert "Imaging" not in shown


def test_the_checks_above_a_draft_are_those_of_the_draft(editor: Client, item: CuratedItem) -> None:
    def failed() -> list[str]:
        page = tree(editor.get(edit_page(item)))
        return [text(check) for check in page.findall(".//li[@class='check-warn']")]

    assert not any("no topic" in check for check in failed())
    keep(editor, item, **{"itemtopic_set-0-DELETE": "on"}, summary="Words.")
    assert any("no topic" in check for check in failed())
    assert not any("The summary" in check for check in failed())


def test_a_draft_names_what_was_deleted_since_it_was_kept(editor: Client, item: CuratedItem) -> None:
    robots = make_topic("Robots")
    keep(editor, item, **{"itemtopic_set-1-topic": robots.pk})
    robots.delete()
    page = editor.get(edit_page(item))
    assert "Deleted since the draft was kept, so missing here: the topic “Symplur: Robots”." in page.content.decode()
    send(editor, item, "_save")
    assert not ItemDraft.objects.exists()


def test_publishing_the_changes_swaps_the_draft_in_as_one_revision(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title", body="Draft *body*.", tags="two words")
    send(editor, item, "_save")
    item.refresh_from_db()
    assert (item.title, item.body) == ("Draft title", "Draft *body*.")
    assert [tag.name for tag in item.tags.all()] == ["two words"]
    assert not ItemDraft.objects.exists()
    (revision,) = item.revisions.all()
    assert set(revision.changes) == {"title", "body", "tags"}


def test_the_history_tells_whose_draft_was_published(editor: Client, item: CuratedItem) -> None:
    keep(member_of("Editor", "edda"), item, title="Draft title")
    send(editor, item, "_save")
    revision = item.revisions.get()
    assert (revision.verb, revision.user_name, revision.reason) == ("published", "ann", "The draft by edda.")


def test_changes_of_the_live_item_are_kept_when_a_draft_is_published(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title", tags="scan, mine")
    member = member_of("Publisher", "ben")
    data = {**shown(member, item), "title": "A story", "summary": "Summary by Ben.", "tags": "scan, theirs"}
    # Ben saves a form that shows the live version.
    data |= {"draft_shown": "", "version": str(Version.of(CuratedItem.objects.get()))}
    member.post(edit_page(item), {**data, "_save": "1"})
    assert ItemDraft.objects.exists()
    send(editor, item, "_save")
    item.refresh_from_db()
    assert (item.title, item.summary) == ("Draft title", "Summary by Ben.")
    assert {tag.name for tag in item.tags.all()} == {"scan", "mine", "theirs"}


def test_a_true_clash_of_draft_and_live_version_is_asked_about(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title")
    member = member_of("Publisher", "ben")
    version = str(Version.of(CuratedItem.objects.get()))
    member.post(
        edit_page(item), {**shown(member, item), "title": "Title by Ben", "draft_shown": "", "version": version}
    )
    page = send(editor, item, "_save")
    assert any("ben has changed this, too" in error for error in errors(page))
    item.refresh_from_db()
    assert item.title == "Title by Ben"
    assert ItemDraft.objects.exists()


def test_a_draft_is_compared(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title")
    url = reverse("admin:curation_curateditem_compare", args=[item.pk])
    compared = editor.get(url, {"from": "now", "to": "draft"}).content.decode()
    assert "Draft" in compared


def test_a_draft_is_submitted_and_returned_with_a_note(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title")
    url = f"/admin/curation/curateditem/{item.pk}/draft"
    editor.post(f"{url}/submit/")
    assert len(rows(editor.get(LIST, {"draft": "submitted"}))) == 1
    page = editor.post(f"{url}/return/", {"draft_note": " "}, follow=True)
    assert messages(page) == ["Write in the note what is to be done; then return the draft."]
    editor.post(f"{url}/return/", {"draft_note": "Name the source."})
    draft = ItemDraft.objects.get()
    assert (draft.is_submitted, draft.note) == (False, "Name the source.")
    assert "Returned with this note: Name the source." in editor.get(edit_page(item)).content.decode()
    found = [(row.verb, row.reason, row.user_name, row.changes) for row in item.revisions.order_by("pk")]
    assert found == [
        ("submitted", "The draft over the live version.", "ann", {}),
        ("returned", "Name the source.", "ann", {}),
    ]
    history = editor.get(reverse("admin:curation_curateditem_history", args=[item.pk])).content.decode()
    assert "Name the source." in history
    send(editor, item, "_save")
    item.refresh_from_db()
    assert item.title == "Draft title"


def test_discarding_is_asked_and_can_be_undone(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title", tags="two words")
    url = f"/admin/curation/curateditem/{item.pk}/draft"
    assert b"Discard the draft over" in editor.get(f"{url}/discard/").content
    page = editor.post(f"{url}/discard/", {"post": "yes"}, follow=True)
    assert messages(page)[0].startswith("The draft is discarded.")
    assert not ItemDraft.objects.exists()
    revision = Revision.objects.get()
    assert (revision.verb, revision.is_applied) == ("not-taken", False)
    editor.post(f"{url}/take-up/", {"revision": revision.pk})
    assert shown(editor, item)["title"] == "Draft title"


@pytest.mark.parametrize("verb", ["withdrawn", "archived"])
def test_the_form_of_an_item_that_is_no_longer_published_shows_its_draft(
    editor: Client, item: CuratedItem, verb: str
) -> None:
    keep(editor, item, title="Draft title")
    perform(verb, CuratedItem.objects.all(), COMMAND)
    page = editor.get(edit_page(item))
    assert form_data(page, "curateditem_form")["title"] == "Draft title"
    bar = " ".join(text(section) for section in tree(page).iter("section"))
    assert "Readers see neither now. Saving this form puts the draft in place of the saved version." in bar
    assert "Discard draft" in bar
    content = page.content.decode()
    assert "publish the changes" not in content
    assert "Publish changes" not in content
    assert "_keep_draft" not in content
    send(editor, item, "_save")
    item.refresh_from_db()
    assert (item.title, item.status) == ("Draft title", {"withdrawn": "draft", "archived": "archived"}[verb])
    assert not ItemDraft.objects.exists()


def test_a_draft_over_a_scheduled_version_is_called_so(editor: Client, item: CuratedItem) -> None:
    CuratedItem.objects.update(published_at=timezone.now() + timedelta(days=1))
    page = keep(editor, item, title="Draft title")
    assert messages(page) == ["Kept as a draft over “A story”. The scheduled version goes live at its time."]
    bar = text(tree(page).find(".//section[@class='draft-bar']"))
    assert "Draft over the scheduled version" in bar
    assert "Saving this form puts the draft in place of the scheduled version." in bar
    assert "live version" not in text(tree(page))


def test_a_draft_waits_while_its_item_is_in_the_bin(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, title="Draft title")
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    page = editor.get(edit_page(item), follow=True)
    assert messages(page)[0].startswith("“A story” is in the bin")
    assert editor.post(f"/admin/curation/curateditem/{item.pk}/draft/discard/").status_code == 404
    restore(CuratedItem.objects.all(), COMMAND)
    assert shown(editor, item)["title"] == "Draft title"


def save_live(client: Client, item: CuratedItem, **changes: Any) -> HttpResponse:
    """Save a form that shows the live version of an item without a draft."""
    data = form_data(client.get(edit_page(item)), "curateditem_form")
    return client.post(edit_page(item), {**data, **changes, "_save": "1"})


def discard_and_undo(client: Client, item: CuratedItem, meanwhile: Any = None) -> None:
    url = f"/admin/curation/curateditem/{item.pk}/draft"
    client.post(f"{url}/discard/", {"post": "yes"})
    if meanwhile:
        meanwhile()
    client.post(f"{url}/take-up/", {"revision": Revision.objects.filter(verb="not-taken")[0].pk})


def test_a_draft_taken_up_again_leaves_what_others_saved_before_it_was_discarded(
    editor: Client, item: CuratedItem
) -> None:
    keep(editor, item, title="Draft title")
    draft = ItemDraft.objects.get()
    ItemDraft.objects.all().delete()
    save_live(member_of("Publisher", "ben"), item, summary="Summary by Ben.")
    draft.save(force_insert=True)
    discard_and_undo(editor, item)
    assert set(Revision.objects.get(verb="not-taken").changes) == {"title"}
    send(editor, item, "_save")
    item.refresh_from_db()
    assert (item.title, item.summary) == ("Draft title", "Summary by Ben.")


def test_a_draft_taken_up_again_leaves_what_others_saved_after_it_was_discarded(
    editor: Client, item: CuratedItem
) -> None:
    keep(editor, item, title="Draft title")
    ben = member_of("Publisher", "ben")
    discard_and_undo(editor, item, lambda: save_live(ben, item, title="Title by Ben", summary="Summary by Ben."))
    page = send(editor, item, "_save")
    assert any("ben has changed this, too" in error for error in errors(page))
    item.refresh_from_db()
    assert (item.title, item.summary) == ("Title by Ben", "Summary by Ben.")


def test_a_draft_that_somebody_kept_meanwhile_is_not_lost(editor: Client, item: CuratedItem) -> None:
    stale = shown(editor, item)
    keep(member_of("Publisher", "ben"), item, title="Draft by Ben")
    editor.post(edit_page(item), {**stale, "title": "Draft by Ann", "_keep_draft": "1"})
    assert ItemDraft.objects.get().state["title"] == "Draft by Ann"
    assert Revision.objects.get().changes["title"] == ["A story", "Draft by Ben"]


def test_the_list_marks_and_finds_items_with_a_draft(editor: Client, item: CuratedItem) -> None:
    make_item("Another")
    keep(editor, item, title="Draft title")
    assert ["draft over live" in row for row in rows(editor.get(LIST))] == [False, True]
    assert len(rows(editor.get(LIST, {"draft": "any"}))) == 1


def test_only_those_who_may_change_a_live_item_keep_a_draft(item: CuratedItem) -> None:
    contributor = member_of("Contributor", "cora")
    assert contributor.post(edit_page(item), {"_keep_draft": "1", "title": "x"}).status_code == 403
    assert not ItemDraft.objects.exists()
    editor = member_of("Editor", "eve")
    keep(editor, item, title="Draft title")
    draft = draft_of(item)
    assert draft is not None
    assert draft.user_name == "eve"
    for name in ("submit", "discard", "return"):
        url = f"/admin/curation/curateditem/{item.pk}/draft/{name}/"
        assert contributor.post(url, {"draft_note": "x"}).status_code in (403, 404), name
    assert draft_of(item) is not None
    assert drafts.token_of(draft_of(item)) == drafts.token_of(draft)


def test_a_form_with_errors_keeps_no_draft(editor: Client, item: CuratedItem) -> None:
    page = keep(editor, item, title="")
    assert errors(page)
    assert not ItemDraft.objects.exists()


def test_what_somebody_saves_while_a_draft_is_kept_is_not_taken_for_seen(editor: Client, item: CuratedItem) -> None:
    ben, keep_draft = member_of("Publisher", "ben"), drafts.keep

    def save_and_keep(*args: Any, **kwargs: Any) -> ItemDraft:
        save_live(ben, item, summary="Summary by Ben.")
        return keep_draft(*args, **kwargs)

    with patch.object(drafts, "keep", save_and_keep):
        keep(editor, item, title="Draft title")
    send(editor, item, "_save")
    item.refresh_from_db()
    assert (item.title, item.summary) == ("Draft title", "Summary by Ben.")


def attach(client: Client, item: CuratedItem, content: bytes) -> str:
    """Keep a draft with a PDF; return the name of its file."""
    keep(client, item, pdf=SimpleUploadedFile("report.pdf", b"%PDF-1.7 " + content, "application/pdf"))
    return str(ItemDraft.objects.get().state["pdf"])


@pytest.fixture
def files(media_root: Path) -> Callable[[], set[str]]:
    """Return a function that returns the names of the stored PDFs."""
    return lambda: {f"documents/{path.name}" for path in media_root.glob("documents/*")}


@pytest.mark.django_db(transaction=True)  # files are deleted after a commit
def test_publishing_a_draft_with_a_pdf_swaps_the_files(
    editor: Client, item: CuratedItem, files: Callable[[], set[str]]
) -> None:
    former = attach(editor, item, b"live")
    send(editor, item, "_save")
    new = attach(editor, item, b"draft")
    item.refresh_from_db()
    assert (item.pdf.name, files()) == (former, {former, new})
    assert f"/media/{new}" in links(editor.get(edit_page(item)))
    send(editor, item, "_save")
    item.refresh_from_db()
    assert (item.pdf.name, files()) == (new, {former, new})  # the former one can be put back


@pytest.mark.django_db(transaction=True)  # files are deleted after a commit
def test_the_pdf_of_a_discarded_draft_can_be_taken_up_again_until_the_item_is_deleted(
    editor: Client, item: CuratedItem, files: Callable[[], set[str]]
) -> None:
    replaced, pdf = attach(editor, item, b"one"), attach(editor, item, b"two")
    assert (files(), replaced != pdf) == ({pdf}, True)
    discard_and_undo(editor, item)
    assert (ItemDraft.objects.get().state["pdf"], files()) == (pdf, {pdf})
    move_to_bin(CuratedItem.objects.all(), COMMAND)
    delete_for_ever(CuratedItem.objects.all(), COMMAND)
    assert files() == set()


@pytest.mark.django_db(transaction=True)  # files are deleted after a commit
def test_a_pdf_of_a_draft_outlives_another_item_that_has_it(
    editor: Client, item: CuratedItem, files: Callable[[], set[str]]
) -> None:
    pdf = attach(editor, item, b"shared")
    make_item(pdf=pdf).delete()
    assert files() == {pdf}


def test_the_times_of_a_publishers_draft_wait_for_a_publisher(editor: Client, item: CuratedItem) -> None:
    keep(editor, item, expires_at_0="2098-12-31", expires_at_1="9:00", expires_at_2="UTC")
    eve = member_of("Editor", "eve")
    keep(eve, item, title="Title by Eve")
    expiry = ItemDraft.objects.get().state["expires_at"]
    assert expiry == "2098-12-31T09:00:00+00:00"
    page = send(eve, item, "_save")
    assert any(message.startswith("Expiry time: 31 Dec 2098, 9:00 UTC was not taken") for message in messages(page))
    item.refresh_from_db()
    assert (item.title, item.expires_at) == ("Title by Eve", None)
    assert Revision.objects.get(verb="not-taken").changes == {"expires_at": [None, expiry]}
