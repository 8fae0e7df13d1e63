"""Pictures as readers get them: the classes of focal points."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.listing.summaries import ItemPicture
from curation.templating.pictures import focus_classes, picture

STYLES = Path(__file__).resolve().parents[2] / "static" / "reader" / "lists.css"


@given(st.integers(0, 100), st.integers(0, 100))
def test_every_focal_point_has_classes_that_the_style_sheet_gives_a_place_nearby(x: int, y: int) -> None:
    rules = re.findall(r"\.(focus-\S+) \{ --focus-.: (\d+)%", STYLES.read_text())
    places = {name: int(percent) for name, percent in rules}
    classes = focus_classes(x, y).split() or ["focus-x-50", "focus-y-50"]
    assert [name[:7] for name in classes] == ["focus-x", "focus-y"]
    assert all(abs(places[name] - percent) <= 5 for name, percent in zip(classes, (x, y), strict=True))


@pytest.mark.parametrize(("focus", "has_class"), [((50, 50), False), ((50, 0), True)])
def test_a_picture_has_classes_where_its_focal_point_is_not_the_centre(focus: tuple[int, int], has_class: bool) -> None:
    shown = picture(ItemPicture("images/ab/x.png", 8, 6, False, *focus))
    assert (' class="focus-x-50 focus-y-0"' in shown) == has_class
