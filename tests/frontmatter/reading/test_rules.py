"""Texts and lists of texts: summary, authors, tags, labels; and unknown keys."""

from typing import Any

import pytest

from curation.frontmatter.limits import MAX_AUTHOR, MAX_PROBLEMS, MAX_SUMMARY, MAX_TAG
from tests.frontmatter.files import read_keys, read_text, record, warnings


@pytest.mark.parametrize(
    ("written", "summary"),
    [
        ("One\n  two", "One two"),
        ("Let&rsquo;s <br>go", "Let’s go"),
        ("12:30:45", "12:30:45"),
        ("", ""),
        (None, ""),
        (float("nan"), ""),
    ],
)
def test_a_summary_is_plain_text_and_may_be_missing(written: Any, summary: str) -> None:
    assert record(description=written).summary == summary
    assert warnings(description=written) == []


def test_a_summary_that_is_not_a_text_is_taken_from_the_body() -> None:
    assert record(description={"a": "b"}).summary == ""
    assert warnings(description={"a": "b"}) == [("not-text", "description")]


def test_a_long_summary_is_cut() -> None:
    assert len(record(description="x" * (MAX_SUMMARY + 1)).summary) == MAX_SUMMARY
    assert warnings(description="x" * (MAX_SUMMARY + 1)) == [("too-long", "description")]


@pytest.mark.parametrize("key", ["author", "tags"])
@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Ann", ("Ann",)),
        (["Ann", "Bo"], ("Ann", "Bo")),
        (["Ann", "ANN", " ann "], ("Ann",)),
        (["a  b\tc", "<i>x</i>", "R&amp;D"], ("a b c", "<i>x</i>", "R&D")),
        (["", "x"], ("x",)),
        ([7, 1.5], ("7", "1.5")),
        (None, ()),
        ([], ()),
        ("", ()),
    ],
)
def test_names_are_a_text_or_a_list_each_once(key: str, written: Any, names: tuple[str, ...]) -> None:
    item = record(**{key: written})
    assert (item.authors if key == "author" else item.tags) == names
    assert warnings(**{key: written}) == []


@pytest.mark.parametrize(("key", "limit"), [("author", MAX_AUTHOR), ("tags", MAX_TAG)])
def test_entries_that_are_not_names_are_dropped_with_a_warning(key: str, limit: int) -> None:
    written = [None, {"page": "x"}, "y" * (limit + 1), "z" * limit]
    item = record(**{key: written})
    assert (item.authors if key == "author" else item.tags) == ("z" * limit,)
    assert warnings(**{key: written}) == [
        ("not-text", f"{key}[0]"),
        ("not-text", f"{key}[1]"),
        ("too-long", f"{key}[2]"),
    ]


def test_yaml_words_are_tags() -> None:
    tags = read_text("title: x\ndate: 2023-01-31\ntags: [on, 1.20, 2023-01-04, 0x1F, No]").record.tags
    assert tags == ("on", "1.20", "2023-01-04", "0x1F", "No")


@pytest.mark.parametrize(
    ("keys", "field", "value"),
    [
        ({"identifier": "News", "searchCategory": "Opinion"}, "kind", "News"),
        ({"searchCategory": "Opinion"}, "kind", "Opinion"),
        ({"identifier": None, "searchCategory": "Opinion"}, "kind", "Opinion"),
        ({"sub": "brief"}, "format", "brief"),
        ({"mastHead": "NEWS"}, "section", "NEWS"),
        ({"institution": "Hospital"}, "institution", "Hospital"),
        ({"institution": {"label": "Hospital"}}, "institution", "Hospital"),
        ({"institution": None}, "institution", ""),
    ],
)
def test_labels(keys: dict[str, Any], field: str, value: str) -> None:
    assert getattr(record(**keys), field) == value
    assert warnings(**keys) == []


@pytest.mark.parametrize("key", ["identifier", "sub", "mastHead"])
def test_a_long_label_is_cut(key: str) -> None:
    assert warnings(**{key: "x" * 101}) == [("too-long", key)]


def test_unknown_keys_are_listed() -> None:
    document = read_keys(weight=1, insights_x=None, basePath="/", params={"a": "b"}, socialScore=1)
    assert document.unmapped == ("weight", "params")
    assert document.problems == ()


def test_problems_stop_at_a_limit_but_errors_do_not() -> None:
    problems = read_keys(tags=[None] * 500).problems
    assert len(problems) == MAX_PROBLEMS + 1
    assert problems[-1].code == "more-problems"


def test_a_problem_has_an_instruction_and_a_line() -> None:
    document = read_text("title: x\ndate: 2023-01-31\nlink:\n  brand: x\n  href: ftp://x\n")
    (problem,) = document.problems
    assert (problem.level, problem.field, problem.line) == ("warning", "link.href", 6)
    assert problem.message == "“ftp://x” is not an http or https link and is ignored; correct it"
