"""What was typed, read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.search.query import MAX_LENGTH, MAX_WORDS, Term, TextQuery, parse


def term(*words: str, prefix: bool = False, excluded: bool = False) -> Term:
    return Term(words, prefix, excluded)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", []),
        ("   ", []),
        ("hospital", [term("hospital")]),
        ("Remote  CARE", [term("remote"), term("care")]),
        ('"remote care" robots', [term("remote", "care"), term("robots")]),
        ("“remote care”", [term("remote", "care")]),
        ('"remote care', [term("remote", "care")]),
        ('remote" care', [term("remote"), term("care")]),
        ("covid-19", [term("covid", "19")]),
        ("-covid robots", [term("covid", excluded=True), term("robots")]),
        ('robots -"remote care"', [term("robots"), term("remote", "care", excluded=True)]),
        ("tele*", [term("tele", prefix=True)]),
        ('"remote moni*"', [term("remote", "moni", prefix=True)]),
        ("te*", [term("te")]),
        ("Zürich naïve", [term("zurich"), term("naive")]),
        ("ﬁbrosis", [term("fibrosis")]),
        ("한국", [term("한국")]),
        ("the future of nursing", [term("future"), term("nursing")]),
        ("the of", [term("the"), term("of")]),
        ("the -nurse", [term("the"), term("nurse", excluded=True)]),
        ('"the future"', [term("the", "future")]),
        ("title:x AND (a^b)", [term("title", "x"), term("a", "b")]),
        ("- + * \" ' \\ ( ❤ %", []),
        ("a\0b", [term("b")]),
        ("'; DROP TABLE x--", [term("drop"), term("table"), term("x")]),
    ],
)
def test_a_search_text_is_parsed(text: str, terms: list[Term]) -> None:
    assert list(parse(text).terms) == terms


def test_words_beyond_the_limits_are_ignored() -> None:
    assert sum(len(each.words) for each in parse("a b c d e f g h i j " * 5).terms) <= MAX_WORDS
    assert len(parse('"' + "x " * 5000).terms[0].words) == MAX_WORDS
    assert parse("x" * 10_000).text == "x" * MAX_LENGTH


@given(st.text(max_size=300))
def test_any_text_is_a_search(text: str) -> None:
    query = parse(text)
    assert len(query.text) <= MAX_LENGTH
    assert all(word.isalnum() and word == word.lower() for each in query.terms for word in each.words)
    assert parse(query.text) == query


def test_words_are_replaced_in_place() -> None:
    query = parse('"Remote Caer" -caerful Robts')
    assert query.replace_words({"caer": "care", "robts": "robots"}) == '"Remote care" -caerful robots'
    assert TextQuery("").replace_words({"a": "b"}) == ""
