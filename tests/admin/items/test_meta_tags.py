"""The meta tags that an item sets itself, as fields of its form."""

from typing import Any

import pytest
from django.test import Client

from curation.admin.items.meta_tags import KNOWN, MetaField, MetaInput
from curation.frontmatter.reading.meta import GROUPS
from curation.models import CuratedItem
from curation.templating.head import OVERRIDES
from tests.admin.pages import ADD, edit_page, errors, form_data, submit, tree
from tests.factories import make_item

META = {
    "openGraph": {"ogtitle": "For networks", "ogTitle": "In another case"},
    "twitter": {"twittercard": "summary"},
    "html": {"robots": "noindex", "ogdescription": "Two\nlines", "empty": ""},
}


def stored() -> Any:
    return CuratedItem.objects.values_list("meta", flat=True).get()


def test_every_tag_that_pages_take_over_has_a_field() -> None:
    assert sorted(name for _group, name in KNOWN) == sorted(OVERRIDES)
    assert {group for group, _name in KNOWN} == set(GROUPS)


def test_known_tags_are_saved_by_group_and_name(editor: Client) -> None:
    sent = {"meta-html-robots": "noindex", "meta-openGraph-ogtitle": " For networks ", "meta-twitter-twittercard": " "}
    submit(editor, ADD, title="News", **sent)
    assert stored() == {"html": {"robots": "noindex"}, "openGraph": {"ogtitle": "For networks"}}


def test_other_tags_are_rows_of_group_name_and_value(editor: Client) -> None:
    row = {"meta-0-group": "twitter", "meta-0-name": "twitter:label1", "meta-0-value": "Reading time"}
    submit(editor, ADD, title="News", **row)
    assert stored() == {"twitter": {"twitter:label1": "Reading time"}}
    item = CuratedItem.objects.get()
    data = form_data(editor.get(edit_page(item)), "curateditem_form")
    assert [data[f"meta-0-{part}"] for part in ("group", "name", "value")] == [*row.values()]
    assert data["meta-1-name"] == ""
    submit(editor, edit_page(item), **{"meta-0-value": ""})
    assert stored() == {}


def test_an_untouched_form_keeps_stored_tags_exactly(editor: Client) -> None:
    item = make_item(meta=META)
    submit(editor, edit_page(item), title="Other")
    assert stored() == META
    assert set(item.revisions.get().changes) == {"title"}


def test_a_changed_tag_leaves_the_others_as_they_are(editor: Client) -> None:
    item = make_item(meta=META)
    submit(editor, edit_page(item), **{"meta-html-robots": "noindex, nofollow"})
    html = {"robots": "noindex, nofollow", "ogdescription": "Two\nlines"}
    assert stored() == {"openGraph": META["openGraph"], "twitter": META["twitter"], "html": html}


@pytest.mark.parametrize(
    ("group", "name", "message"),
    [
        ("html", "", "Give the tag with “x” a name of letters, digits and the signs . _ : - alone, like robots."),
        ("html", "a b", "Give the tag with “x” a name of letters, digits and the signs . _ : - alone, like robots."),
        (
            "other",
            "robots",
            "Give the tag with “x” a name of letters, digits and the signs . _ : - alone, like robots.",
        ),
        ("html", "robots", "HTML has robots twice: empty one of the two."),
    ],
)
def test_a_tag_without_a_name_or_given_twice_is_refused_and_its_fold_is_open(
    editor: Client, group: str, name: str, message: str
) -> None:
    row = {"meta-0-group": group, "meta-0-name": name, "meta-0-value": "x", "meta-html-robots": "noindex"}
    page = submit(editor, ADD, title="News", **row)
    assert errors(page) == [message]
    folds = {fold.findtext("summary"): "open" in fold.attrib for fold in tree(page).iter("details")}
    assert (folds["Meta tags"], folds["Labels"]) == (True, False)
    data = form_data(page, "curateditem_form")
    assert (data["meta-html-robots"], data["meta-0-value"]) == ("noindex", "x")


@pytest.mark.parametrize("value", ["x", [1], {"html": "x"}, {"html": {"robots": 1}}, {"other": {"a": "b"}}, None])
def test_a_stored_value_of_another_form_is_shown_as_nothing_and_unchanged(value: Any) -> None:
    widget = MetaInput()
    assert 'value="x"' not in widget.render("meta", value)
    assert not MetaField(required=False).has_changed(value, widget.value_from_datadict({}, {}, "meta"))
