"""Image, PDF and icon: their keys, and the facts that are kept."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_ALT, MAX_MEDIA_PATH
from curation.frontmatter.record import MediaRef
from tests.frontmatter.files import record, warnings


@pytest.mark.parametrize(
    ("written", "image"),
    [
        ("/img/x.jpg", MediaRef("/img/x.jpg")),
        ({"href": "x.jpg"}, MediaRef("x.jpg")),
        ({"href": "x.jpg", "alt": "An <b>x</b> &amp; y"}, MediaRef("x.jpg", "An x & y")),
        (
            {"href": "x.jpg", "size": ["800", 1540], "valid": True},
            MediaRef("x.jpg", "", {"valid": True, "size": [800, 1540]}),
        ),
        (
            {"href": "x.jpg", "workPackage": 5, "format": "PNG"},
            MediaRef("x.jpg", "", {"format": "PNG", "workPackage": 5}),
        ),
        ({"href": "x.jpg", "valid": "False", "unknown": 1}, MediaRef("x.jpg", "", {"valid": False})),
        (
            {"href": "x.jpg", "wpAttachment": {"fileName": "y.png", "link": None}},
            MediaRef("x.jpg", "", {"wpAttachment": {"fileName": "y.png"}}),
        ),
        ({"href": "x.jpg", "size": [float("inf"), None], "format": ["x"]}, MediaRef("x.jpg")),
        ({"href": "x.jpg", "size": "big", "wpAttachment": "z"}, MediaRef("x.jpg")),
        ({"href": None, "size": [1, 2]}, None),
        ({"href": ""}, None),
        ({}, None),
        ("", None),
        (None, None),
    ],
)
@pytest.mark.parametrize(
    ("key", "field"), [("featuredImage", "image"), ("featuredPdf", "pdf"), ("favIconImage", "icon")]
)
def test_a_file_is_a_text_or_a_mapping(key: str, field: str, written: Any, image: MediaRef | None) -> None:
    assert getattr(record(**{key: written}), field) == image
    assert warnings(**{key: written}) == []


def test_a_list_is_not_a_file_except_for_pictures() -> None:
    assert record(featuredPdf=["x.pdf"]).pdf is None
    assert warnings(featuredPdf=["x.pdf"]) == [("not-text", "featuredPdf")]


def test_a_long_alternative_text_is_cut() -> None:
    written = {"href": "x.jpg", "alt": "word " * MAX_ALT}
    image = record(featuredImage=written).image
    assert image is not None
    assert len(image.alt) <= MAX_ALT
    assert image.alt.endswith("…")
    assert warnings(featuredImage=written) == [("too-long", "featuredImage.alt")]


def test_a_signed_address_of_another_host_is_left_to_whoever_looks_for_the_file() -> None:
    address = "https://cdn.example/" + "x" * 900
    assert record(featuredImage=address).image == MediaRef(address)
    assert warnings(featuredImage="x" * (MAX_MEDIA_PATH + 1)) == [("too-long", "featuredImage")]
