"""No rule of axe-core finds a fault on any kind of page, in the light or the dark colour scheme."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

ROOT = Path(__file__).resolve().parent.parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
MISSING = "axe-core is not here: install Node.js with npm, then run make test, or npm ci"

PAGES = (
    *("/", "/news/", "/news/?topic=gartner-remote-monitoring&page=1", "/news/?offering=none", "/news/?page=2"),
    *("/news/wearables/", "/news/plain/", "/topic/", "/topic/gartner-remote-monitoring/", "/topic/symplur-lonely/"),
    *("/vocabulary/gartner/", "/tag/wearable/", "/offering/", "/offering/heart-watch/", "/publisher/example.org/"),
    *("/author/ada/", "/no/such/page/", "/topic/gartner-remote-monitoring/timeline/"),
    *("/archive/", "/archive/2024/", "/archive/2024/2/"),
    *("/search/", "/search/?q=wearables", "/search/?q=wearabels"),
)
BODY = """## A heading

Text with a [link](https://example.org/), and a list:

- one
- two

| a | table |
| - | ----- |
| 1 | 2     |

> A quotation.

    code
"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core."""
    if not AXE.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    return AXE.read_text()


@pytest.fixture
def _site() -> None:
    """Items with all that a page can show, and with next to nothing; more than a page of them."""
    for _ in range(20):
        make_item()
    make_item("Plain", slug="plain", body="", source_url="")
    make_topic("Lonely")
    make_item(
        "Wearables at home",
        slug="wearables",
        body=BODY,
        summary="What it is about.",
        topics=[make_topic("Remote Monitoring", "Gartner"), *(make_topic() for _ in range(29))],
        offerings=[make_offering("Heart Watch", slug="heart-watch", description="A watch.")],
        authors=[make_author("Ada Lovelace", slug="ada", bio="Wrote the first program.")],
        publisher=make_publisher("example.org", name="The Paper"),
        published_at=datetime(2024, 2, 28, tzinfo=UTC),
        tags=["wearable"],
        via_name="A friend",
        section="NEWS",
        format="brief",
    )


def violations(page: Page, rules: list[str] | None = None) -> list[str]:
    """Return what axe finds wrong on a page, of some rules or of all."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = rules
    result = page.evaluate("options => axe.run(document, options)", options)
    return [f"{found['id']}: {node['html']}" for found in result["violations"] for node in found["nodes"]]


@pytest.mark.long
@pytest.mark.usefixtures("_site")
def test_no_page_has_a_fault_in_either_colour_scheme(page: Page, axe: str) -> None:
    found = {}
    for path in PAGES:
        page.emulate_media(color_scheme="light", reduced_motion="reduce")  # colours change at once
        page.goto(path)
        page.evaluate(axe)
        found[path, "light"] = violations(page)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found[path, "dark"] = violations(page, ["color-contrast", "link-in-text-block"])
    assert {where: faults for where, faults in found.items() if faults} == {}


@pytest.mark.usefixtures("_site")
def test_a_fault_is_found(page: Page, axe: str) -> None:
    page.goto("/news/plain/")
    page.evaluate(axe)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(fault.startswith("button-name") for fault in violations(page))
