"""The layout of a page does not shift while it loads."""

import io

import pytest
from PIL import Image as Pillow

from curation.lib.images import clean
from curation.models import Image
from tests.factories import make_item, make_offering, make_publisher, make_topic

from .conftest import OpenPage

PAGES = ("/", "/news/", "/news/story-1/", "/topic/symplur-care/")
#: Adds up the scores of layout shifts that Chromium reports.
OBSERVE = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({type: "layout-shift", buffered: true});
"""


def make_image(width: int, height: int) -> Image:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "teal").save(buffer, "PNG")
    return Image.objects.store(clean(buffer.getvalue()), "teal.png")[0]


@pytest.fixture
def _site() -> None:
    """Items with pictures of every shape and items without one."""
    images = [make_image(*size) for size in ((1200, 630), (200, 200), (300, 900), (64, 64))]
    related = {"topics": [make_topic("Care")], "offerings": [make_offering("Watch", slug="watch")]}
    publisher = make_publisher("example.org", icon=images[3])
    for number in range(20):
        image = images[number % 4] if number % 5 else None
        make_item(f"Story {number}", image=image, summary="What it is. " * 20, publisher=publisher, **related)


@pytest.mark.usefixtures("_site")
@pytest.mark.parametrize("width", [390, 1280])
def test_no_layout_shifts_while_a_page_loads_and_is_scrolled(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.add_init_script(OBSERVE)
    moved = {}
    for path in PAGES:
        page.goto(path)
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.wait_for_load_state("networkidle")
        moved[path] = page.evaluate("window.shifted")
    assert {path: shift for path, shift in moved.items() if shift} == {}


@pytest.mark.usefixtures("_site")
def test_a_layout_shift_is_noticed(open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(OBSERVE)
    page.goto("/news/")
    page.evaluate("document.querySelector('main').prepend(Object.assign(new Image(), {width: 500, height: 500}))")
    # `wait_for_function()` evaluates strings in the page, which the policy of the page forbids.
    page.evaluate("new Promise(noticed => setInterval(() => window.shifted > 0 && noticed(), 20))")
