"""Stripping HTML from fields of one line, without losing other text."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter.writing.texts import as_prose
from curation.markdown import strip_markup


@pytest.mark.parametrize(
    "text",
    [
        *("Blood pressure <b 120 and rising", "if x<y then stop", "a <b and c> d", "Why <video> matters", "1 < 2 > 0"),
        *("Write to Jane <jane@example.org>", "See <https://example.org/x>", "The <path/to/file> and <Ctrl>+<C>"),
        *("]]> and <![CDATA[ and --> and <!-- end", "<", "<>", "</>", "< b>", "<3 you", "->", "<-", "List<String>"),
        *("How <head> and <title> differ", "The <a> element", "<iframe> considered harmful", "a<b", "<b", "</b"),
        *("<my-tag>x</my-tag>", "<!doctype", "<?php echo 1 ?>", "<p", "R&D < D&R"),
        *("The <script> element", "<script> and <style>", "<script-x>y</script-x>", "<scripts>x</scripts>"),
    ],
)
def test_text_that_is_not_a_tag_is_kept(text: str) -> None:
    assert strip_markup(text) == text
    assert as_prose(text) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("<b>bold</b>", "bold"),
        ("A <B CLASS='x'>bold</B >, <em>em</em>phatic", "A bold, emphatic"),
        ("one<br>two<br/>three<BR />four", "one two three four"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("<p>One<p>Two", "One Two"),
        ("<ul><li>a<li>b</ul>", "a b"),
        ('<a href="https://example.org/?a=b&amp;c" target=_blank>link</a>', "link"),
        ("<a href=/x>link", "link"),
        ("<td nowrap>1</td><td colspan=2>2</td>", "1 2"),
        ('x<img src="a.png" alt="y">z', "x z"),
        ("<video controls src=x></video>after", "after"),
        ("<video>film</video>", "film"),
        ("One<script>alert(1)</script>two", "One two"),
        ("<SCRIPT src=x async>if (a<b) '</b>'</script >one", "one"),
        ("<style>p > a { color: red }</style><p>One", "One"),
        ("<script>document.write('<style>a</style>')</script>one", "one"),
        ("<scr<script>x</script>ipt>y</script>", "<scr ipt>y"),
        ("<span\nclass='a'\tid=b>x</span\n>", "x"),
        ("<div/>x", "x"),
        ("a<!-- remark -->b", "a b"),
        ("<![CDATA[a < b]]>", "a < b"),
        ("<<b>b>", ""),
        ("<st<b></b>rong>x", "x"),
        ("a&nbsp;<i>b</i>&lt;i&gt;", "a b<i>"),
    ],
)
def test_html_tags_are_removed_and_words_stay_separate(written: str, text: str) -> None:
    assert strip_markup(written) == text


PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "/",
            "</",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            '"',
            "'",
            "=",
            " ",
            "\n",
            "\x07",
            "b",
            "br",
            "p",
            "video",
        ),
        *("span", "a", "href=", "x", "jane@example.org", "<b>", "</b>", "<p>", "<video>", "</video>", "<a href=x>"),
        *("<script>", "</script>", "<style>", "</style>"),
    ]
)
TEXTS = st.lists(PIECES, max_size=25).map("".join)


@given(TEXTS)
def test_stripping_is_idempotent(text: str) -> None:
    stripped = strip_markup(text)
    assert strip_markup(stripped) == stripped


@given(TEXTS | st.lists(PIECES | st.sampled_from(["&lt;", "&amp;", "&", ";", "lt"]), max_size=15).map("".join))
def test_prose_is_not_changed(text: str) -> None:
    words = strip_markup(text)
    assert strip_markup(as_prose(words)) == words


@given(
    st.lists(st.sampled_from(["word", "<b>", "</b>", "<br>", "<p>", "</p>", "<x", "<y>", " ", "<", ">"]), max_size=20)
)
def test_no_word_outside_a_tag_is_lost(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert strip_markup(text).count("word") == text.count("word")


@pytest.mark.long
@pytest.mark.parametrize(
    "text",
    [
        *("<a " * 20_000, "</p>" * 60_000, "<!--" * 20_000, "<![CDATA[" * 10_000, "<a \"'" * 20_000, "<" * 60_000),
        *("<" * 20_000 + "b>" * 20_000, "<b" * 10_000 + ">" * 10_000, "<a " + " " * 60_000, "<a " + "a=b " * 20_000),
        *(
            "<!--" + "-" * 60_000,
            "&#" * 50_000,
            "<b>" * 40_000,
            "<video>" * 20_000,
            "<a a" * 20_000,
            "<a a = " * 20_000,
            "<script>" * 20_000,
            "<style><script>" * 10_000,
            "<script " * 20_000,
            "<script>" + "</script " * 20_000,
        ),
    ],
    ids=range(20),
)
def test_a_hostile_field_is_stripped_in_linear_time(text: str) -> None:
    start = time.process_time()
    stripped = strip_markup(text)
    assert time.process_time() - start < 2
    assert strip_markup(stripped) == stripped
    assert not re.search(r"<(?:br?|p)>", stripped)
