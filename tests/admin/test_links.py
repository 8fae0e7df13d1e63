"""The list of links that lead nowhere."""

import pytest
from django.test import Client

from curation.models import CuratedItem
from curation.resolving import arrived
from tests.factories import make_item, make_topic

from .pages import links, query_count, rows

pytestmark = pytest.mark.django_db

LIST = "/admin/curation/bodyreference/"


def test_links_pictures_and_crumbs_that_lead_nowhere_are_listed_with_their_item(editor: Client) -> None:
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


def test_a_link_leaves_the_list_when_its_page_comes(editor: Client) -> None:
    make_item("Here", body="[a](/news/there/)")
    assert len(rows(editor.get(LIST))) == 1
    arrived([make_item("There")])
    assert rows(editor.get(LIST)) == []


def test_nobody_writes_in_the_list(editor: Client) -> None:
    make_item("Here", body="[a](/news/there/)")
    assert editor.get(f"{LIST}add/").status_code == 403
    assert "actions" not in editor.get(LIST).content.decode().partition('id="changelist-form"')[2].partition("table")[0]


def test_the_list_costs_as_many_queries_however_long_it_is(editor: Client) -> None:
    make_item("Here", body="[a](gone/)")
    few = query_count(editor, LIST)
    for _ in range(9):
        make_item(body="[a](gone/) ![b](gone.png)")
    assert query_count(editor, LIST) == few
