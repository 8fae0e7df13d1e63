"""The jobs of the table in docs/editing.md: their clicks, keys and page loads are counted."""

from collections.abc import Callable
from pathlib import Path

from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from curation.items.actors import Actor
from curation.items.revisions import recording
from curation.models import CuratedItem, Topic
from tests.admin.images import make_image, picture_bytes
from tests.factories import make_item, make_publisher, make_topic

from .test_accessibility import ann  # noqa: F401  # a fixture
from .test_editors_day import LINK, SUMMARY, TITLE, Hand
from .test_review import submit

LIST, TODAY = "/admin/curation/curateditem/", "/admin/"
BODY = "The saving was in days, not in money. It is not cheaper. It is better."
ALT = "A nurse at a bed"

#: Clicks, keys and page loads of each job. `tests/test_docs.py` compares the table with them.
COUNTS = {
    "Publish a new story": (2, 235, 2),
    "Mend a word of a live text": (3, 10, 2),
    "Read and approve the next of the queue": (1, 1, 2),
    "Write three missing alternative texts": (1, 54, 1),
    "Merge two topics": (4, 0, 4),
    "Withdraw three stories, and take that back": (7, 0, 4),
    "Compare with the version before, and put it back": (4, 0, 4),
    "Schedule a draft for tomorrow, 9:00": (2, 2, 2),
}


def open_row(hand: Hand, title: str) -> None:
    hand.click(hand.page.get_by_role("link", name=title, exact=True).first)
    expect(hand.page.locator("input[name=_local_copy]")).not_to_have_value("")  # the scripts of the form have run


def publish_story(hand: Hand, picture: Path) -> None:
    page = hand.page
    hand.press("n")
    expect(page.locator("input[name=_local_copy]")).not_to_have_value("")
    hand.paste(LINK)
    for key, text in (("t", TITLE), ("s", SUMMARY), ("b", BODY), ("o", "")):
        hand.press("Control+/")
        hand.press(key)
        hand.type(text)
    for start, label in (("nurs", "Nursing"), ("pati", "Patient Flow")):
        hand.type(start)
        expect(page.get_by_role("option").filter(has_text=label).first).to_be_visible()
        hand.press("Enter")
    hand.choose_file(page.locator("#id_new_image"), picture)
    hand.click(page.locator("#id_image_alt"))
    hand.type(ALT)
    hand.press("Control+Enter")
    expect(page.get_by_role("main").get_by_text("live").first).to_be_visible()
    story = CuratedItem.objects.get(title=TITLE)
    assert story.is_live
    assert (story.summary, story.body, story.image_alt, story.topics.count()) == (SUMMARY, BODY, ALT, 2)
    assert story.image is not None


def mend_word(hand: Hand) -> None:
    open_row(hand, "Story 9")
    hand.double_click(hand.page.get_by_label("Body:", exact=True), 30, 18)
    hand.type("Hospital")
    hand.press("Control+Enter")
    expect(hand.page.get_by_role("link", name="Story 9", exact=True).first).to_be_visible()
    assert CuratedItem.objects.get(title="Story 9").body == "Hospital stays at home."


def approve_next(hand: Hand) -> None:
    hand.click(hand.page.get_by_role("navigation", name="Desk").get_by_role("link", name="Review"))
    frame = hand.page.frame_locator(".framed-page iframe")
    expect(frame.get_by_role("heading", name="First")).to_be_visible()
    hand.page.wait_for_load_state()  # the keys are there
    hand.press("a")
    expect(hand.page.get_by_role("heading", level=1)).to_have_text("Second")
    assert CuratedItem.objects.get(title="First").is_live


def write_alternative_texts(hand: Hand) -> None:
    hand.click(hand.page.get_by_role("listitem").filter(has_text="alternative text").get_by_text("one by one"))
    for title in ("Story 8", "Story 7", "Story 6"):
        expect(hand.page.get_by_role("heading", level=1)).to_have_text(title)
        expect(hand.page.get_by_label("Alternative text")).to_be_focused()
        expect(hand.page.get_by_label("Alternative text")).to_have_value("")
        hand.type(ALT)
        expect(hand.page.locator(".one-place")).not_to_contain_text("Saving")  # the one before, without which none is
        hand.press("Control+Enter")
    expect(hand.page.get_by_role("heading", level=1)).to_contain_text("nothing is left")
    assert CuratedItem.objects.filter(image_alt=ALT).count() == 4  # the new story has it, too


