"""The publisher of an item, taken from its source link."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from curation.admin.items.publisher_of_link import publisher_of
from curation.items.roles import group_of
from curation.models import CuratedItem, ItemDraft, Publisher
from tests.admin.conftest import client_of, member_of
from tests.admin.pages import ADD, edit_page, errors, form_data, query_count, submit
from tests.factories import make_item, make_publisher

URL = "/admin/curation/curateditem/publisher/"
TICKED = {"publisher_from_link": "on"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("link", "domain"),
    [
        ("https://www.example.org/a?utm_source=x", "example.org"),
        ("http://EXAMPLE.org:80/", "example.org"),
        ("https://m.example.org/a", "example.org"),
        ("https://blog.news.example.org/", "news.example.org"),
        ("https://notexample.org/", None),
        ("https://org/", None),
        ("https://10.0.0.1/", None),
        ("ftp://example.org/", None),
        ("example.org", None),
        ("", None),
    ],
)
def test_a_link_has_the_publisher_of_its_host_or_of_the_nearest_domain_above(link: str, domain: str | None) -> None:
    for name in ("example.org", "news.example.org"):
        make_publisher(name)
    found = publisher_of(link)
    assert (found.domain if found else None) == domain


def answer(client: Client, url: str) -> Any:
    return client.get(URL, {"url": url}).json()


def test_the_form_asks_for_the_publisher_of_a_link(editor: Client) -> None:
    publisher = make_publisher("example.org", name="The Paper")
    known = {"host": "example.org", "id": publisher.pk, "name": "The Paper", "may_add": True}
    assert answer(editor, "https://www.example.org/x") == known
    assert answer(editor, "https://new.example/x") == {"host": "new.example", "id": None, "name": "", "may_add": True}
    assert answer(editor, "https://10.0.0.1/")["host"] == ""
    assert query_count(editor, URL, {"url": "https://a.b.c.example.org/"}) <= 8


def test_who_may_not_edit_items_gets_no_answer(viewer: Client, clerk: Client) -> None:
    assert [client.get(URL).status_code for client in (viewer, clerk)] == [403, 403]


def test_saving_takes_the_known_publisher_of_the_link(editor: Client) -> None:
    publisher = make_publisher("example.org", name="The Paper")
    submit(editor, ADD, title="News", source_url="https://www.example.org/x", **TICKED)
    assert CuratedItem.objects.get().publisher == publisher
    assert Publisher.objects.count() == 1


def test_saving_makes_a_publisher_of_an_unknown_host(editor: Client) -> None:
    submit(editor, ADD, title="News", source_url="https://www.New.example/x", **TICKED)
    publisher = CuratedItem.objects.get().publisher
    assert publisher is not None
    assert (publisher.domain, publisher.name) == ("new.example", "new.example")


def test_without_the_tick_no_publisher_is_taken_or_made(editor: Client) -> None:
    make_publisher("example.org")
    submit(editor, ADD, title="News", source_url="https://example.org/x")
    assert CuratedItem.objects.get().publisher is None


@pytest.mark.parametrize("link", ["", "https://10.0.0.1/x"])
def test_a_link_without_a_host_of_a_publisher_is_refused(editor: Client, link: str) -> None:
    page = submit(editor, ADD, title="News", source_url=link, **TICKED)
    assert errors(page) == ["This takes the host of the source link: give the link, or untick it."]
    assert not CuratedItem.objects.exists()


def test_who_may_not_add_publishers_takes_known_ones_alone(db: None) -> None:
    client = member_of("Contributor", "Cora")
    user = User.objects.get()
    assert not user.has_perm("curation.add_publisher")
    page = submit(client, ADD, title="News", source_url="https://new.example/x", **TICKED)
    assert errors(page) == ["You may not add publishers, and new.example is none yet: untick it."]
    assert answer(client, "https://new.example/")["may_add"] is False
    known = make_publisher("example.org")
    submit(client, ADD, title="News", source_url="https://example.org/x", **TICKED)
    assert CuratedItem.objects.get().publisher == known
    user.user_permissions.add(Permission.objects.get(codename="add_publisher"))
    submit(client, ADD, title="More", source_url="https://new.example/x", **TICKED)
    assert Publisher.objects.filter(domain="new.example").exists()


def test_a_publisher_is_not_made_by_a_form_that_is_not_saved(editor: Client) -> None:
    item = make_item("Story")
    page = submit(editor, edit_page(item), title="", source_url="https://new.example/x", **TICKED)
    assert errors(page)
    assert not Publisher.objects.exists()


def test_a_draft_over_a_live_item_keeps_the_publisher_that_it_makes(editor: Client) -> None:
    item = make_item("Story")
    submit(editor, edit_page(item), source_url="https://new.example/x", _keep_draft="1", **TICKED)
    assert ItemDraft.objects.get().state["publisher"] == {"domain": "new.example", "name": "new.example"}
    item.refresh_from_db()
    assert item.publisher is None
    submit(editor, edit_page(item))
    item.refresh_from_db()
    assert item.publisher == Publisher.objects.get(domain="new.example")


def test_a_publisher_that_somebody_else_chose_meanwhile_is_a_clash(editor: Client) -> None:
    theirs, user = make_publisher("theirs.example"), User.objects.create_user("ben", is_staff=True)
    user.groups.add(group_of("Publisher"))
    item = make_item("Story", source_url="https://new.example/x")
    ben = client_of(user)
    data = form_data(editor.get(edit_page(item)), "curateditem_form")
    submit(ben, edit_page(item), publisher=str(theirs.pk))
    page = editor.post(edit_page(item), {**data, **TICKED}, follow=True)
    assert ["has changed this, too" in error for error in errors(page)] == [True]
    item.refresh_from_db()
    assert item.publisher == theirs
