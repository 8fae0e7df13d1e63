"""A new story from a link, by hand: clicks, keys and page loads are counted. Before, it took 31, 663 and 4."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from curation.models import CuratedItem
from tests.factories import make_item, make_publisher, make_topic

from .conftest import OpenPage
from .test_editing import item, log_in

__all__ = ["item"]

LIST = "/admin/curation/curateditem/"
ADD = f"{LIST}add/"
LINK = "https://www.healthcareitnews.com/news/hospital-home-cuts-readmissions?utm_source=newsletter"
TITLE = "Hospital at home cuts readmissions by a fifth"
SUMMARY = "Patients treated at home came back a fifth less often. A tablet did the rest."
BODY = "The saving was in **days**, not in money. It is not cheaper. It is better."
TOPICS = {"nurs": "Nursing", "pati": "Patient Flow", "digi": "Digital Health"}
MAX_CLICKS, MAX_KEYS, MAX_LOADS, MAX_STOPS = 12, 300, 1, 12


@dataclass
class Hand:
    """An editor at a page, who counts what it takes. Keys that are held down count as well."""

    page: Page
    clicks: int = 0
    keys: int = 0
    loads: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("domcontentloaded", lambda page: self.loads.append(page.url))

    def choose_file(self, field: Locator, path: Path) -> None:
        """Choose a file in the dialogue of the operating system, which is not counted."""
        with self.page.expect_file_chooser() as chosen:
            self.click(field)
        chosen.value.set_files(path)

    def double_click(self, target: Locator, x: float, y: float) -> None:
        target.dblclick(position={"x": x, "y": y})
        self.clicks += 2

    def click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)
        self.keys += len(keys.split("+"))

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def paste(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.keys += 2  # Ctrl and v


@pytest.mark.journey
@pytest.mark.usefixtures("item")
def test_a_story_from_a_link_takes_few_clicks_keys_and_loads(open_page: OpenPage) -> None:
    publisher = make_publisher("healthcareitnews.com")
    for label in TOPICS.values():
        make_topic(label)
    page = open_page(1440)
    log_in(page)
    page.goto(ADD)
    expect(page.locator("input[name=_local_copy]")).not_to_have_value("")
    hand = Hand(page)
    hand.watch()
    hand.paste(LINK)
    expect(page.locator("#id_publisher")).to_have_value(str(publisher.pk))
    for keys, text in (("t", TITLE), ("s", SUMMARY), ("b", BODY)):
        hand.press("Control+/")
        hand.press(keys)
        hand.type(text)
    hand.press("Control+/")
    hand.press("o")
    for start, label in TOPICS.items():
        hand.type(start)
        expect(page.get_by_role("option").filter(has_text=label).first).to_be_visible()
        hand.press("Enter")
    hand.click(page.get_by_role("button", name="Tomorrow 9:00"))
    expect(page.get_by_role("button", name="Schedule", exact=True)).to_be_visible()
    hand.press("Control+Enter")
    expect(page.get_by_text("is scheduled")).to_be_visible()
    story = CuratedItem.objects.get(title=TITLE)
    assert story.source_url == LINK.partition("?")[0]
    assert (story.publisher, story.summary, story.body) == (publisher, SUMMARY, BODY)
    assert [row.topic.label for row in story.itemtopic_set.all()] == [*TOPICS.values()]
    assert (story.status, story.is_live) == (CuratedItem.Status.PUBLISHED, False)
    assert hand.clicks <= MAX_CLICKS
    assert hand.keys <= MAX_KEYS
    assert len(hand.loads) <= MAX_LOADS, hand.loads


STOP = """() => {
  const { id, name, className, tagName } = document.activeElement;
  return name || className || id || tagName;
}"""


def stops_from_link_to_verb(page: Page) -> list[str]:
    """Return the stops of the Tab key after the source link, the main verb the last."""
    expect(page.get_by_role("combobox").first).to_be_visible()
    expect(page.frame_locator("iframe.body-preview").locator("main")).to_be_visible()
    page.get_by_label("Source link:").focus()
    stops: list[str] = []
    while not page.locator(".item-verbs .default:focus").count() and len(stops) <= MAX_STOPS:
        page.keyboard.press("Tab")
        stops.append(page.evaluate(STOP))
    return stops


def test_tab_goes_from_the_link_through_the_story_to_the_main_verb_in_few_stops(page: Page, item: CuratedItem) -> None:
    draft = make_item("A draft", status="draft", source_url=LINK, topics=[make_topic("Robots"), make_topic("Nursing")])
    log_in(page)
    for path in (ADD, f"{LIST}{draft.pk}/change/", f"{LIST}{item.pk}/change/"):
        page.goto(path)
        stops = stops_from_link_to_verb(page)
        assert len(stops) <= MAX_STOPS, stops
        story = [stop for stop in stops if stop in ("title", "summary", "body", "itemtopic_set-0-topic", "tags")]
        assert story == ["title", "summary", "body", "itemtopic_set-0-topic", "tags"]


def test_the_buttons_above_the_text_are_one_toolbar_that_arrow_keys_go_through(page: Page, item: CuratedItem) -> None:
    log_in(page)
    page.goto(f"{LIST}{item.pk}/change/")
    bar = page.get_by_role("toolbar", name="Text and preview")
    bar.get_by_role("button", name="Bold").focus()
    for key, name in (("ArrowRight", "Italic"), ("ArrowLeft", "Bold"), ("ArrowLeft", "Dark"), ("Home", "Bold")):
        page.keyboard.press(key)
        expect(bar.get_by_role("button", name=name, exact=True)).to_be_focused()
    page.keyboard.press("End")
    for _ in range(2):  # only the page is shown, then only the text, whose page has no colours to choose
        page.keyboard.press("Control+/")
        page.keyboard.press("v")
    page.keyboard.press("Shift+Tab")
    expect(bar.get_by_role("button", name="Bold")).to_be_focused()
    page.keyboard.press("End")
    expect(bar.get_by_role("button", name="Preview")).to_be_focused()


@pytest.mark.usefixtures("item")
def test_nothing_overflows_at_200_percent(open_page: OpenPage) -> None:
    page = open_page(1280)
    log_in(page)
    page.goto(ADD)
    expect(page.get_by_role("combobox").first).to_be_visible()
    for width in (640, 390, 320):  # 640 is 1280 px at 200 %
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width


@pytest.mark.usefixtures("item")
def test_a_link_of_an_unknown_host_offers_a_publisher_which_is_saved_with_the_item(open_page: OpenPage) -> None:
    known = make_publisher("healthcareitnews.com")
    page = open_page(1440)
    log_in(page)
    page.goto(ADD)
    offer, link = page.locator("#id_publisher_from_link"), page.get_by_label("Source link:")
    expect(offer).to_be_hidden()
    link.fill(LINK)
    expect(page.locator("#id_publisher")).to_have_value(str(known.pk))
    link.fill("https://www.newpub.example/story")
    expect(page.locator("#id_publisher")).to_have_value("")
    page.get_by_label("Make “newpub.example” a publisher, saved with the item").check()
    page.get_by_label("Title:", exact=True).fill(TITLE)
    page.keyboard.press("Control+s")
    expect(page.get_by_text("as a draft.")).to_be_visible()
    story = CuratedItem.objects.get(title=TITLE)
    assert story.publisher is not None
    assert story.publisher.domain == "newpub.example"
    expect(offer).to_be_hidden()
