"""Images that look the same are found by their hashes, in a bounded time, and kept together in groups."""

from itertools import combinations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from curation.models import Image, ImageLook, image_looks
from curation.models.image_looks import BANDS, MAX_DISTANCE, LookBand, distance, record_look, same_looks
from tests.admin.images import make_image

pytestmark = pytest.mark.django_db
LOOK = 0x0F0F_3C3C_5A5A_6969
HASHES = st.integers(-(2**63), 2**63 - 1)


def groups() -> dict[int, int | None]:
    return dict(ImageLook.objects.values_list("image", "group"))


@given(HASHES, st.sets(st.integers(0, 63), max_size=5))
def test_distance_is_the_number_of_bits_that_differ(bits: int, flipped: set[int]) -> None:
    other = bits
    for bit in flipped:
        other ^= 1 << bit if bit < 63 else -(1 << 63)
    assert distance(bits, other) == distance(other, bits) == len(flipped)


@pytest.mark.parametrize("bits", [LOOK, ~LOOK, -(2**63) | LOOK])
def test_a_look_is_found_whichever_bits_differ(bits: int) -> None:
    image = make_image()
    ImageLook.objects.create(image=image, bits=bits)
    for flipped in combinations(range(0, 64, 7), MAX_DISTANCE):
        near = bits
        for bit in flipped:
            near ^= 1 << bit if bit < 63 else -(1 << 63)
        assert same_looks(near) == [image.pk]
    assert same_looks(bits ^ 0b1111) == []


def test_pictures_without_details_look_like_no_other() -> None:
    for _ in range(2):
        record_look(make_image().pk, 0)
    assert {*groups().values()} == {None}


def test_images_of_one_look_are_one_group_and_so_are_those_between_two_groups() -> None:
    first, second, far, between = (make_image().pk for _ in range(4))
    record_look(first, LOOK)
    assert groups() == {first: None}
    record_look(second, LOOK ^ 0b1)
    record_look(far, LOOK ^ 0b11111)
    assert groups() == {first: first, second: first, far: None}
    record_look(between, LOOK ^ 0b00111)
    assert {*groups().values()} == {first}


def test_an_image_whose_look_changes_leaves_its_group() -> None:
    first, second = make_image().pk, make_image().pk
    record_look(first, LOOK)
    record_look(second, LOOK)
    record_look(second, ~LOOK)
    assert groups()[second] is None


def test_a_look_goes_with_its_image() -> None:
    image = make_image()
    record_look(image.pk, LOOK)
    Image.objects.all().delete()
    assert not ImageLook.objects.exists()


def test_a_search_compares_a_bounded_number_of_images_in_a_fixed_number_of_queries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(image_looks, "MAX_COMPARED", 2)
    images = [make_image() for _ in range(4)]
    ImageLook.objects.bulk_create(ImageLook(image=image, bits=LOOK) for image in images)
    with CaptureQueriesContext(connection) as queries:
        assert same_looks(LOOK) == [image.pk for image in images[2:]]
    assert len(queries) == BANDS


def test_a_search_reads_a_range_of_an_index() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    for band in range(BANDS):
        equal = ImageLook.objects.alias(band=LookBand("bits", shift=16 * band)).filter(band=7)
        plan = equal.order_by("-image").values_list("image", "bits")[:5].explain()
        assert f"look_band_{band}" in plan
        assert "SORT" not in plan.upper()
