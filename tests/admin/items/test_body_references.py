"""The list of broken references."""

import pytest
from django.test import Client

from curation.models import CuratedItem
from curation.site_links.resolve import resolve_references_to
from tests.admin.pages import links, query_count, rows
from tests.factories import make_item, make_topic

pytestmark = pytest.mark.django_db

LIST = "/admin/curation/bodyreference/"


def test_broken_links_pictures_and_breadcrumbs_are_listed_with_their_item(editor: Client) -> None:
    make_item("There", topics=[make_topic("Care")])
    make_item("Hidden", status=CuratedItem.Status.DRAFT)
    item = make_item(
        "Here",
        body="[a](gone.md) ![b](gone.png) [c](/news/there/) [d](/topic/symplur-care/) [e](/topic/gone/) "
        "[f](/news/hidden/) [g](https://example.org/gone) [h](#gone) [i](/archive/1999/)",
        breadcrumbs=[{"label": "Gone", "path": "/gone/"}, {"label": "News", "path": "/news/"}],
    )
    response = editor.get(LIST)
    assert sorted(rows(response)) == [
        "HereBreadcrumb/gone/Nothing",
        "HereLink/archive/1999/Nothing",
        "HereLink/topic/gone/Nothing",
        "HereLinkgone.mdNothing",
        "HerePicturegone.pngNothing",
    ]
    assert f"/admin/curation/curateditem/{item.pk}/change/" in links(response)
    assert rows(editor.get(LIST, {"leads": "hidden"})) == ["HereLink/news/hidden/Hidden"]
    assert rows(editor.get(LIST, {"kind__exact": "picture"})) == ["HerePicturegone.pngNothing"]
    assert rows(editor.get(LIST, {"q": "gone.md"})) == ["HereLinkgone.mdNothing"]
    assert rows(editor.get(LIST, {"q": "nobody"})) == []


def test_a_reference_leaves_the_list_when_its_target_is_created(editor: Client) -> None:
    make_item("Here", body="[a](/news/there/)")
    assert len(rows(editor.get(LIST))) == 1
    resolve_references_to([make_item("There")])
    assert rows(editor.get(LIST)) == []


def test_broken_references_are_read_only(editor: Client) -> None:
    make_item("Here", body="[a](/news/there/)")
    assert editor.get(f"{LIST}add/").status_code == 403
    assert "actions" not in editor.get(LIST).content.decode().partition('id="changelist-form"')[2].partition("table")[0]


def test_the_list_costs_the_same_queries_for_any_number_of_references(editor: Client) -> None:
    make_item("Here", body="[a](gone/)")
    few = query_count(editor, LIST)
    for _ in range(9):
        make_item(body="[a](gone/) ![b](gone.png)")
    assert query_count(editor, LIST) == few
