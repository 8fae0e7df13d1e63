"""Two versions of a text, what differs marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.admin.differences import CONTEXT, MAX_SHOWN, marked


@pytest.mark.parametrize(
    ("before", "after", "first", "second"),
    [
        ("", "", "", ""),
        ("same", "same", "same", "same"),
        ("one two three", "one 2 three", "one <del>two</del> three", "one <ins>2</ins> three"),
        ("one", "", "<del>one</del>", ""),
        ("a b", "a b c", "a b", "a b <ins>c</ins>"),
        ("end.", "end.\nMore.", "end.", "end.\n<ins>More.</ins>"),
        ("a b", "a  b", "<del>a</del> b", "<ins>a</ins>  b"),
        ("<b>", "<i> &", "<del>&lt;b&gt;</del>", "<ins>&lt;i&gt; &amp;</ins>"),
    ],
)
def test_words_that_differ_are_marked(before: str, after: str, first: str, second: str) -> None:
    assert marked(before, after) == (first, second)


def test_a_long_stretch_that_both_have_is_shortened() -> None:
    first, second = marked(f"one {'x' * 5000} end", f"two {'x' * 5000} end")
    assert first.startswith(f"<del>one</del> {'x' * CONTEXT} […] ")
    assert len(second) < 3 * CONTEXT


def test_a_very_long_version_is_cut() -> None:
    first, _ = marked("x " * MAX_SHOWN, "y " * MAX_SHOWN)
    assert first.endswith("…")
    assert len(first) < 2 * MAX_SHOWN


@given(before=st.text("ab <&\n", max_size=60), after=st.text("ab <&\n", max_size=60))
def test_nothing_is_lost_or_left_unescaped(before: str, after: str) -> None:
    for text, tag, shown in zip((before, after), ("del", "ins"), marked(before, after), strict=True):
        plain = shown.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
        assert "<" not in plain
        assert plain.replace("&lt;", "<").replace("&amp;", "&") == text
    if before != after:
        assert "<del>" in marked(before, after)[0] or "<ins>" in marked(before, after)[1]
