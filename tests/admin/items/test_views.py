"""The views that the item form calls, and the page of an item that readers do not see yet."""

import pytest
from django.test import Client

from curation.models import CuratedItem
from tests.admin.pages import ADD, LIST, edit_page, errors, links, submit
from tests.factories import make_item, make_topic

PREVIEW = f"{LIST}preview/"
CHECK = f"{LIST}check-link/"


def test_the_preview_shows_the_body_as_readers_will_see_it(editor: Client) -> None:
    page = editor.post(PREVIEW, {"title": "News & more", "body": "Some *text*.<script>alert(1)</script>"})
    assert b">News &amp; more</h1>" in page.content
    assert b"<p>Some <em>text</em>.</p>" in page.content
    assert b"<script" not in page.content
    assert b"reader/base.css" in page.content
    assert not CuratedItem.objects.exists()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("[" * 20_000, "The body takes longer than 0.5 s to render; simplify it, its brackets and nesting first."),
        ("x" * 1_000_001, "The body has more than 1,000,000 characters; shorten it."),
    ],
    ids=["slow", "long"],
)
def test_a_body_that_renders_too_slowly_is_neither_previewed_nor_saved(
    editor: Client, monkeypatch: pytest.MonkeyPatch, body: str, message: str
) -> None:
    monkeypatch.setattr("curation.markdown.render_timeout.RENDER_SECONDS", 0.5)
    monkeypatch.setattr("markdown.Markdown.convert", lambda *_: pytest.fail("in this process"))
    assert message in editor.post(PREVIEW, {"body": body, "flavour": "markdown"}).content.decode()
    assert errors(submit(editor, ADD, title="News", body=body, flavour="markdown")) == [message]
    assert not CuratedItem.objects.exists()


def test_a_long_body_is_shown_and_saved(editor: Client) -> None:
    body = "*word* " * 1000
    assert b"<em>word</em> <em>word</em>" in editor.post(PREVIEW, {"body": body}).content
    submit(editor, ADD, title="News", body=body)
    assert CuratedItem.objects.get().body_html.count("<em>") == 1000


def test_the_preview_answers_post_requests_alone(editor: Client) -> None:
    assert editor.get(PREVIEW).status_code == 405


def test_the_preview_needs_a_token(editor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    assert strict.post(PREVIEW, {"body": "x"}).status_code == 403


@pytest.mark.parametrize("url", [CHECK, f"{LIST}suggest/kind/"])
def test_a_viewer_cannot_call_the_views_of_the_form(viewer: Client, clerk: Client, url: str) -> None:
    for client in (viewer, clerk):
        assert client.get(url).status_code == 403
        assert client.post(PREVIEW, {"body": "x"}).status_code == 403


@pytest.mark.parametrize("url", [CHECK, f"{LIST}suggest/kind/", PREVIEW, f"{LIST}1/page/"])
@pytest.mark.django_db
def test_a_visitor_without_a_session_is_redirected_to_the_login_page(client: Client, url: str) -> None:
    response = client.post(url) if url == PREVIEW else client.get(url)
    assert response["Location"].startswith("/admin/login/")


def test_the_link_check_names_other_items_with_the_link(editor: Client) -> None:
    first = make_item("<b>First</b>", source_url="https://example.org/a")
    page = editor.get(CHECK, {"url": "http://www.example.org/a/?utm_medium=x"})
    assert edit_page(first) in links(page)
    assert b"&lt;b&gt;First&lt;/b&gt;" in page.content


def test_the_link_check_leaves_out_the_item_itself(editor: Client) -> None:
    item = make_item(source_url="https://example.org/a")
    page = editor.get(CHECK, {"url": "https://example.org/a", "item": item.pk})
    assert page.content.strip() == b""


@pytest.mark.parametrize("url", ["", "no link", "javascript:alert(1)", "https://", "https://[", "x" * 5000, "\x00"])
def test_the_link_check_is_empty_for_an_invalid_link(editor: Client, url: str) -> None:
    make_item(source_url="")
    assert editor.get(CHECK, {"url": url, "item": "x"}).content.strip() == b""


def test_values_of_other_items_are_suggested(editor: Client) -> None:
    make_item(kind="News")
    make_item(kind="News", section="")
    assert editor.get(f"{LIST}suggest/kind/", {"q": "ne"}).json() == {"values": ["News"]}
    assert editor.get(f"{LIST}suggest/section/").json() == {"values": []}


def test_values_are_suggested_for_named_fields_alone(editor: Client) -> None:
    assert editor.get(f"{LIST}suggest/title/").status_code == 404


def test_a_draft_is_shown_to_staff_as_readers_will_see_it(editor: Client, viewer: Client, clerk: Client) -> None:
    draft = make_item("A story", status="draft", published_at=None, topics=[make_topic("Robots")])
    for client in (editor, viewer):
        page = client.get(f"{LIST}{draft.pk}/page/")
        assert b">A story</h1>" in page.content
        assert b"Robots" in page.content
    assert clerk.get(f"{LIST}{draft.pk}/page/").status_code == 403
    draft.refresh_from_db()
    assert draft.published_at is None


@pytest.mark.parametrize(("flavour", "has_list"), [("commonmark", True), ("markdown", False)])
def test_a_body_is_shown_and_saved_in_the_flavour_chosen(editor: Client, flavour: str, has_list: bool) -> None:
    body = "Intro:\n- one"
    assert (b"<li>one</li>" in editor.post(PREVIEW, {"body": body, "flavour": flavour}).content) == has_list
    submit(editor, ADD, title="News", body=body, flavour=flavour)
    item = CuratedItem.objects.get()
    assert (item.flavour, "<li>one</li>" in item.body_html) == (flavour, has_list)


def test_a_new_item_is_commonmark(editor: Client) -> None:
    submit(editor, ADD, title="News", body="Intro:\n- one")
    assert CuratedItem.objects.get().flavour == "commonmark"
