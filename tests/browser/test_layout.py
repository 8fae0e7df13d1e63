"""Layout on narrow phones, with large text and with wide spacing: nothing overflows, and no number is broken."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page

from curation.models import Image
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .conftest import OpenPage
from .test_stability import make_image

#: Names as long as the longest real ones, and a word that cannot be hyphenated.
DOMAIN = "hardwaresandbox.healthcareinnovation-and-informatics-management.example.org"
LABEL = "Electronic Health Record Interoperability and Pneumonoultramicroscopicsilicovolcanoconiosis"
TITLE = "Achieving hypertension-self-management-with-digital-therapeutics-in-otorhinolaryngology at last"
BODY = f"""# {TITLE}

https://{DOMAIN}/{"x" * 90}

| a | b |
|---|---|
| {TITLE} | {DOMAIN} |

    {"code " * 30}
"""
#: The text spacing of WCAG 2.2, success criterion 1.4.12.
SPACED = """
* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }
"""
LARGE = "html { font-size: 200% !important; }"
PAGES = (
    *("/", "/news/", "/news/?topic=symplur-long&kind=News", "/news/?topic=nothing", "/news/?page=2", "/news/story-3/"),
    *("/topic/", "/topic/symplur-long/", "/topic/symplur-long/timeline/", "/vocabulary/symplur/", "/tag/long-tag/"),
    *("/offering/", "/offering/long/", "/offering/long/timeline/", "/author/long/"),
    *("/publisher/", f"/publisher/{DOMAIN}/"),
    *("/archive/", "/archive/2024/", "/archive/2024/02/", "/search/", "/search/?q=digital", "/search/?q=digitall"),
    *("/no/such/page/", "/news/plain/"),
)


@pytest.fixture(autouse=True)
def _site() -> None:
    """Items with the longest names, with and without pictures, on more than one page of a list."""
    topic, other = make_topic(LABEL), make_topic("Nanotechnology")
    type(topic).objects.filter(pk=topic.pk).update(slug="symplur-long")
    publisher = make_publisher(DOMAIN, name=DOMAIN)
    offering = make_offering(f"{LABEL} Platform", slug="long", description=TITLE)
    author = make_author(f"Maximilian {DOMAIN}", slug="long")
    images: list[Image] = [make_image(1200, 630), make_image(80, 400)]
    for number in range(24):
        make_item(
            f"{TITLE} {number}",
            slug=f"story-{number}",
            summary=f"{TITLE}. {DOMAIN} reports it.",
            body=BODY,
            topics=[topic, other],
            offerings=[offering],
            authors=[author],
            publisher=publisher,
            source_url=f"https://{DOMAIN}/{number}",
            image=images[number % 2] if number % 3 else None,
            tags=["long tag", LABEL[:90]],
            kind="News",
            published_at=datetime(2024, 2, 1 + number, tzinfo=UTC),
        )
    make_item("Plain", slug="plain", body="", source_url="")


def overflow(page: Page) -> list[str]:
    """Return the elements beyond the right edge of a page that scrolls sideways, at most five; [] if it does not."""
    found: list[str] = page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > width + 0.5)
            .map((element) => `${element.tagName}.${element.className}`).slice(0, 5).concat(["scrolls"]);
        }"""
    )
    return found


@pytest.mark.parametrize(
    ("width", "style"),
    [
        pytest.param(320, SPACED, id="320 spaced"),
        pytest.param(1280, LARGE, id="1280 large"),
        pytest.param(390, "", id="390"),
    ],
)
def test_no_page_scrolls_sideways(open_page: OpenPage, width: int, style: str) -> None:
    page = open_page(width)
    found = {}
    for path in PAGES:
        page.goto(path)
        if style:
            # As a style sheet of the reader: the policy of the page forbids a `<style>` that a script adds.
            page.evaluate(
                "css => { const sheet = new CSSStyleSheet(); sheet.replaceSync(css);"
                " document.adoptedStyleSheets.push(sheet); }",
                style,
            )
        if wide := overflow(page):
            found[path] = wide
    assert found == {}


@pytest.mark.parametrize("width", [320, 1280])
def test_no_number_of_items_is_broken(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    for path in ("/topic/", "/topic/symplur-long/", "/offering/long/", "/search/?q=digital"):
        page.goto(path)
        lines = page.evaluate(
            """() => [...document.querySelectorAll(".count-list .count, .facets .count")].map((count) => {
              const text = [...count.childNodes].find((node) => node.nodeType === 3 && /\\d/.test(node.data));
              const range = document.createRange();
              range.selectNodeContents(text);
              return new Set([...range.getClientRects()].filter(({width}) => width).map(({top}) => top)).size;
            })"""
        )
        assert lines
        assert max(lines) == 1, path


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_results_come_before_facets_on_screen_and_by_keyboard(open_page: OpenPage, width: int) -> None:
    page = open_page(width)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/search/?q=digital")
    results, facets = page.locator(".results .row").first.bounding_box(), page.locator(".facets").bounding_box()
    assert results
    assert facets
    assert results["y"] < 844 < facets["y"]
    order = page.evaluate(
        """() => document.querySelector(".results").compareDocumentPosition(document.querySelector(".facets"))
          & Node.DOCUMENT_POSITION_FOLLOWING"""
    )
    assert order, "the Tab key reaches the facets before the results"


def test_on_a_wide_screen_facets_are_open_beside_the_results(open_page: OpenPage) -> None:
    page = open_page(1280)
    page.goto("/search/?q=digital")
    facets, results = page.locator(".facets").bounding_box(), page.locator(".results").bounding_box()
    assert facets
    assert results
    assert facets["x"] + facets["width"] < results["x"]
    assert abs(facets["y"] - results["y"]) < 5
    assert page.locator(".facets li a").first.is_visible()


def test_forced_colours_mark_the_current_section(open_page: OpenPage) -> None:
    page = open_page()
    page.emulate_media(forced_colors="active")
    page.goto("/topic/")
    edges = page.evaluate(
        """() => [...document.querySelectorAll(".sections a")].map(
          (link) => [link.hasAttribute("aria-current"), getComputedStyle(link).borderBottomWidth])"""
    )
    assert {edge for is_current, edge in edges if is_current} == {"3px"}
    assert {edge for is_current, edge in edges if not is_current} == {"0px"}
