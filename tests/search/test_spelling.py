"""Hints at what a misspelt word may mean, and what is proposed while a reader types."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.models import CuratedItem
from curation.search.query import parse
from curation.search.spelling import did_you_mean
from curation.search.suggest import Suggestion, suggestions
from tests.factories import make_item, make_offering, make_topic

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("telehaelth", "telehealth"),
        ("telehelth robots", "telehealth robots"),
        ('"telehealth robtos" -nurses', '"telehealth robots" -nurses'),
        ("cybersecurty", "cybersecurity"),
        ("Elehealth", "telehealth"),
        ("zurihc", "zurich"),
        ("lovelaec", ""),
        ("qqqqqq", ""),
        ("tele* robts", "tele* robots"),
        ("", ""),
        ("-telehaelth", ""),
    ],
)
def test_a_misspelt_word_that_finds_nothing_gets_a_hint(typed: str, hint: str) -> None:
    make_item("Telehealth robots at a hospital in Zürich", topics=[make_topic("Cybersecurity")])
    assert did_you_mean(parse(typed)) == hint


def test_a_hint_finds_something() -> None:
    make_item("Telehealth")
    make_item("Robots")
    assert did_you_mean(parse("telehelth robts")) == ""
    assert did_you_mean(parse("telehelth -telehealth")) == ""


def test_hints_have_no_words_of_items_that_readers_do_not_see() -> None:
    make_item("Acquisition", status="draft", topics=[make_topic("Merger")])
    item = make_item("Bankruptcy")
    item.status = CuratedItem.Status.DRAFT
    item.save()
    for typed in ("acquisitoin", "mergr", "bankruptyc"):
        assert did_you_mean(parse(typed)) == ""
        assert suggestions(typed[:5]) == []


def test_a_hint_has_no_word_that_no_text_has_any_more() -> None:
    item = make_item("Robots", topics=[make_topic("Nurse")])
    assert did_you_mean(parse("robtos")) == "robots"
    item.title, item.summary, item.body = "Robot", "None.", "None."
    item.save()
    assert did_you_mean(parse("robtos")) == "robot"
    assert did_you_mean(parse("nures")) == "nurse"


def test_a_hint_costs_a_bounded_number_of_queries() -> None:
    make_item("Telehealth")
    with CaptureQueriesContext(connection) as queries:
        did_you_mean(parse("qa qb qc qd qe qf qg qh qi qj qk ql qm qn qo qp"))
    assert len(queries) <= 20


def test_topics_offerings_and_titles_are_suggested() -> None:
    topic, offering = make_topic("Remote Care"), make_offering("Remo Watch")
    old = make_item("Nurses go remote", topics=[topic], offerings=[offering])
    new = make_item("A remorseful robot")
    make_item("Promotion")
    assert suggestions("  REMO") == [
        Suggestion("Topic", "Remote Care", topic.get_absolute_url()),
        Suggestion("Offering", "Remo Watch", offering.get_absolute_url()),
        Suggestion("Story", new.title, new.get_absolute_url()),
        Suggestion("Story", old.title, old.get_absolute_url()),
    ]
    assert [found.text for found in suggestions("care re")] == ["Remote Care"]
    assert [found.text for found in suggestions("nurses g")] == ["Nurses go remote"]
    assert suggestions("robots n g") == []
    assert [found.text for found in suggestions("nurses go")] == ["Nurses go remote"]


@pytest.mark.parametrize("typed", ["", "r", " ", '"', "\0", "❤", "x" * 10_000, "% _", "*", ":all"])
def test_anything_may_be_typed(typed: str) -> None:
    make_item("Remote")
    assert suggestions(typed) == []


def test_suggestions_cost_at_most_five_queries() -> None:
    make_item("Remote", topics=[make_topic("Remote")], offerings=[make_offering("Remote")])
    with CaptureQueriesContext(connection) as queries:
        assert len(suggestions("remo")) == 3
    assert len(queries) <= 5
