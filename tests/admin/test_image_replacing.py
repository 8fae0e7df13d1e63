"""An image is replaced everywhere: choose the other one, see what would change, do it, undo it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.models import BulkChange, CuratedItem, Image
from curation.site_links.picture_paths import picture_href
from tests.factories import make_item

from .conftest import member_of
from .images import make_image, picture_bytes
from .pages import errors, links, messages, text, tree

ACTIONS = "/admin/curation/bulkchange/"


def page_of(old: Image, new: Image | None = None) -> str:
    url = f"/admin/curation/image/{old.pk}/replace/"
    return f"{url}?with={new.pk}" if new else url


def replace(client: Client, old: Image, new: Image, **fields: str) -> HttpResponse:
    return client.post(page_of(old, new), {"alt": "", **fields}, follow=True)


@pytest.fixture
def old(db: None) -> Image:
    return make_image("old.png")


@pytest.fixture
def new(db: None) -> Image:
    return make_image("new.png")


def test_another_image_is_chosen_in_the_grid_or_uploaded(editor: Client, old: Image, new: Image) -> None:
    make_item(image=old)
    shown = editor.get(page_of(old))
    assert f"?with={new.pk}" in links(shown)
    assert f"?with={old.pk}" not in links(shown)
    sent = editor.post(page_of(old), {"upload": SimpleUploadedFile("third.png", picture_bytes())})
    third = Image.objects.get(original_name="third.png")
    assert sent.headers["Location"] == page_of(old, third)


def test_a_picture_that_is_refused_or_the_same_one_leads_back(editor: Client, old: Image) -> None:
    make_item(image=old)
    for data, words in ((b"x", "is not an image"), (old.file.read(), "This is the same picture; choose another one.")):
        shown = editor.post(page_of(old), {"upload": SimpleUploadedFile("x.png", data)})
        assert words in text(tree(shown))


def test_an_image_that_no_item_has_is_not_replaced(editor: Client, old: Image, new: Image) -> None:
    assert "No item has this image, so there is nothing to replace." in text(tree(editor.get(page_of(old))))
    assert "Nothing would change." in text(tree(editor.get(page_of(old, new))))
    replace(editor, old, new)
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize("other", ["0", "x", "²", "9" * 30, "same"])
def test_another_image_that_is_none_is_not_found(editor: Client, old: Image, other: str) -> None:
    number = str(old.pk) if other == "same" else other
    assert editor.get(page_of(old), {"with": number}).status_code == 404


def test_the_page_counts_before_and_the_message_after(editor: Client, old: Image, new: Image) -> None:
    make_item("Live", image=old)
    make_item("Draft", image=old, image_alt="A ward", status=CuratedItem.Status.DRAFT)
    make_item("In the text", body=f"![A scan]({picture_href(old)})")
    words = text(tree(editor.get(page_of(old, new))))
    assert "3 items: 2 are live now, 1 is a draft." in words
    assert "Readers see the change on 2 pages at once." in words
    assert "1 of them has it in the text." in words
    assert "1 item has an alternative text of its own" in words
    shown = replace(editor, old, new, alt="A new ward", texts="new")
    assert messages(shown) == ["3 items given another image. Undo Show what changed"]
    assert CuratedItem.objects.filter(image=new, image_alt="").count() == 2
    assert Image.objects.get(pk=new.pk).alt == "A new ward"


def test_texts_of_the_former_image_are_asked_about_and_may_stay(editor: Client, old: Image, new: Image) -> None:
    item = make_item(image=old, image_alt="A ward")
    assert errors(replace(editor, old, new)) == ["Choose whether to keep the texts that describe the former image."]
    item.refresh_from_db()
    assert item.image == old
    replace(editor, old, new, texts="own")
    item.refresh_from_db()
    assert (item.image, item.image_alt) == (new, "A ward")


def test_a_replacement_is_undone(editor: Client, old: Image, new: Image) -> None:
    item = make_item(image=old, image_alt="A ward", body=f"![A scan]({picture_href(old)})")
    body = item.body
    replace(editor, old, new, texts="new")
    change = BulkChange.objects.get()
    page = text(tree(editor.get(f"{ACTIONS}{change.pk}/change/")))
    assert "Replace an image" in page
    assert "“new.png” in place of “old.png”" in page
    editor.post(f"{ACTIONS}{change.pk}/undo/")
    item.refresh_from_db()
    assert (item.image, item.image_alt, item.body) == (old, "A ward", body)


def test_a_contributor_replaces_images_in_own_drafts_alone(old: Image, new: Image) -> None:
    client = member_of("Contributor", "cora")
    live = make_item(image=old)
    own = make_item(image=old, status=CuratedItem.Status.DRAFT, created_by=User.objects.get(username="cora"))
    assert "1 skipped: for you to read only." in text(tree(client.get(page_of(old, new))))
    replace(client, old, new, alt="Forged")
    assert dict(CuratedItem.objects.values_list("pk", "image")) == {live.pk: old.pk, own.pk: new.pk}
    assert Image.objects.get(pk=new.pk).alt == ""


def test_a_replacement_in_many_items_is_left_to_the_worker(
    editor: Client, old: Image, new: Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curation.items.bulk.changes.MAX_AT_ONCE", 1)
    for _ in range(2):
        make_item(image=old)
    replace(editor, old, new)
    assert BulkChange.objects.get().outcome == BulkChange.Outcome.QUEUED


def test_the_page_costs_the_same_queries_for_any_number_of_items(editor: Client, old: Image, new: Image) -> None:
    counts: list[Any] = []
    for _ in range(2):
        for _ in range(3):
            make_item(image=old, image_alt="x", body=f"![A scan]({picture_href(old)})")
        editor.get(page_of(old, new))
        with CaptureQueriesContext(connection) as queries:
            editor.get(page_of(old, new))
        counts.append(len(queries))
    assert counts[0] == counts[1]
