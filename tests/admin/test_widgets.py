"""Fields of chips stand wherever rows are chosen; Select2 nowhere."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_item, make_offering, make_topic

from .bulk.pages import choose
from .pages import tree

FORMS = {"alias": "item", "curateditem": "publisher", "offering": "topics", "publisher": "icon", "topic": "vocabulary"}
ACTIONS = ("add_topics", "remove_topics", "remove_tags", "add_offerings", "remove_offerings", "set_publisher")


def assert_has_chips(page: Any, name: str) -> None:
    (select,) = tree(page).findall(f".//select[@name='{name}']")
    assert select.get("data-chips-url")
    assert select.get("required") is None  # a browser would not send the form, and could not tell why
    content = page.content.decode()
    assert "chips" in content
    assert "select2" not in content


@pytest.mark.parametrize("model", FORMS)
def test_forms_have_chips(editor: Client, model: str) -> None:
    assert_has_chips(editor.get(f"/admin/curation/{model}/add/"), FORMS[model])


@pytest.mark.parametrize("action", ACTIONS)
def test_bulk_actions_have_chips_and_no_jquery(editor: Client, action: str) -> None:
    page = choose(editor, action, make_item())
    assert_has_chips(page, "value")
    assert "jquery" not in page.content.decode()


@pytest.mark.parametrize("name", ["merge", "retire"])
def test_the_pages_of_topics_have_chips_and_no_jquery(editor: Client, name: str) -> None:
    page = editor.get(f"/admin/curation/topic/{name}/", {"id": make_topic().pk})
    assert_has_chips(page, "value")
    assert "jquery" not in page.content.decode()


def test_a_field_of_several_rows_has_those_that_are_chosen_alone(editor: Client) -> None:
    offering, chosen = make_offering(), make_topic()
    offering.topics.add(chosen)
    make_topic()
    page = tree(editor.get(f"/admin/curation/offering/{offering.pk}/change/"))
    (select,) = page.findall(".//select[@name='topics']")
    assert [option.get("value") for option in select] == [str(chosen.pk)]
    assert "data-chips-grouped" in select.attrib


@pytest.mark.parametrize("path", ["curateditem", "topic", "image", "image/upload", "alias"])
def test_pages_without_djangos_widgets_have_no_jquery(editor: Client, path: str) -> None:
    assert b"jquery" not in editor.get(f"/admin/curation/{path}/").content


@pytest.mark.parametrize("model", ["vocabulary", "topic"])
def test_forms_that_fill_in_fields_or_open_windows_have_jquery(editor: Client, model: str) -> None:
    assert b"jquery" in editor.get(f"/admin/curation/{model}/add/").content
