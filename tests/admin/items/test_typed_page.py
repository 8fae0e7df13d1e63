"""The preview beside the form: the whole page that readers would get from what is typed, saved or not."""

from typing import Any

import pytest
from django.test import Client

from curation.models import CuratedItem, Tag
from tests.admin.images import make_image
from tests.admin.pages import ADD, LIST, edit_page, form_data, query_count, text, tree
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

PREVIEW = f"{LIST}preview/"


def typed(client: Client, item: CuratedItem | None = None, **changes: Any) -> dict[str, Any]:
    """Return what the script sends for a form in which some fields were changed."""
    data = form_data(client.get(edit_page(item) if item else ADD), "curateditem_form")
    changed = {name.replace("__", "-"): value for name, value in changes.items()}
    return {**data, **changed, "item": str(item.pk) if item else ""}


def test_the_preview_of_an_unchanged_form_is_the_page_of_the_item(editor: Client) -> None:
    item = make_item(
        "A story",
        body="Some *text*.",
        summary="Words.",
        topics=[make_topic("Robots"), make_topic("AI")],
        offerings=[make_offering("Kestrelby")],
        authors=[make_author("Ada")],
        tags=["home care", "a, b"],
        publisher=make_publisher("example.org"),
        image=make_image(),
        image_alt="A robot",
        source_url="https://example.org/a",
        kind="News",
    )
    page, live = (
        text(tree(answer).find(".//main")) for answer in (preview(editor, item), editor.get(item.get_absolute_url()))
    )
    assert page == live


def preview(client: Client, item: CuratedItem | None = None, **changes: Any) -> Any:
    return client.post(PREVIEW, typed(client, item, **changes))


def test_the_preview_of_a_new_item_shows_all_that_is_typed_and_saves_nothing(editor: Client) -> None:
    topic, author, offering, publisher = make_topic("Robots"), make_author("Ada"), make_offering("K"), make_publisher()
    image = make_image()
    page = preview(
        editor,
        title="News & more",
        body="Some *text*.<script>alert(1)</script>",
        tags="brand new",
        image=str(image.pk),
        publisher=str(publisher.pk),
        itemtopic_set__0__topic=str(topic.pk),
        itemauthor_set__0__author=str(author.pk),
        itemoffering_set__0__offering=str(offering.pk),
        itemoffering_set__0__is_primary="on",
    ).content.decode()
    expected = ("News &amp; more</h1>", "<em>text</em>", "brand new", "Robots", "Ada", publisher.name, image.file.url)
    assert [words for words in (*expected, "About this offering") if words not in page] == []
    assert not CuratedItem.objects.exists()
    assert not Tag.objects.exists()


def test_the_preview_has_no_script_and_opens_links_in_new_tabs(editor: Client) -> None:
    page = tree(preview(editor, title="News"))
    assert page.findall(".//script") == []
    assert page.find(".//base").get("target") == "_blank"  # type: ignore[union-attr]


def test_rows_are_shown_once_in_their_order_without_removed_and_unknown_ones(editor: Client) -> None:
    topics = [make_topic(label) for label in ("First", "Second", "Third")]
    item = make_item(topics=topics)
    changes = {f"itemtopic_set__{number}__position": str(2 - number) for number in range(3)}
    page = preview(editor, item, **changes, itemtopic_set__1__DELETE="on", itemtopic_set__3__topic="99999")
    chips = [text(chip) for chip in tree(page).findall(".//ul[@class='chips']/li")]
    assert chips == ["Third", "First"]


@pytest.mark.parametrize(
    "changes",
    [
        {"item": "x", "image": "x", "publisher": "99999999999999999999", "published_at_0": "31 June"},
        {"itemtopic_set-TOTAL_FORMS": "9" * 30, "itemtopic_set-0-topic": "-1", "itemtopic_set-0-position": "first"},
        {"title": "\x00", "body": "\x00", "tags": '"\x00', "source_url": "javascript:alert(1)", "slug": "../.."},
    ],
)
def test_invalid_values_are_left_out(editor: Client, changes: dict[str, str]) -> None:
    answer = editor.post(PREVIEW, {"title": "News", "body": "Text", **changes})
    assert answer.status_code == 200
    assert b"javascript:" not in answer.content


def test_an_item_that_is_not_in_the_form_shows_nothing_of_the_others(editor: Client) -> None:
    make_item("Secret", status="draft")
    assert "Secret" not in editor.post(PREVIEW, {"title": "News", "item": "0"}).content.decode()


def test_the_preview_costs_the_same_queries_for_any_number_of_rows(
    editor: Client, django_assert_max_num_queries: Any
) -> None:
    for number in (3, 6):
        item = make_item(topics=[make_topic() for _ in range(number)], tags=[f"{number}{tag}" for tag in range(number)])
        data = typed(editor, item)
        with django_assert_max_num_queries(22):
            editor.post(PREVIEW, data)
    assert query_count(editor, edit_page(item))
