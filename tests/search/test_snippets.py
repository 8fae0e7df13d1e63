"""Excerpts with the words marked, and everything else escaped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.search.query import parse
from curation.search.snippets import LENGTH, Marker


@pytest.mark.parametrize(
    ("typed", "text", "html"),
    [
        ("robot", "Robots & nurses", "<mark>Robots</mark> &amp; nurses"),
        ("hospitals", "A hospital’s door", "A <mark>hospital</mark>’s door"),
        ("zurich", "In Zürich.", "In <mark>Zürich</mark>."),
        ("tele*", "Telehealth, tele", "<mark>Telehealth</mark>, <mark>tele</mark>"),
        ('"remote care"', "remote care", "<mark>remote</mark> <mark>care</mark>"),
        ("care -remote", "remote care", "remote <mark>care</mark>"),
        ("mark", "<mark>x</mark>", "&lt;<mark>mark</mark>&gt;x&lt;/<mark>mark</mark>&gt;"),
        ("amp", "a & b", "a &amp; b"),
        ("", "a & b", "a &amp; b"),
    ],
)
def test_words_are_marked_in_any_inflection(typed: str, text: str, html: str) -> None:
    assert Marker(parse(typed)).marked(text) == html


def test_a_snippet_shows_where_most_of_the_words_are() -> None:
    filler = "lorem ipsum dolor sit amet " * 40
    text = f"Robots once. {filler}Here robots help nurses. {filler}"
    snippet = Marker(parse("robots nurses")).snippet(text)
    assert snippet.startswith("… ")
    assert snippet.endswith(" …")
    assert "Here <mark>robots</mark> help <mark>nurses</mark>. lorem" in snippet
    assert len(snippet) < LENGTH + 50


def test_a_snippet_of_a_short_text_is_the_text() -> None:
    assert Marker(parse("robots")).snippet("Of robots.") == "Of <mark>robots</mark>."
    assert Marker(parse("robots")).snippet("Of nurses.") == ""


@given(st.text(max_size=60), st.text(max_size=600))
def test_no_text_gets_through_unescaped(typed: str, text: str) -> None:
    marker = Marker(parse(typed))
    for html in (marker.marked(text), marker.snippet(text)):
        rest = html.replace("<mark>", "").replace("</mark>", "")
        assert "<" not in rest
        assert ">" not in rest
