"""Two versions of a text with their differences marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.admin.imports.differences import CONTEXT_CHARS, MAX_CHARS, mark_differences, mark_in_one


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
    assert mark_differences(before, after) == (first, second)


def test_a_long_stretch_that_both_have_is_shortened() -> None:
    first, second = mark_differences(f"one {'x' * 5000} end", f"two {'x' * 5000} end")
    assert first.startswith(f"<del>one</del> {'x' * CONTEXT_CHARS} […] ")
    assert len(second) < 3 * CONTEXT_CHARS


def test_a_very_long_version_is_cut() -> None:
    first, _ = mark_differences("x " * MAX_CHARS, "y " * MAX_CHARS)
    assert first.endswith("…")
    assert len(first) < 2 * MAX_CHARS


@given(before=st.text("ab <&\n", max_size=60), after=st.text("ab <&\n", max_size=60))
def test_nothing_is_lost_or_left_unescaped(before: str, after: str) -> None:
    for text, tag, shown in zip((before, after), ("del", "ins"), mark_differences(before, after), strict=True):
        plain = shown.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
        assert "<" not in plain
        assert plain.replace("&lt;", "<").replace("&amp;", "&") == text
    if before != after:
        assert "<del>" in mark_differences(before, after)[0] or "<ins>" in mark_differences(before, after)[1]


@pytest.mark.parametrize(
    ("before", "after", "marked"),
    [
        ("by taxi", "by <link>", "by <del>taxi</del> <ins>&lt;link&gt;</ins>"),
        ("one two", "one", "one <del>two</del>"),
        ("", "all new", "<ins>all new</ins>"),
        ("same", "same", "same"),
        ("a b", "a  b", "<del>a</del> <ins>a</ins>  b"),
    ],
)
def test_two_versions_are_shown_in_one(before: str, after: str, marked: str) -> None:
    assert mark_in_one(before, after) == marked


def test_two_versions_in_one_are_cut_to_a_maximum() -> None:
    shown = mark_in_one("x" * MAX_CHARS, "y" * MAX_CHARS)
    assert len(shown) < MAX_CHARS + 100
    assert shown.endswith("…")