def merge_topics(hand: Hand) -> None:
    page = hand.page
    hand.click(page.get_by_role("navigation", name="Desk").get_by_role("link", name="Topics"))
    hand.click(page.get_by_role("link", name="Alike topics"))
    hand.click(page.get_by_role("link", name="Merge…"))
    hand.click(page.get_by_role("button", name="Merge into"))
    expect(page.get_by_text("merged into")).to_be_visible()
    assert Topic.objects.filter(label__istartswith="Tele").count() == 1


def withdraw_and_undo(hand: Hand) -> None:
    page = hand.page
    for number in (5, 4, 3):
        hand.click(page.get_by_role("checkbox", name=f"Mark “Story {number}”"))
    bar = page.get_by_role("group", name="Actions on marked items")
    hand.click(bar.get_by_role("button", name="Withdraw to draft…"))
    hand.click(page.get_by_role("button", name="Withdraw 3 items"))
    expect(page.get_by_text("3 items withdrawn").first).to_be_visible()
    assert CuratedItem.objects.filter(status="draft", title__startswith="Story").count() == 3
    hand.click(page.get_by_role("link", name="Undo"))
    hand.click(page.get_by_role("button", name="Put 3 items back"))
    expect(page.get_by_text("3 items put back.").first).to_be_visible()
    assert not CuratedItem.objects.filter(status="draft", title__startswith="Story").exists()


def put_version_back(hand: Hand) -> None:
    page = hand.page
    open_row(hand, "Story 2")
    hand.click(page.get_by_role("link", name="History"))
    hand.click(page.get_by_role("link", name="Summary", exact=True).first)
    expect(page.get_by_role("region", name="Summary").locator("ins")).to_be_visible()
    hand.click(page.get_by_role("button", name="Put this back"))
    expect(page.get_by_text("Summary put back.")).to_be_visible()
    assert CuratedItem.objects.get(title="Story 2").summary == "Before."


def schedule(hand: Hand) -> None:
    open_row(hand, "A draft")
    hand.click(hand.page.get_by_role("button", name="Tomorrow 9:00"))
    expect(hand.page.get_by_role("button", name="Schedule", exact=True)).to_be_visible()
    hand.press("Control+Enter")
    expect(hand.page.get_by_text("is scheduled")).to_be_visible()


def make_site(user: User) -> None:
    make_publisher("healthcareitnews.com")
    topics = [make_topic(label) for label in ("Nursing", "Patient Flow", "Telehealth", "Tele-health")]
    items = [make_item(f"Story {n}", body="Hopsital stays at home.", topics=topics[2:]) for n in range(1, 11)]
    for number in (6, 7, 8):
        CuratedItem.objects.filter(pk=items[number - 1].pk).update(image=make_image(name=f"photo-{number}.png"))
    CuratedItem.objects.filter(pk=items[1].pk).update(summary="Before.")
    with recording([items[1].pk], "changed", Actor.of(user)):
        CuratedItem.objects.filter(pk=items[1].pk).update(summary="After it.")
    submit("First", "Second")
    make_item("A draft", status="draft", published_at=None)


def test_each_job_takes_the_clicks_keys_and_loads_of_the_table(page: Page, ann: User, tmp_path: Path) -> None:  # noqa: F811
    make_site(ann)
    (tmp_path / "ward.png").write_bytes(picture_bytes())
    page.set_viewport_size({"width": 1440, "height": 900})
    jobs: list[tuple[str, Callable[[Hand], None]]] = [
        (LIST, lambda hand: publish_story(hand, tmp_path / "ward.png")),
        (LIST, mend_word),
        (TODAY, approve_next),
        (TODAY, write_alternative_texts),
        (TODAY, merge_topics),
        (LIST, withdraw_and_undo),
        (LIST, put_version_back),
        (LIST, schedule),
    ]
    counts = {}
    for name, (start, job) in zip(COUNTS, jobs, strict=True):
        page.goto(start)
        hand = Hand(page)
        hand.watch()
        job(hand)
        page.wait_for_load_state()
        counts[name] = (hand.clicks, hand.keys, len(hand.loads))
    assert counts == COUNTS
