"""The button that makes a preview link, and the one that ends all links of an item."""

import pytest
from django.test import Client

from tests.admin.pages import LIST, edit_page, messages, tree
from tests.factories import make_item

JSON = {"Accept": "application/json"}


def test_the_script_gets_a_link_and_how_long_it_is_valid(editor: Client, client: Client) -> None:
    item = make_item("A story", status="draft")
    answer = editor.post(f"{LIST}{item.pk}/preview-link/", headers=JSON).json()
    assert answer["url"].startswith("http://testserver/preview/")
    assert answer["until"].endswith("UTC")
    assert b"A story</h1>" in client.get(answer["url"]).content


def test_without_script_a_page_shows_the_link_and_withdraws_it(editor: Client, client: Client) -> None:
    item = make_item("A story", status="draft")
    page = tree(editor.post(f"{LIST}{item.pk}/preview-link/"))
    shown = page.find(".//input[@id='preview-url']")
    assert shown is not None
    url = shown.get("value", "")
    assert client.get(url).status_code == 200
    form = next(form for form in page.iter("form") if "withdraw" in form.get("action", ""))
    answer = editor.post(form.get("action", ""), follow=True)
    assert messages(answer)[0].startswith("All preview links of this item have ended.")
    assert client.get(url).status_code == 404


def test_the_form_of_an_item_offers_a_link_and_that_of_a_new_one_does_not(editor: Client) -> None:
    item = make_item()
    assert "preview-link/" in editor.get(edit_page(item)).content.decode()
    assert 'class="preview-link"' not in editor.get(f"{LIST}add/").content.decode()


@pytest.mark.parametrize("name", ["preview-link", "preview-link/withdraw"])
def test_who_may_view_an_item_may_give_and_end_links_to_it(
    viewer: Client, clerk: Client, client: Client, name: str
) -> None:
    item = make_item(status="draft")
    url = f"{LIST}{item.pk}/{name}/"
    assert viewer.post(url, headers=JSON).status_code == 200
    assert viewer.get(url).status_code == 405
    assert clerk.post(url, headers=JSON).status_code == 403
    assert client.post(url, headers=JSON).status_code in (200, 302)  # the log-in page
    assert "url" not in client.post(url, headers=JSON).content.decode()[:20]


@pytest.mark.parametrize("name", ["preview-link", "preview-link/withdraw"])
def test_there_is_no_link_to_an_item_in_the_bin_or_none(editor: Client, name: str) -> None:
    binned = make_item(status="bin", binned_at="2024-01-01T00:00Z", binned_from="draft")
    assert [editor.post(f"{LIST}{pk}/{name}/").status_code for pk in (binned.pk, 0)] == [404, 404]
