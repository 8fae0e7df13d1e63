"""The search page, and what search boxes propose."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.listing.pagination import PAGE_SIZE
from curation.models import CuratedItem, SourceDocument
from curation.search import find as finding
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.views.pages import ParsedPage, get

pytestmark = pytest.mark.django_db


def searched(q: str = "", **chosen: object) -> ParsedPage:
    return get(f"/search/?{urlencode({'q': q, **chosen} if q else chosen, doseq=True)}")


@pytest.fixture
def _stories() -> None:
    care, work = make_topic("Remote Care", "Gartner"), make_topic("Work")
    make_item(
        "Robots at home",
        summary="They help.",
        body="After a stroke, robots & nurses help.",
        topics=[care, work],
        offerings=[make_offering("Heart Watch")],
        publisher=make_publisher("paper.example.org", name="The Paper"),
        authors=[make_author("Ada Lovelace")],
        tags=["Digital Health"],
        kind="Opinion",
        format="feature",
        published_at=datetime(2024, 2, 28, 12, tzinfo=UTC),
    )
    make_item("Nurses", body="No robots.", topics=[care], kind="opinion", published_at=datetime(2023, 5, 1, tzinfo=UTC))


@pytest.mark.usefixtures("_stories")
def test_results_are_ranked_with_the_words_marked() -> None:
    page = searched("robot nurses")
    assert page.titles == ["Nurses", "Robots at home"]
    assert page.texts("article//mark") == ["Nurses", "robots", "Robots", "robots", "nurses"]
    assert "After a stroke, robots & nurses help." in page.text
    assert "2 items for “robot nurses”" in page.text
    assert page.one("main//input[@name='q']").get("value") == "robot nurses"


@pytest.mark.usefixtures("_stories")
def test_facets_are_offered_with_their_numbers() -> None:
    page = searched("robots")
    facets = {
        section.findtext("h2"): [" ".join("".join(row.itertext()).split()) for row in section.iter("li")]
        for section in page.all("aside//section")
    }
    assert facets == {
        "Topic": ["Remote Care Gartner items: 2", "Work Symplur items: 1"],
        "Vocabulary": ["Gartner items: 2", "Symplur items: 1"],
        "Offering": ["Heart Watch items: 1"],
        "Publisher": ["The Paper items: 1"],
        "Author": ["Ada Lovelace items: 1"],
        "Tag": ["Digital Health items: 1"],
        "Kind": ["Opinion items: 2"],
        "Format": ["feature items: 1"],
        "Year": ["2024 items: 1", "2023 items: 1"],
    }


@pytest.mark.usefixtures("_stories")
def test_facets_combine_and_come_off_one_by_one() -> None:
    page = searched("robots")
    narrowed = get(page.link("Remote Care Gartner"))
    assert narrowed.titles == ["Robots at home", "Nurses"]
    narrowed = get(narrowed.link("Work Symplur"))
    assert narrowed.titles == ["Robots at home"]
    assert narrowed.texts("ul[@class='chips active']/li") == ["Topic Remote Care ×", "Topic Work ×", "Clear all"]
    assert get(narrowed.link("Remove the filter Topic: Work")).titles == ["Robots at home", "Nurses"]
    assert narrowed.link("Clear all") == "/search/?q=robots"
    hidden = [(field.get("name"), field.get("value")) for field in narrowed.all("main//input[@type='hidden']")]
    assert hidden == [("topic", "gartner-remote-care"), ("topic", "symplur-work")]


@pytest.mark.usefixtures("_stories")
@pytest.mark.parametrize(
    ("chosen", "titles"),
    [
        ({"topic": ["gartner-remote-care", "symplur-work"]}, ["Robots at home"]),
        ({"topic": "remote care"}, ["Robots at home", "Nurses"]),
        ({"vocabulary": "gartner"}, ["Robots at home", "Nurses"]),
        ({"offering": "Heart Watch"}, ["Robots at home"]),
        ({"publisher": "https://www.paper.example.org/x"}, ["Robots at home"]),
        ({"author": "ada-lovelace", "tag": "digital-health"}, ["Robots at home"]),
        ({"kind": "OPINION", "year": ["2023", "1999"]}, ["Nurses"]),
        ({"format": "feature", "year": "2023"}, []),
        ({"year": "9" * 300}, []),
    ],
)
def test_values_of_facets_may_be_written_by_hand(chosen: dict[str, object], titles: list[str]) -> None:
    page = searched(**chosen)
    assert page.titles == titles
    assert page.link("Clear all") == "/search/"


@pytest.mark.usefixtures("_stories")
@pytest.mark.parametrize(
    "chosen",
    [
        {"topic": ["gartner-remote-care", "nothing"]},
        {"topic": "'; DROP TABLE x--"},
        {"year": "x"},
        {"year": "٣"},
        {"publisher": "\0❤"},
    ],
)
def test_an_unknown_value_answers_404_with_a_page_that_helps(chosen: dict[str, object]) -> None:
    page = get(f"/search/?{urlencode(chosen, doseq=True)}", 404)
    assert page.titles == []
    assert page.link("Clear all") == "/search/"


@pytest.mark.usefixtures("_stories")
def test_a_search_that_finds_nothing_helps() -> None:
    page = searched("robts home")
    assert page.titles == []
    assert page.link("robots home") == "/search/?q=robots+home"
    assert "Nothing found for “robts home”" in page.text
    assert searched("robts", topic="symplur-work").link("robots") == "/search/?q=robots&topic=symplur-work"
    assert "Did you mean" not in searched("qqqqqq").text


def test_a_search_without_words_explains_search_texts() -> None:
    assert "What are you looking for?" in searched().text
    assert "There is no word to search for" in searched("❤ -").text
    response = Client().get("/search/?q=+&topic=x")
    assert (response.status_code, response["Location"]) == (302, "/search/?topic=x")
    assert Client().get("/search/?q=")["Location"] == "/search/"


def test_results_come_in_pages_that_keep_the_search() -> None:
    topic = make_topic("Care")
    for number in range(PAGE_SIZE + 1):
        make_item(f"Robots {number}", topics=[topic])
    page = searched("robots", topic="symplur-care")
    assert len(page.titles) == PAGE_SIZE
    assert page.link("Next") == "?q=robots&topic=symplur-care&page=2"
    assert get(f"/search/{page.link('Next')}").titles == ["Robots 0"]
    get("/search/?q=robots&page=3", 404)


def test_results_beyond_the_limit_are_mentioned_and_not_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_RESULTS", 3)
    for number in range(5):
        make_item(f"Robots {number}")
    page = searched("robots")
    assert page.titles == ["Robots 4", "Robots 3", "Robots 2"]
    assert "are listed and counted" in page.text


@pytest.mark.parametrize("typed", ["Café", "CAFÉ", "Cafe\u0301"])
def test_a_kind_is_one_facet_in_any_spelling(typed: str) -> None:
    make_item("Robots one", kind="Café")
    make_item("Robots two", kind="Cafe\u0301")
    assert searched("robots", kind=typed).titles == ["Robots two", "Robots one"]
    (kind,) = [section for section in searched("robots").all("section") if section.findtext("h2") == "Kind"]
    assert [" ".join("".join(row.itertext()).split()) for row in kind.iter("li")] == ["Cafe\u0301 items: 2"]


@pytest.mark.usefixtures("_stories")
def test_result_pages_are_not_for_search_engines_but_have_feeds() -> None:
    page = searched("robots", kind="Opinion")
    assert page.meta("robots") == "noindex, follow"
    (feed,) = {link.get("href") for link in page.all("link") if link.get("type") == "application/rss+xml"}
    assert feed == "/search/feed.rss?q=robots&kind=Opinion"
    response = Client().get(feed)
    assert response.status_code == 200
    assert response.content.index(b"Robots at home") < response.content.index(b"<title>Nurses")
    assert Client().get("/search/feed.rss").status_code == 404


@pytest.mark.usefixtures("_stories")
def test_the_page_costs_at_most_thirteen_queries_however_much_is_found() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            searched("robots help", topic="gartner-remote-care", kind="Opinion")
        return len(queries)

    few = cost()
    for number in range(PAGE_SIZE + 2):
        make_item(f"Robots help {number}", topics=[make_topic(), make_topic()], kind="Opinion", tags=["x"])
    assert cost() == few <= 13


@pytest.mark.usefixtures("_stories")
def test_search_boxes_get_suggestions() -> None:
    response = Client().get("/search/suggest/?q=ro")
    assert response.json() == {
        "suggestions": [{"kind": "Story", "text": "Robots at home", "url": "/news/robots-at-home/"}]
    }
    assert response["X-Robots-Tag"] == "noindex"
    assert Client().get("/search/suggest/").json() == {"suggestions": []}


PLACES = ("/search/?q=", "/search/suggest/?q=", "/news/?words=", "/search/?topic=")


@pytest.mark.parametrize("place", PLACES)
def test_hostile_searches_are_answered(hostile: Path, place: str) -> None:
    make_item("<script>xss(1)</script> title:x a NEAR OR NOT")
    for typed in json.loads((hostile / "probes" / "search_queries.json").read_text())["q"]:
        response = Client().get(place + urlencode({"": typed})[1:])
        assert response.status_code in (200, 302, 400, 404), typed[:50]
        if response["Content-Type"].startswith("text/html"):
            assert b"<script>xss" not in response.content
            assert b"<img src=x" not in response.content


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_is_a_search_of_bounded_cost(client: Client, typed: str) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/search/", {"q": typed})
    assert response.status_code in (200, 302)
    assert len(queries) <= 25


LINK = "https://paper.example.org/Robots/?id=7"


@pytest.fixture
def linked() -> str:
    """The title of the item with the source `LINK`, among one with another, and one that readers do not see."""
    make_item("Elsewhere", source_url="https://paper.example.org/nurses")
    make_item("Draft", source_url=LINK, status="draft")
    return str(make_item("Robots", source_url=LINK, topics=[make_topic("Care")]))


@pytest.mark.parametrize(
    "pasted",
    [
        *(LINK, "http://www.paper.example.org/robots?utm_source=mail&id=7#top"),
        f"  {LINK}&fbclid={'x' * 500} ",
        "https://m.paper.example.org/robots/?id=7",
    ],
)
def test_a_pasted_link_finds_the_item_with_it_as_its_source(pasted: str, linked: str) -> None:
    query = urlencode({"q": pasted})
    page = searched(pasted)
    assert page.titles == [linked]
    assert "1 item with the source" in page.text
    assert not page.all("article//mark")
    assert get(f"/news/?{query}").titles == [linked]
    suggested = Client().get(f"/search/suggest/?{query}").json()["suggestions"]
    assert suggested == [{"kind": "Story", "text": linked, "url": "/news/robots/"}]


def test_filters_narrow_the_items_of_a_pasted_link(linked: str) -> None:
    make_item("Nurses", topics=[make_topic("Work")])
    assert searched(LINK, topic="symplur-care").titles == [linked]
    assert searched(LINK, topic="symplur-work").titles == []


def test_a_pasted_link_that_no_item_has_is_searched_for_like_words() -> None:
    make_item("Robots", body=f"See {LINK} for more.")
    assert searched(LINK).titles == ["Robots"]
    assert "No item here has this link as its source." in searched("https://else.example.org/").text


def test_a_further_link_of_an_item_finds_it_too(linked: str) -> None:
    fields = {"path": "/b.md", "sha256": "0", "front_matter": "", "dialect": SourceDocument.Dialect.HUGO}
    further = "https://syndicated.example.net/robots"
    item = CuratedItem.objects.get(title=linked)
    SourceDocument.objects.create(
        **fields, item=item, is_primary=False, source_url=further, imported_at=datetime.now(UTC)
    )
    assert searched(further).titles == [linked]
