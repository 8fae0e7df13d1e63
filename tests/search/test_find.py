"""What searches find, and in which order: the same on every database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from curation.search import find as finding
from curation.search.backends import postgres
from curation.search.facet_sources import Option
from curation.search.find import SearchRequest, find, find_newest
from curation.search.query import parse
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .conftest import Search

pytestmark = pytest.mark.django_db


def ids(text: str, **wanted: object) -> list[int]:
    return list(find(SearchRequest(parse(text), **wanted)).items)


def test_a_word_is_found_wherever_an_item_has_it(search: Search) -> None:
    make_item("Title robots")
    make_item("Summary", summary="Robots help.")
    make_item("Body", body="Of *robots*.")
    make_item("Topic", topics=[make_topic("Robots")])
    make_item("Vocabulary", topics=[make_topic("A", "Robots")])
    make_item("Offering", offerings=[make_offering("Robots")])
    make_item("Publisher", publisher=make_publisher(name="Robots Daily"))
    make_item("Author", authors=[make_author("Robots Desk")])
    make_item("Tag", tags=["robots"])
    make_item("None of it")
    assert set(search("robots")) == {
        *("Title robots", "Summary", "Body", "Topic", "Vocabulary", "Offering", "Publisher", "Author", "Tag")
    }


def test_title_comes_before_summary_and_names_before_body_and_recent_before_old(search: Search) -> None:
    make_item("Robots A")
    make_item("Old", summary="Robots.")
    make_item("Named", topics=[make_topic("Robots")])
    make_item("Robots B")
    make_item("Old body", summary="None.", body="Robots.")
    make_item("New body", summary="None.", body="Robots. Robots.")
    assert search("robots") == ["Robots B", "Robots A", "Named", "Old", "New body", "Old body"]


def test_words_in_a_row_in_the_title_come_first(search: Search) -> None:
    make_item("Remote care at home")
    make_item("Care for the remote")
    make_item("Care", summary="Remote.")
    make_item("Nothing", summary="None.", body="Care that is remote.")
    assert search("remote care") == ["Remote care at home", "Care for the remote", "Care", "Nothing"]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("robot", ["Robots in Zürich"]),
        ("ROBOTS", ["Robots in Zürich"]),
        ("zurich", ["Robots in Zürich"]),
        ("zürich", ["Robots in Zürich"]),
        ("zur*", ["Robots in Zürich"]),
        ("zur", []),
        ("hospitals", ["A hospital’s nurses"]),
        ("nursing", ["A hospital’s nurses"]),
        ("hospital robots", []),
        ('"hospital s nurses"', ["A hospital’s nurses"]),
        ('"nurses hospital"', []),
        ("covid-19", ["COVID-19 and e-health"]),
        ('"19 covid"', []),
        ("ehealth", []),
        ("health -nurses", ["COVID-19 and e-health"]),
        ("-robots", ["COVID-19 and e-health", "A hospital’s nurses"]),
        ("-robots -covid", ["A hospital’s nurses"]),
        ('-"e health" -robots', ["A hospital’s nurses"]),
        ("3", ["COVID-19 and e-health"]),
        ("1,500", ["COVID-19 and e-health"]),
        ("example.org", ["COVID-19 and e-health"]),
        ("example", ["COVID-19 and e-health"]),
        ("r&d", ["COVID-19 and e-health"]),
        ("missing", []),
    ],
)
def test_words_phrases_prefixes_and_exclusions(search: Search, text: str, titles: list[str]) -> None:
    make_item("Robots in Zürich", body="")
    make_item("A hospital’s nurses", body="")
    make_item("COVID-19 and e-health", body="v3.2 costs 1,500 at www.example.org/r&d.", summary="Phase 3")
    assert search(text) == titles


def test_a_phrase_does_not_reach_from_one_field_into_the_next(search: Search) -> None:
    make_item("Ends with remote", summary="care begins", body="")
    assert search('"remote care"') == []


def test_names_are_found_by_all_of_their_words(search: Search) -> None:
    make_item("One", topics=[make_topic("Remote Care", "KLAS")], authors=[make_author("Ada Lovelace")])
    make_item("Two", topics=[make_topic("Remote Work", "KLAS")])
    assert search('"remote care"') == ["One"]
    assert search("klas lovelace") == ["One"]
    assert search("remot* -care") == ["Two"]
    assert search("klas") == ["Two", "One"]


def test_drafts_archived_and_future_items_are_not_found(search: Search) -> None:
    make_item("Robots draft", status="draft")
    make_item("Robots archived", status="archived")
    make_item("Robots due", published_at=timezone.now() + timedelta(days=1))
    assert search("robots") == []
    assert find(SearchRequest(parse("robots"))).counts == {}


def test_an_item_of_the_future_is_found_from_its_second_on(search: Search) -> None:
    due = datetime(2031, 5, 1, 12, tzinfo=UTC)
    make_item("Robots due", published_at=due)
    with time_machine.travel(due - timedelta(seconds=1), tick=False):
        assert search("robots") == []
    with time_machine.travel(due, tick=False):
        assert search("robots") == ["Robots due"]


def test_items_of_every_possible_time_are_in_order(search: Search) -> None:
    make_item("Robots first", published_at=datetime(1, 1, 2, tzinfo=UTC))
    make_item("Robots old", published_at=datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC))
    make_item("Robots epoch", published_at=datetime(1970, 1, 1, tzinfo=UTC))
    make_item("Robots same second", published_at=datetime(1970, 1, 1, tzinfo=UTC))
    make_item("Robots last", published_at=datetime(9999, 12, 30, tzinfo=UTC))
    assert search("robots") == ["Robots same second", "Robots epoch", "Robots old", "Robots first"]


def test_facets_are_counted_among_the_items_found() -> None:
    care, work = make_topic("Care"), make_topic("Work", "KLAS")
    make_item("Robots 1", topics=[care, work], kind="News", published_at=datetime(2023, 5, 1, tzinfo=UTC))
    make_item("Robots 2", topics=[care], kind="news", published_at=datetime(2024, 5, 1, tzinfo=UTC))
    make_item("Other", topics=[work], kind="Opinion")
    counts = find(SearchRequest(parse("robots"))).counts
    assert counts["topic"] == {care.pk: 2, work.pk: 1}
    assert counts["vocabulary"] == {care.vocabulary_id: 2, work.vocabulary_id: 1}
    assert counts["kind"] == {"news": 2}
    assert counts["year"] == {2023: 1, 2024: 1}


def option(facet: str, row: Any) -> Option:
    return Option(facet, "", "", row.pk)


def test_facets_combine() -> None:
    care, work, chart = make_topic("Care"), make_topic("Work"), make_offering("Chart")
    both = make_item("Robots", topics=[care, work], offerings=[chart], kind="News").pk
    one = make_item("Robots", slug="one", topics=[care], kind="Opinion").pk
    other = make_item("Nurses", topics=[care, work]).pk
    assert ids("robots", options=(option("topic", care),)) == [one, both]
    assert ids("robots", options=(option("topic", care), option("topic", work))) == [both]
    assert ids("", options=(option("topic", care), option("topic", work))) == [other, both]
    assert ids("robots", options=(option("topic", work), option("offering", chart))) == [both]
    kinds = Option("kind", "NEWS", "NEWS"), Option("kind", "opinion", "Opinion")
    assert ids("robots", options=kinds) == [one, both]
    assert ids("robots", options=(kinds[0], option("topic", work))) == [both]
    assert ids("robots", options=(Option("year", "1999", "1999"),)) == []


def test_a_range_of_time_keeps_what_is_in_it() -> None:
    day = datetime(2024, 2, 28, tzinfo=UTC)
    kept = make_item("Robots", published_at=day + timedelta(hours=9)).pk
    make_item("Robots", slug="next", published_at=day + timedelta(hours=24))
    make_item("Robots", slug="before", published_at=day - timedelta(seconds=1))
    assert ids("robots", since=day, until=day + timedelta(hours=24, microseconds=-1)) == [kept]


def test_the_newest_come_first_whatever_they_match_best() -> None:
    title = make_item("Robots").pk
    body = make_item("Other", body="Robots").pk
    assert find_newest(SearchRequest(parse("robots"))) == [body, title]
    assert find_newest(SearchRequest(parse("robots")), limit=1) == [body]


@pytest.mark.parametrize("sample", [1, 2, 4, 200])
def test_the_newest_are_found_whatever_the_sample_predicts(sample: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "SAMPLE_ENTRIES", sample)
    years = (2000, 2001, 2002, 2007, 2008, 2010, 2010, 2010)
    titles = ("Robots", "Nurses", "Robots", "Robots", "Doctors", "Robots", "Doctors", "Nurses")
    robots = [
        make_item(title, slug=f"item-{number}", published_at=datetime(year, 5, 1 + number, tzinfo=UTC)).pk
        for number, (title, year) in enumerate(zip(titles, years, strict=True))
    ]
    found = [pk for pk, title in zip(robots, titles, strict=True) if title == "Robots"][::-1]
    for limit in range(1, 5):
        assert find_newest(SearchRequest(parse("robots")), limit) == found[:limit]
    assert ids("robots -nurses") == found
    assert ids("-nurses -doctors") == found
    assert ids("robots", options=(Option("year", "2007", "2007"),)) == [found[1]]


def test_no_more_than_a_limit_is_found_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MAX_RESULTS", 3)
    items = [make_item(f"Robots {number}", kind="News").pk for number in range(4)]
    found = find(SearchRequest(parse("robots")))
    assert found.items == tuple(reversed(items[1:]))
    assert found.is_more
    assert found.counts["kind"] == {"news": 3}
    assert not find(SearchRequest(parse("robots -3"))).is_more


def test_a_token_cannot_be_typed(search: Search) -> None:
    topic = make_topic("Care")
    make_item("One", topics=[topic])
    for text in (f"t{topic.pk}", f":t{topic.pk}", ":all", "all", '":all"', "facets:all"):
        assert search(text) == []


def test_a_body_of_any_length_and_any_letters_is_indexed(search: Search) -> None:
    words = " ".join(f"word{number}" for number in range(20_000))
    make_item("Long", body=f"needle 한국 ❤ \u202e \ufffd {'x' * 3000} {words}")
    assert search("needle 한국 word7777") == ["Long"]
