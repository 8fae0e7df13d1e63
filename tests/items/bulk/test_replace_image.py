"""An image is replaced in pictures and texts of items, with a revision for each, and put back."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from curation.items.bulk import changes
from curation.items.bulk.actions import REPLACE_IMAGE
from curation.items.bulk.replace_image import Replacement, items_to_change
from curation.items.bulk.undo import preview_undo
from curation.items.state import states_of
from curation.models import BodyReference, BulkChange, CuratedItem, Image, Revision, SearchEntry
from curation.site_links.picture_paths import picture_href
from tests.admin.images import make_image
from tests.factories import COMMAND, make_item

from .test_changes import run
from .test_undo import undo

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status


def replace(old: Image, new: Image, *, keeps_texts: bool = False) -> BulkChange:
    return run(REPLACE_IMAGE.name, [*items_to_change(old)], Replacement(old, new, keeps_texts))


def body_with(image: Image) -> str:
    path = picture_href(image)
    return f'Words of a ward.\n\n![A scan]({path})\n\n[The scan]({path} "Large") <img src="{path}" alt="x">\n'


def test_every_changed_item_gets_one_revision_that_its_state_follows_from() -> None:
    old, new = make_image("old.png"), make_image("new name.png")
    shown = make_item(image=old, image_alt="A ward", media_provenance={"image": {"url": "x"}, "pdf": {"url": "y"}})
    written, both = make_item(body=body_with(old)), make_item(image=old, body=body_with(old))
    make_item(image=new)
    make_item(image=old, status=Status.BIN, binned_at=timezone.now())
    before = states_of(CuratedItem.objects.all())
    change = replace(old, new)
    after = states_of(CuratedItem.objects.all())
    revisions = {revision.item_id: revision for revision in Revision.objects.all()}
    assert revisions.keys() == {shown.pk, written.pk, both.pk}
    for pk, state in after.items():
        made: dict[str, Any] = revisions[pk].changes if pk in revisions else {}
        assert {**before[pk], **{name: value for name, (_, value) in made.items()}} == state
    assert {*revisions[shown.pk].changes} == {"image", "image_alt", "media_provenance"}
    assert {*revisions[written.pk].changes} == {"body"}
    assert change.counts["changed"] == 3


def test_texts_and_their_pictures_follow_a_replaced_reference() -> None:
    old, new = make_image("old.png"), make_image("new.png")
    item = make_item(body=body_with(old))
    replace(old, new)
    item.refresh_from_db()
    assert item.body == body_with(new)
    assert picture_href(new) in item.body_html
    assert {*BodyReference.objects.values_list("image", flat=True)} == {new.pk}
    assert SearchEntry.objects.filter(item=item).exists()
    assert item.edited_at


def test_items_keep_their_own_texts_where_these_fit_both_images() -> None:
    old, new = make_image(), make_image()
    item = make_item(image=old, image_alt="A ward")
    replace(old, new, keeps_texts=True)
    item.refresh_from_db()
    assert (item.image, item.image_alt) == (new, "A ward")


def test_a_text_that_names_the_image_in_another_way_is_named_and_stays() -> None:
    old, new = make_image("old.png"), make_image()
    path = picture_href(old)
    escaped = path.replace("images", "imag&#101;s")  # no spelling that is looked for
    written, both = make_item("Written", body=f"![]({escaped})"), make_item("Both", image=old, body=f"![]({escaped})")
    assert BodyReference.objects.filter(image=old).count() == 2
    change = replace(old, new)
    assert change.counts["skipped"] == {"to be changed by hand": 1}
    assert {entry["title"] for entry in change.counts["kept"]} == {"Written", "Both"}
    assert change.counts["kept_total"] == 2
    for item in (written, both):
        item.refresh_from_db()
        assert escaped in item.body
    assert both.image == new


def test_an_undo_puts_pictures_texts_and_bodies_back_but_where_somebody_edited() -> None:
    old, new = make_image("old.png"), make_image("new.png")
    item, edited = (make_item(image=old, image_alt="A ward", body=body_with(old)) for _ in range(2))
    before = states_of(CuratedItem.objects.all())
    change = replace(old, new)
    CuratedItem.objects.filter(pk=edited.pk).update(image_alt="Written since")
    undo(change)
    after = states_of(CuratedItem.objects.all())
    assert after[item.pk] == before[item.pk]
    assert after[edited.pk] == before[edited.pk] | {"image_alt": "Written since"}
    assert {*BodyReference.objects.values_list("image", flat=True)} == {old.pk}


def test_an_undo_leaves_the_picture_where_the_former_image_was_deleted() -> None:
    old, new = make_image(), make_image()
    item = make_item("Shown", image=old, image_alt="A ward")
    change = replace(old, new)
    old.delete()
    (kept,) = preview_undo(change, COMMAND).kept
    assert (kept["field"], kept["reason"]) == ("Image", "the former image was deleted")
    undo(change)
    item.refresh_from_db()
    assert (item.image, item.image_alt) == (new, "A ward")


@pytest.mark.parametrize("deleted", ["old", "new"])
def test_a_replacement_by_or_of_an_image_that_was_deleted_meanwhile_fails(deleted: str) -> None:
    images = {"old": make_image(), "new": make_image()}
    item = make_item(image=images["old"])
    value = Replacement(images["old"], images["new"])
    Image.objects.filter(pk=images[deleted].pk).delete()
    change = run(REPLACE_IMAGE.name, [item], value)
    assert change.outcome == BulkChange.Outcome.FAILED
    assert "Image was deleted meanwhile" in change.message


def test_previews_and_changes_cost_the_same_queries_for_any_number_of_items() -> None:
    counts = []
    for size in (2, 4):
        old, new = make_image(), make_image()
        for _ in range(size):
            make_item(image=old, image_alt="A ward", body=body_with(old))
        value = Replacement(old, new)
        change = replace(old, new)
        undo(change)
        with CaptureQueriesContext(connection) as preview:
            changes.preview(change, value)
        with CaptureQueriesContext(connection) as queries:
            replace(old, new)
        written = [query for query in queries if not query["sql"].startswith(("UPDATE", "INSERT", "DELETE"))]
        counts.append((len(preview), len(written)))
    assert counts[0] == counts[1]
