"""The grid of images and the page of one: texts, focal points, filters, search, what uses an image."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.items.bin import move_to_bin
from curation.items.checks import failures
from curation.items.drafts import keep, live_state
from curation.models import CuratedItem, Image, Publisher
from curation.models.image_looks import record_look
from curation.site_links.picture_paths import picture_href
from tests.factories import COMMAND, make_item, make_publisher

from .images import make_image
from .pages import edit_page, form_data, links, messages, rows, text, tree

pytestmark = pytest.mark.django_db
GRID = "/admin/curation/image/"
LOOK = 0x0F0F_3C3C_5A5A_6969


def page_of(image: Image) -> str:
    return f"{GRID}{image.pk}/change/"


def names(response: HttpResponse) -> list[str]:
    """Return the names of the images in the grid, in order."""
    return [text(cell) for cell in tree(response).iter("td") if "field-__str__" in cell.get("class", "")]


def make_named(*names: str) -> list[Image]:
    return [make_image(name) for name in names]


# Texts


def test_the_texts_of_a_page_of_the_grid_are_saved_together(editor: Client) -> None:
    first, second = make_named("first.png", "second.png")
    data: dict[str, Any] = form_data(editor.get(GRID), "changelist-form")
    fields = {data[f"form-{number}-id"]: f"form-{number}-alt" for number in range(2)}
    data |= {fields[str(first.pk)]: "A ward\nat night", fields[str(second.pk)]: "", "_save": "Save"}
    assert messages(editor.post(GRID, data, follow=True)) == ["1 image was changed successfully."]
    assert dict(Image.objects.values_list("pk", "alt")) == {first.pk: "A ward at night", second.pk: ""}


@pytest.mark.parametrize("form", ["grid", "page"])
def test_a_text_that_somebody_wrote_meanwhile_stays(editor: Client, form: str) -> None:
    first, second = make_named("first.png", "second.png")
    if form == "grid":
        url, data = GRID, form_data(editor.get(GRID), "changelist-form")
        data[next(f"form-{number}-alt" for number in range(2) if data[f"form-{number}-id"] == str(first.pk))] = "Mine"
    else:
        url = page_of(second)
        data = {**form_data(editor.get(url), "image_form"), "focus_x": "10"}
    Image.objects.filter(pk=second.pk).update(alt="Theirs")
    editor.post(url, {**data, "_save": "Save"})
    assert Image.objects.get(pk=second.pk).alt == "Theirs"
    assert Image.objects.filter(alt="Mine").exists() or Image.objects.filter(focus_x=10).exists()


def test_the_empty_text_of_an_image_shows_that_of_an_item(editor: Client, viewer: Client) -> None:
    make_item(image=make_image(), image_alt="A nurse at a desk")
    assert b'placeholder="A nurse at a desk"' in editor.get(GRID).content
    assert b"<textarea" not in viewer.get(GRID).content


def test_an_item_without_a_text_of_its_own_has_that_of_its_image(client: Client) -> None:
    image = make_image()
    Image.objects.update(alt="Of the image")
    without, own = make_item(image=image), make_item(image=image, image_alt="Its own")
    assert (without.alternative_text, own.alternative_text) == ("", "Its own")  # `image` is from before
    for item, words in ((without, b"Of the image"), (own, b"Its own")):
        assert b'alt="' + words + b'"' in client.get(item.get_absolute_url()).content
        assert words in client.get(f"/api/v1/items/{item.pk}").content


def test_the_desk_finds_items_whose_image_has_no_text_either(editor: Client) -> None:
    item = make_item(image=make_image())
    assert item.image
    for alt, is_found in (("", True), ("A ward", False), ("", True)):
        item.image.alt = alt
        item.image.save()
        found = links(editor.get("/admin/curation/curateditem/", {"missing": "alt"}))
        assert any(link.startswith(edit_page(item)) for link in found) == is_found
        assert ("alt-missing" in [check.code for check in failures(CuratedItem.objects.get())]) == is_found


# The page of one


def test_a_focal_point_is_saved_and_crops_follow_it(editor: Client, client: Client) -> None:
    item = make_item(image=make_image())
    assert item.image
    data = form_data(editor.get(page_of(item.image)), "image_form")
    editor.post(page_of(item.image), {**data, "focus_x": "27", "focus_y": "100"})
    assert Image.objects.values_list("focus_x", "focus_y").get() == (27, 100)
    assert b'class="focus-x-30 focus-y-100"' in client.get("/news/").content
    assert b'cx="27%"' in editor.get(page_of(item.image)).content


@pytest.mark.parametrize("percent", ["101", "-1", "x"])
def test_a_focal_point_outside_the_picture_is_refused(editor: Client, percent: str) -> None:
    image = make_image()
    data = form_data(editor.get(page_of(image)), "image_form")
    assert editor.post(page_of(image), {**data, "focus_x": percent}).status_code == 200
    assert Image.objects.get().focus_x == 50


def test_the_page_of_an_image_names_all_that_has_it(editor: Client) -> None:
    image = make_image()
    shown, binned = make_item("Shown", image=image), make_item("Binned", image=image)
    written = make_item("Written", body=f"![A scan]({picture_href(image)})")
    publisher = make_publisher(icon=image)
    move_to_bin(CuratedItem.objects.filter(pk=binned.pk), COMMAND)
    page = editor.get(page_of(image))
    words = text(tree(page))
    assert "Binned (in the bin)" in words
    assert "Written (in the text)" in words
    assert f"{publisher} (icon)" in words
    assert {edit_page(shown), edit_page(written), f"/admin/curation/publisher/{publisher.pk}/change/"} <= links(page)


def test_the_page_of_an_image_shows_those_of_the_same_look(editor: Client) -> None:
    one, other, different = make_named("one.png", "other.png", "different.png")
    for image, bits in ((one, LOOK), (other, LOOK ^ 1), (different, ~LOOK)):
        record_look(image.pk, bits)
    found = links(editor.get(page_of(one)))
    assert page_of(other) in found
    assert page_of(different) not in found
    assert sorted(names(editor.get(GRID, {"like": one.pk}))) == ["one.png", "other.png"]


# Filters, search, numbers


def test_the_grid_counts_items_texts_and_publishers(editor: Client) -> None:
    image, unused = make_named("used.png", "unused.png")
    make_item(image=image)
    binned = make_item(image=image)
    make_item(body=f"![A scan]({picture_href(image)}) [large]({picture_href(image)})")
    make_publisher(icon=image)
    move_to_bin(CuratedItem.objects.filter(pk=binned.pk), COMMAND)
    shown = editor.get(GRID)
    assert ["1 item, 1 text, 1 publisher" in row for row in rows(shown)] == [False, True]
    assert "unused" in rows(shown)[0]
    assert f"/admin/curation/curateditem/?image={image.pk}" in links(shown)
    assert names(shown) == [str(unused), str(image)]


def test_images_that_nothing_has_are_unused(editor: Client) -> None:
    make_named("unused.png")
    shown, written, icon, binned, drafted, drafted_in_text = make_named(*"abcdef")
    make_item(image=shown)
    make_item(body=f"![]({picture_href(written)})")
    make_publisher(icon=icon)
    move_to_bin(CuratedItem.objects.filter(pk=make_item(image=binned).pk), COMMAND)
    item = make_item()
    body = f"![]({picture_href(drafted_in_text)})"
    keep(item, {**live_state(item), "image": drafted.pk, "body": body}, COMMAND, shown="", base_id=0)
    assert names(editor.get(GRID, {"unused": "1"})) == ["unused.png"]


def test_images_lack_a_text_unless_all_their_items_have_one(editor: Client) -> None:
    described, of_items, mixed, unused = make_named("described.png", "of-items.png", "mixed.png", "unused.png")
    Image.objects.filter(pk=described.pk).update(alt="A scan")
    for image, alt in ((described, ""), (of_items, "A ward"), (mixed, "A ward"), (mixed, "")):
        make_item(image=image, image_alt=alt)
    assert names(editor.get(GRID, {"no_text": "1"})) == [str(unused), str(mixed)]


def test_small_images_and_those_of_one_look_are_found(editor: Client) -> None:
    large, copy, other, alone = make_named("large.png", "copy.png", "other.png", "alone.png")
    Image.objects.filter(pk=large.pk).update(width=800)
    for image, bits in ((large, LOOK), (other, ~LOOK), (alone, 0), (copy, LOOK ^ 0b111)):
        record_look(image.pk, bits)
    assert "large.png" not in names(editor.get(GRID, {"small": "1"}))
    assert names(editor.get(GRID, {"alike": "1"})) == ["copy.png", "large.png"]
    copy.delete()
    assert names(editor.get(GRID, {"alike": "1"})) == []


def test_images_are_found_by_their_name_their_text_and_the_texts_of_items(editor: Client) -> None:
    named, described, of_item, _other = make_named("ward-night.png", "b.png", "c.png", "d.png")
    Image.objects.filter(pk=described.pk).update(alt="A ward at night")
    make_item(image=of_item, image_alt="The night ward")
    assert names(editor.get(GRID, {"q": "night ward"})) == [str(of_item), str(described), str(named)]
    assert names(editor.get(GRID, {"q": named.sha256})) == [str(named)]


def test_the_texts_of_items_find_nothing_for_those_who_do_not_see_items(clerk: Client) -> None:
    make_item(image=make_image(), image_alt="Secret")
    user = User.objects.get(username="cleo")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_image", "change_image"]))
    assert b"Secret" not in clerk.get(GRID).content
    assert names(clerk.get(GRID, {"q": "Secret"})) == []


def test_the_order_of_the_grid_is_chosen(editor: Client) -> None:
    used, unused = make_named("used.png", "unused.png")
    make_item(image=used)
    orders = [link for link in tree(editor.get(GRID)).iter("a") if text(link) == "most used"]
    assert names(editor.get(GRID + orders[0].get("href", ""))) == [str(used), str(unused)]


@pytest.mark.parametrize(
    "query",
    [{}, {"unused": "1"}, {"no_text": "1"}, {"small": "1"}, {"alike": "1"}, {"q": "picture"}],
    ids=lambda query: next(iter(query), "all"),
)
def test_the_grid_costs_the_same_queries_for_any_number_of_images(editor: Client, query: dict[str, str]) -> None:
    counts = []
    for _ in range(2):
        for number in range(3):
            image, unused = make_image(), make_image()
            make_item(image=image, body=f"![]({picture_href(image)})")
            for one, shift in ((image, 0), (unused, 3)):
                record_look(one.pk, LOOK ^ 1 << number + shift)
            Publisher.objects.create(domain=f"{image.pk}.example", name="x", icon=image)
        editor.get(GRID, query)
        with CaptureQueriesContext(connection) as queries:
            assert names(editor.get(GRID, query))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 16
