"""The form of an item."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from curation.lib.web_urls import without_tracking
from curation.models import CuratedItem, SourceDocument
from tests.admin.images import make_image, picture_bytes
from tests.admin.pages import ADD, edit_page, errors, form_data, links, messages, submit, text, tree
from tests.factories import FIRST_DAY, make_item

Status = CuratedItem.Status


def test_a_new_item_gets_its_slug_from_the_title_and_starts_as_a_draft(editor: Client) -> None:
    submit(editor, ADD, title="Über neue Wege: a story")
    item = CuratedItem.objects.get()
    assert (item.slug, item.status, item.published_at) == ("uber-neue-wege-a-story", Status.DRAFT, None)


def test_a_title_in_any_script_makes_a_slug(editor: Client) -> None:
    submit(editor, ADD, title="医疗")
    assert CuratedItem.objects.get().slug == "医疗"


def test_a_title_that_makes_no_slug_asks_for_one(editor: Client) -> None:
    response = submit(editor, ADD, title="?!")
    assert errors(response) == ["Enter a slug: nothing here can be turned into one."]


def test_publishing_without_a_time_publishes_now(editor: Client) -> None:
    before = timezone.now().replace(microsecond=0)
    submit(editor, ADD, title="News", source_url="https://example.org/x", _verb="published")
    item = CuratedItem.objects.get()
    assert item.published_at is not None
    assert before <= item.published_at <= timezone.now()


def test_a_future_publication_time_schedules_an_item(editor: Client) -> None:
    day = (timezone.now() + timedelta(days=2)).date()
    submit(
        editor,
        ADD,
        title="News",
        source_url="https://example.org/x",
        _verb="published",
        published_at_0=str(day),
        published_at_1="08:00",
    )
    item = CuratedItem.objects.get()
    assert item.published_at is not None
    assert item.published_at.date() == day
    assert not item.is_live


def test_an_item_that_would_have_expired_is_not_published(editor: Client) -> None:
    expiry = {"expires_at_0": "2024-01-01", "expires_at_1": "08:00"}
    response = submit(editor, ADD, title="News", source_url="https://example.org/x", _verb="published", **expiry)
    assert messages(response) == [
        "Saved, but not published: it is past their expiry time: empty it or give a later one first."
    ]
    item = CuratedItem.objects.get()
    assert (item.status, item.expires_at) == (Status.DRAFT, datetime(2024, 1, 1, 8, tzinfo=UTC))
    response = submit(editor, edit_page(make_item()), **expiry)
    assert errors(response) == ["Nobody would see the item: empty this, give a later time, or archive it."]


def test_only_a_change_of_a_published_item_counts_as_an_edit(editor: Client) -> None:
    item, draft = make_item("Story"), make_item("Draft", status=Status.DRAFT)
    submit(editor, edit_page(item))
    submit(editor, edit_page(draft), title="Other", _verb="published", _dating="keep")
    assert set(CuratedItem.objects.values_list("edited_at", flat=True)) == {None}
    submit(editor, edit_page(item), title="Other")
    item.refresh_from_db()
    assert item.modified_at is not None


def test_saving_an_untouched_form_changes_nothing(editor: Client) -> None:
    item = make_item(body="First line\n\n  indented\n", summary="Given.", tags=["AI", "data, big"])
    submit(editor, edit_page(item))
    saved = CuratedItem.objects.get()
    assert (saved.body, saved.summary, saved.published_at) == (item.body, item.summary, item.published_at)
    assert set(saved.tags.names()) == {"AI", "data, big"}


def test_an_empty_summary_stays_empty_and_the_form_shows_the_automatic_one_in_use(editor: Client) -> None:
    submit(editor, ADD, title="News", body="A *first* body.")
    item = CuratedItem.objects.get()
    assert item.summary == ""
    page = submit(editor, edit_page(item), body="Another body.", _continue="1")
    (field,) = (element for element in tree(page).iter("textarea") if element.get("name") == "summary")
    assert (field.get("placeholder"), (field.text or "").strip()) == ("Another body.", "")


def test_line_breaks_are_stored_as_line_feeds(editor: Client) -> None:
    submit(editor, ADD, title="News", body="one\r\ntwo")
    assert CuratedItem.objects.get().body == "one\ntwo"


def test_a_changed_slug_leaves_an_alias_behind(editor: Client, client: Client) -> None:
    item = make_item(slug="old")
    submit(editor, edit_page(item), slug="new")
    assert client.get("/news/old/")["Location"] == "/news/new/"
    submit(editor, edit_page(item), slug="newest")
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/old", "/news/new"}
    submit(editor, edit_page(item), slug="old")
    assert set(item.aliases.values_list("path", flat=True)) == {"/news/new", "/news/newest"}


def test_the_slug_follows_the_title_until_the_item_is_published(editor: Client, client: Client) -> None:
    submit(editor, ADD, title="First")
    item = CuratedItem.objects.get()
    page = editor.get(edit_page(item))
    assert "It follows the title until the item is published" in text(tree(page))
    make_item("Taken")
    submit(editor, edit_page(item), title="Taken")
    item.refresh_from_db()
    assert (item.slug, item.aliases.count()) == ("taken-2", 0)
    assert {*item.revisions.latest("pk").changes} == {"title", "slug"}
    submit(editor, edit_page(item), title="Third", slug="own")
    submit(editor, edit_page(item), title="Fourth")
    item.refresh_from_db()
    assert item.slug == "own"
    submit(editor, edit_page(item), title="Fourth", slug="fourth")
    submit(editor, edit_page(item), _verb="published", source_url="https://example.org/a")
    submit(editor, edit_page(item), title="Fifth")
    item.refresh_from_db()
    assert (item.status, item.slug) == ("published", "fourth")


def test_a_slug_of_another_item_is_refused_with_a_link_to_it(editor: Client) -> None:
    other = make_item("The first one", slug="taken")
    response = submit(editor, ADD, title="News", slug="taken")
    assert errors(response) == ["The slug “taken” is taken by The first one."]
    assert edit_page(other) in links(response)
    assert CuratedItem.objects.count() == 1


def test_an_address_that_led_to_another_item_has_to_be_confirmed(editor: Client) -> None:
    other = make_item("The first one", slug="busy")
    submit(editor, edit_page(other), slug="moved")
    response = submit(editor, ADD, title="News", slug="busy")
    assert "was the address of The first one" in errors(response)[0]
    assert CuratedItem.objects.count() == 1


VARIANTS = ["http://example.org/a", "https://www.example.org:443/a/", "https://EXAMPLE.org/a?utm_source=x#top"]


@pytest.mark.parametrize("url", VARIANTS)
def test_a_source_link_of_another_item_is_pointed_out_before_anything_is_saved(editor: Client, url: str) -> None:
    other = make_item("The first one", source_url="https://example.org/a")
    response = submit(editor, ADD, title="News", source_url=url)
    assert errors(response) == ["The first one (Live) has this source link already."]
    assert edit_page(other) in links(response)
    assert CuratedItem.objects.count() == 1


def confirm(client: Client, url: str, **fields: str) -> dict[str, str]:
    """Send a form that needs confirmation, and return its data with “Save anyway” ticked."""
    unsaved = submit(client, url, **fields)
    box = next(field for field in tree(unsaved).iter("input") if field.get("name") == "save_anyway")
    assert box.get("type") == "checkbox"
    return {**form_data(unsaved, "curateditem_form"), "save_anyway": box.get("value", "")}


def test_a_form_that_needs_confirmation_is_saved_once_it_is_confirmed(editor: Client) -> None:
    make_item(source_url="https://example.org/a")
    data = confirm(editor, ADD, title="News", source_url="https://example.org/a/")
    editor.post(ADD, data)
    assert CuratedItem.objects.filter(title="News").exists()


def test_a_confirmation_holds_for_the_messages_shown_alone(editor: Client) -> None:
    make_item("First", source_url="https://example.org/a")
    make_item("Second", source_url="https://example.org/b")
    data = confirm(editor, ADD, title="News", source_url="https://example.org/a")
    response = editor.post(ADD, {**data, "source_url": "https://example.org/b"})
    assert errors(response) == ["Second (Live) has this source link already."]


FOUND, CLEANED, SHORT = "https://example.org/a?utm_source=x&id=7", "https://example.org/a?id=7", "https://sho.rt/1"


def test_links_are_saved_without_tracking_parameters_and_the_source_link_as_it_was_typed_too(editor: Client) -> None:
    submit(editor, ADD, title="News", source_url=FOUND, via_url=FOUND)
    item = CuratedItem.objects.get()
    assert (item.source_url, item.source_url_original, item.via_url) == (CLEANED, FOUND, CLEANED)
    submit(editor, edit_page(item), title="Other")
    item.refresh_from_db()
    assert (item.source_url, item.source_url_original) == (CLEANED, FOUND)


@pytest.mark.parametrize(
    ("original", "typed", "expected"),
    [
        (FOUND, "https://example.org/b", ""),
        (FOUND, "https://example.org/b?utm_source=y", "https://example.org/b?utm_source=y"),
        (FOUND, "https://example.org/a?id=7&fbclid=y", FOUND),
        (f"http{FOUND[5:]}", f"http{CLEANED[5:]}", f"http{FOUND[5:]}"),
        (SHORT, "https://example.org/b?utm_source=y", SHORT),
    ],
)
def test_the_link_as_found_follows_the_source_link_unless_it_is_a_link_of_its_own(
    editor: Client, original: str, typed: str, expected: str
) -> None:
    item = make_item(source_url=CLEANED, source_url_original=original)
    submit(editor, edit_page(item), source_url=typed)
    item.refresh_from_db()
    assert (item.source_url, item.source_url_original) == (without_tracking(typed), expected)


def test_a_link_as_found_that_an_editor_writes_is_kept(editor: Client) -> None:
    submit(editor, ADD, title="News", source_url=FOUND, source_url_original=SHORT)
    assert CuratedItem.objects.get().source_url_original == SHORT


def test_a_new_image_with_the_former_ones_alternative_text_has_to_be_confirmed(editor: Client) -> None:
    item, other = make_item(image=make_image(), image_alt="A red chair"), make_image()
    response = submit(editor, edit_page(item), image=str(other.pk))
    former_text = (
        "Written for the former image. Describe the new one, or empty this; if it fits both, tick “Save anyway” above."
    )
    assert errors(response) == [former_text]
    response = submit(editor, edit_page(item), new_image=SimpleUploadedFile("new.png", picture_bytes()))
    assert errors(response) == [former_text]
    item.refresh_from_db()
    assert item.image != other
    editor.post(edit_page(item), confirm(editor, edit_page(item), image=str(other.pk)))
    item.refresh_from_db()
    assert (item.image, item.image_alt) == (other, "A red chair")


@pytest.mark.parametrize("text", ["A green chair", ""])
def test_a_new_image_with_another_text_needs_no_confirmation(editor: Client, text: str) -> None:
    item, other = make_item(image=make_image(), image_alt="A red chair"), make_image()
    submit(editor, edit_page(item), image=str(other.pk), image_alt=text)
    item.refresh_from_db()
    assert (item.image, item.image_alt) == (other, text)


def test_the_alternative_text_of_a_removed_image_is_removed(editor: Client) -> None:
    item = make_item(image=make_image(), image_alt="A red chair")
    submit(editor, edit_page(item), image="")
    item.refresh_from_db()
    assert (item.image, item.image_alt) == (None, "")


def test_the_alternative_text_of_an_image_that_was_not_found_stays(editor: Client) -> None:
    item = make_item(image_alt="A red chair")
    submit(editor, edit_page(item), title="Other")
    item.refresh_from_db()
    assert item.image_alt == "A red chair"


def test_a_tag_of_several_words_is_one_tag(editor: Client) -> None:
    submit(editor, ADD, title="News", tags="home care, nursing")
    assert set(CuratedItem.objects.get().tags.names()) == {"home care", "nursing"}


def test_a_further_source_link_of_another_item_needs_confirmation_too(editor: Client) -> None:
    other = make_item("The first one")
    document = {"dialect": "bookmark", "sha256": "0" * 64, "front_matter": "", "imported_at": FIRST_DAY}
    SourceDocument.objects.create(
        item=other, is_primary=False, path="/b.md", source_url="https://elsewhere.example/x", **document
    )
    response = submit(editor, ADD, title="News", source_url="http://www.elsewhere.example/x/")
    assert errors(response) == ["The first one (Live) has this source link already."]


def test_an_item_with_a_known_duplicate_is_edited_without_confirmation(editor: Client) -> None:
    make_item(source_url="https://example.org/a")
    item = make_item(source_url="https://example.org/a")
    submit(editor, edit_page(item), title="Edited")
    assert CuratedItem.objects.filter(title="Edited").exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/", "example"])
def test_a_source_link_is_a_web_link(editor: Client, url: str) -> None:
    response = submit(editor, ADD, title="News", source_url=url)
    assert errors(response)
    assert not CuratedItem.objects.exists()


def test_a_tag_that_is_too_long_is_refused(editor: Client) -> None:
    response = submit(editor, ADD, title="News", tags="fine, " + "x" * 101)
    assert errors(response) == ["A tag has at most 100 characters; put commas between tags."]


def test_tags_are_equal_in_any_case(editor: Client) -> None:
    make_item(tags=["AI"])
    submit(editor, ADD, title="News", tags="ai, new")
    assert set(CuratedItem.objects.get(title="News").tags.names()) == {"AI", "new"}


@pytest.mark.parametrize("is_new", [True, False])
def test_an_alias_of_another_item_is_deleted_when_an_item_takes_its_address(editor: Client, is_new: bool) -> None:
    other, item = make_item("Other"), None if is_new else make_item("A story")
    other.aliases.create(path="/news/wanted")
    url = edit_page(item) if item else ADD
    editor.post(url, confirm(editor, url, title="A story", slug="wanted"))
    assert CuratedItem.objects.filter(slug="wanted").exists()
    assert not other.aliases.exists()


def test_aliases_are_edited_with_the_item(editor: Client, client: Client) -> None:
    item = make_item(slug="story")
    submit(editor, edit_page(item), **{"aliases-TOTAL_FORMS": "1", "aliases-0-path": "post/2019/story/"})
    assert client.get("/post/2019/story")["Location"] == "/news/story/"


def test_the_files_an_item_came_from_are_shown_and_cannot_be_changed(editor: Client) -> None:
    item = make_item()
    SourceDocument.objects.create(
        item=item,
        path="/content/a.md",
        dialect="bookmark",
        sha256="0" * 64,
        front_matter="title: <b>x</b>",
        imported_at=FIRST_DAY,
    )
    page = editor.get(edit_page(item))
    assert b"title: &lt;b&gt;x&lt;/b&gt;" in page.content
    assert not [name for name in form_data(page, "curateditem_form") if name.startswith("documents-0-path")]


def test_a_viewer_sees_the_item_without_tools(viewer: Client) -> None:
    page = viewer.get(edit_page(make_item("A story")))
    assert b"A story" in page.content
    for tool in (b"data-preview-url", b"data-check-url", b"new_image", b"Save anyway", b'name="_save"'):
        assert tool not in page.content
    assert viewer.post(edit_page(CuratedItem.objects.get()), {"title": "x"}).status_code == 403


def test_a_live_item_links_to_the_site_and_any_other_to_its_preview(editor: Client) -> None:
    live, draft = make_item(slug="live"), make_item(status=Status.DRAFT)
    assert "/news/live/" in links(editor.get(edit_page(live)))
    assert f"/admin/curation/curateditem/{draft.pk}/page/" in links(editor.get(edit_page(draft)))


def test_hostile_texts_are_escaped(editor: Client) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&{{ 7|add:1 }}"
    item = make_item(hostile, slug="x", summary=hostile, body=hostile, kind=hostile, tags=[hostile])
    submit(editor, edit_page(item), slug="y")
    for url in (edit_page(item).replace("change", page) for page in ("change", "history", "delete")):
        page = editor.get(url, follow=True)
        assert b"<img src=x" not in page.content
        assert b"&lt;img src=x" in page.content


def test_a_saved_item_is_confirmed_with_its_name(editor: Client) -> None:
    assert messages(submit(editor, ADD, title="News")) == ["Saved “News” as a draft."]
