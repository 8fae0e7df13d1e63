"""The form of an item."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from curation.models import CuratedItem, SourceDocument
from tests.factories import FIRST_DAY, make_item

from .pages import ADD, edit_page, errors, form_data, links, messages, submit, tree

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
    submit(editor, ADD, title="News", status=Status.PUBLISHED)
    item = CuratedItem.objects.get()
    assert item.published_at is not None
    assert before <= item.published_at <= timezone.now()


def test_a_time_to_come_schedules_an_item(editor: Client) -> None:
    day = (timezone.now() + timedelta(days=2)).date()
    submit(editor, ADD, title="News", status=Status.PUBLISHED, published_at_0=str(day), published_at_1="08:00")
    item = CuratedItem.objects.get()
    assert item.published_at is not None
    assert item.published_at.date() == day
    assert not item.is_live


def test_nothing_is_published_that_would_have_expired(editor: Client) -> None:
    fields = {"title": "News", "expires_at_0": "2024-01-01", "expires_at_1": "08:00"}
    response = submit(editor, ADD, status=Status.PUBLISHED, **fields)
    assert errors(response) == ["Nobody would see the item: empty this, give a later time, or choose Archived."]
    submit(editor, ADD, status=Status.ARCHIVED, **fields)
    assert CuratedItem.objects.get().expires_at == datetime(2024, 1, 1, 8, tzinfo=UTC)


def test_an_edit_of_a_story_that_is_out_is_one_and_a_draft_or_an_untouched_form_is_none(editor: Client) -> None:
    item, draft = make_item("Story"), make_item("Draft", status=Status.DRAFT)
    submit(editor, edit_page(item))
    submit(editor, edit_page(draft), title="Other", status=Status.PUBLISHED)
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


def test_line_ends_are_kept_as_line_feeds(editor: Client) -> None:
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
    """Send a form that is held, and return it with “Save anyway” ticked."""
    held = submit(client, url, **fields)
    box = next(field for field in tree(held).iter("input") if field.get("name") == "save_anyway")
    assert box.get("type") == "checkbox"
    return {**form_data(held, "curateditem_form"), "save_anyway": box.get("value", "")}


def test_a_held_item_is_saved_once_it_is_confirmed(editor: Client) -> None:
    make_item(source_url="https://example.org/a")
    data = confirm(editor, ADD, title="News", source_url="https://example.org/a/")
    editor.post(ADD, data)
    assert CuratedItem.objects.filter(title="News").exists()


def test_a_confirmation_is_good_for_what_was_shown_alone(editor: Client) -> None:
    make_item("First", source_url="https://example.org/a")
    make_item("Second", source_url="https://example.org/b")
    data = confirm(editor, ADD, title="News", source_url="https://example.org/a")
    response = editor.post(ADD, {**data, "source_url": "https://example.org/b"})
    assert errors(response) == ["Second (Live) has this source link already."]


def test_what_was_changed_while_the_form_was_open_is_not_written_over(editor: Client) -> None:
    item = make_item("News")
    data = form_data(editor.get(edit_page(item)), "curateditem_form") | {"summary": "By the editor."}
    item.body = "By an import."
    item.save()
    held = editor.post(edit_page(item), data)
    assert "Since you opened it, News was changed by an import or by somebody else" in errors(held)[0]
    assert edit_page(item) in links(held)
    item.refresh_from_db()
    assert item.body == "By an import."
    box = next(field for field in tree(held).iter("input") if field.get("name") == "save_anyway")
    editor.post(edit_page(item), {**data, "save_anyway": box.get("value", "")})
    item.refresh_from_db()
    assert item.summary == "By the editor."


def test_a_further_source_link_of_another_item_counts_too(editor: Client) -> None:
    other = make_item("The first one")
    document = {"dialect": "bookmark", "sha256": "0" * 64, "front_matter": "", "imported_at": FIRST_DAY}
    SourceDocument.objects.create(
        item=other, is_primary=False, path="/b.md", source_url="https://elsewhere.example/x", **document
    )
    response = submit(editor, ADD, title="News", source_url="http://www.elsewhere.example/x/")
    assert errors(response) == ["The first one (Live) has this source link already."]


def test_an_item_with_a_known_double_can_be_edited_without_ado(editor: Client) -> None:
    make_item(source_url="https://example.org/a")
    item = make_item(source_url="https://example.org/a")
    submit(editor, edit_page(item), title="Edited")
    assert CuratedItem.objects.filter(title="Edited").exists()


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org/", "example"])
def test_a_source_link_is_a_web_link(editor: Client, url: str) -> None:
    response = submit(editor, ADD, title="News", source_url=url)
    assert errors(response)
    assert not CuratedItem.objects.exists()


@pytest.mark.parametrize("meta", ["[1]", '"x"', '{"other": {}}', '{"html": {"robots": 1}}', '{"html": "x"}', "{"])
def test_meta_overrides_are_groups_of_texts(editor: Client, meta: str) -> None:
    assert errors(submit(editor, ADD, title="News", meta=meta))


def test_meta_overrides_are_saved(editor: Client) -> None:
    submit(editor, ADD, title="News", meta='{"html": {"robots": "noindex"}}')
    assert CuratedItem.objects.get().meta == {"html": {"robots": "noindex"}}


def test_an_overlong_tag_is_refused(editor: Client) -> None:
    response = submit(editor, ADD, title="News", tags="fine, " + "x" * 101)
    assert errors(response) == ["A tag has at most 100 characters; put commas between tags."]


def test_tags_are_one_whatever_their_case(editor: Client) -> None:
    make_item(tags=["AI"])
    submit(editor, ADD, title="News", tags="ai, new")
    assert set(CuratedItem.objects.get(title="News").tags.names()) == {"AI", "new"}


@pytest.mark.parametrize("is_new", [True, False])
def test_an_address_that_led_to_another_item_leads_there_no_more(editor: Client, is_new: bool) -> None:
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


def test_who_may_only_look_sees_the_item_and_no_tools(viewer: Client) -> None:
    page = viewer.get(edit_page(make_item("A story")))
    assert b"A story" in page.content
    for tool in (b"data-preview-url", b"data-check-url", b"new_image", b"Save anyway", b'name="_save"'):
        assert tool not in page.content
    assert viewer.post(edit_page(CuratedItem.objects.get()), {"title": "x"}).status_code == 403


def test_a_live_item_is_viewed_on_the_site_and_another_one_previewed(editor: Client) -> None:
    live, draft = make_item(slug="live"), make_item(status=Status.DRAFT)
    assert "/news/live/" in links(editor.get(edit_page(live)))
    assert f"/admin/curation/curateditem/{draft.pk}/page/" in links(editor.get(edit_page(draft)))


def test_hostile_words_are_printed_as_words(editor: Client) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&{{ 7|add:1 }}"
    item = make_item(hostile, slug="x", summary=hostile, body=hostile, kind=hostile, tags=[hostile])
    submit(editor, edit_page(item), slug="y")
    for url in (edit_page(item), f"{edit_page(item)}../history/", f"{edit_page(item)}../delete/"):
        page = editor.get(url, follow=True)
        assert b"<img src=x" not in page.content
        assert b"&lt;img src=x" in page.content


def test_a_saved_item_is_confirmed_with_its_name(editor: Client) -> None:
    assert messages(submit(editor, ADD, title="News")) == ["The item “News” was added successfully."]
