"""YAML: values that are read literally, and values that are refused before they are built."""

import tracemalloc
from math import isinf, isnan
from typing import Any

import pytest

from curation.frontmatter.limits import MAX_DEPTH, MAX_KEY, MAX_TEXT, MAX_VALUES
from curation.frontmatter.reading.strict_yaml import load
from tests.frontmatter.files import read_text, reject_text, rejection


def test_plain_scalars_stay_the_text_that_was_written() -> None:
    text = "[No, on, yes, true, 12:30:45, 1.20, 2023-01-04, 2023-02-30, 0x1F, 007, 1_000, 1e3, =, 0o7, +1]"
    expected = text.strip("[]").split(", ")
    assert load(f"a: {text}", 1).values == {"a": expected}


def test_nulls_are_nothing_unless_they_are_quoted() -> None:
    values = load("a: null\nb: ~\nc:\nd: NULL\ne: 'null'\nf: ''\ng: none", 1).values
    assert values == {"a": None, "b": None, "c": None, "d": None, "e": "null", "f": "", "g": "none"}


def test_only_a_plain_nan_is_not_a_text() -> None:
    values = load("a: .nan\nb: '.nan'\nc: -.inf\nd: nan", 1).values
    assert isinstance(values["a"], float)
    assert isnan(values["a"])
    assert isinstance(values["c"], float)
    assert isinf(values["c"])
    assert (values["b"], values["d"]) == (".nan", "nan")


def test_each_value_has_its_line_in_the_file() -> None:
    parsed = load("a: 1\nb:\n  - x\n  - c: |\n      long\n      text\n    d: 2\n", 5)
    assert parsed.values == {"a": "1", "b": ["x", {"c": "long\ntext\n", "d": "2"}]}
    assert parsed.lines == {"a": 5, "b": 6, "b[0]": 7, "b[1]": 8, "b[1].c": 8, "b[1].d": 11}


@pytest.mark.parametrize("text", ["", "# only a comment", "~"])
def test_front_matter_may_be_empty(text: str) -> None:
    assert load(text, 2).values == {}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a: &x 1\nb: *x", {"a": "1", "b": "1"}),
        ("a: &x [1, {b: c}]\nb: [*x, *x]", {"a": ["1", {"b": "c"}], "b": [["1", {"b": "c"}]] * 2}),
        ("&x a: 1\nb: *x\n", {"a": "1", "b": "a"}),
        ("a: &x k\n*x : 1", {"a": "k", "k": "1"}),
        ("a: &x 'null'\nb: *x\nc: &y null\nd: *y", {"a": "null", "b": "null", "c": None, "d": None}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", {"a": {"b": "1", "c": "2"}, "d": {"b": "1", "c": "3"}}),
        ("a:\n  <<: {b: 1}\n  c: 2", {"a": {"b": "1", "c": "2"}}),
        ("a: {<<: [{b: 1, c: 2}, {b: 3, d: 4}]}", {"a": {"b": "1", "c": "2", "d": "4"}}),
        ("<<: {title: x}\ndraft: true", {"title": "x", "draft": "true"}),
        ("a: &x 1", {"a": "1"}),
    ],
)
def test_aliases_and_merge_keys_expand_to_their_values(text: str, values: dict[str, Any]) -> None:
    assert load(text, 1).values == values


def test_the_value_of_an_alias_is_a_copy() -> None:
    values: Any = load("a: &x {b: 1}\nc: *x", 1).values
    values["a"]["b"] = "2"
    assert values["c"] == {"b": "1"}


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("title: x\na: *x", "“*x” has no anchor above it", 3),
        ("a: &x [*x]", "“*x” has no anchor above it", 2),
        ("a: &x {b: *x}", "“*x” has no anchor above it", 2),
        ("a: &x {<<: *x}", "“*x” has no anchor above it", 2),
        ("a: *x\nb: &x 1", "“*x” has no anchor above it", 2),
        ("a: &x 1\nb: &x 2", "the anchor “&x” is there twice", 3),
        ("a: &x 1\nb: {<<: *x}", "takes a mapping or a list of them", 3),
        ("a: {<<: [1]}", "takes a mapping or a list of them", 2),
        (f"a: &x [{'1, ' * 1000}1]\nb: [{'*x, ' * 10}]", "more than 10,000 values", 3),
        (f"a: &x {{{', '.join(f'k{n}: 1' for n in range(600))}}}\nb: {{<<: [{'*x, ' * 10}]}}", "more than 10,000", 3),
        (f"a: &x {'y' * 90_000}\nb: [{'*x, ' * 12}]", "or 1,000,000 characters", 3),
    ],
)
def test_aliases_without_an_anchor_or_of_too_much_are_refused(text: str, words: str, line: int) -> None:
    problem = reject_text(text)
    assert (problem.code, problem.line) == ("yaml-alias", line)
    assert words in problem.message


def test_a_bomb_is_refused_before_it_is_built() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 19)]
    tracemalloc.start()
    assert reject_text("\n".join(levels)).code == "yaml-alias"
    _size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_aliases_cannot_exceed_the_nesting_limit() -> None:
    half = "[" * 12 + "]" * 12
    assert reject_text(f"a: &x {half}\nb: {'[' * 12}*x{']' * 12}").code == "too-deep"


def test_two_merge_keys_in_a_mapping_are_one_too_many() -> None:
    assert reject_text("a:\n  <<: {b: 1}\n  <<: {c: 1}").code == "duplicate-key"


def test_a_quoted_merge_key_is_a_key() -> None:
    assert load("'<<': 1", 1).values == {"<<": "1"}


@pytest.mark.parametrize(
    "text", ["a: !!python/object/apply:os.system [true]", "a: !!str 1", "a: ! 1", "a: !x {b: c}", "!!map {a: b}"]
)
def test_tags_are_refused(text: str) -> None:
    problem = reject_text(text)
    assert problem.code == "yaml-tag"
    assert "YAML tags not allowed" in problem.message
    assert "python" not in problem.message


def test_every_duplicate_key_is_named_with_both_lines() -> None:
    problems = rejection(b"---\ntitle: one\nlink:\n  href: a\n  href: b\n\ntitle: two\n---\n")
    assert [(problem.code, problem.field, problem.line, problem.message) for problem in problems] == [
        ("duplicate-key", "link.href", 5, "the key “href” is on lines 4 and 5; keep one"),
        ("duplicate-key", "title", 7, "the key “title” is on lines 2 and 7; keep one"),
    ]


@pytest.mark.parametrize("text", ["- a\n- b", "just words", "[]", "'quoted'"])
def test_front_matter_is_a_mapping(text: str) -> None:
    problem = reject_text(text)
    assert (problem.code, problem.line) == ("not-a-mapping", 2)
    assert "front matter must be a mapping" in problem.message


def test_a_second_document_is_refused() -> None:
    problem = reject_text("title: x\n--- {title: y}")
    assert problem.code == "yaml-documents"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("title: x\nsummary: a: b", 3, "put quotes around a text that holds"),
        ("title: `x`", 2, "put quotes around the text"),
        ("title: x\nsummary: 'y\na: b\nc: d", 3, "a quoted text begins here"),
        ("a: [1, 2\nb: c\nd: e", 2, "write its “]”"),
        ("a: {x: 1\nb: c\nd: e", 2, "write its “}”"),
        ("\ttitle: x", 2, "indent with spaces"),
        ('title: "\\ud800"', 2, "half a character"),
        ('title: "\\q"', 2, "unknown escape"),
    ],
)
def test_invalid_yaml_is_rejected_with_its_line(text: str, line: int, words: str) -> None:
    problem = reject_text(text)
    assert problem.code == "yaml-syntax"
    assert words in problem.message
    assert problem.line == line


@pytest.mark.parametrize("text", ["? [a, b]\n: c", "{{a: b}: c}"])
def test_a_key_is_a_text(text: str) -> None:
    assert reject_text(text).code == "yaml-key"


@pytest.mark.parametrize(
    ("text", "code", "limit"),
    [
        ("a: " + "[" * 10_000, "too-deep", MAX_DEPTH),
        ("a: [" + "x, " * MAX_VALUES + "]", "too-many-values", MAX_VALUES),
        ("\n".join(f"k{number}:" for number in range(MAX_VALUES)), "too-many-values", MAX_VALUES),
        ("description: " + "x" * (MAX_TEXT + 1), "text-too-long", MAX_TEXT),
        (f"{'k' * (MAX_KEY + 1)}: 1", "key-too-long", MAX_KEY),
    ],
)
def test_each_limit_is_named_by_whoever_meets_it(text: str, code: str, limit: int) -> None:
    problem = reject_text(text)
    assert problem.code == code
    assert f"{limit:,}" in problem.message


def test_values_within_the_limits_are_read() -> None:
    deep = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    text = "d" * MAX_TEXT
    document = read_text(f"title: x\ndate: 2023-01-31\ndeep: {deep}\n{'k' * MAX_KEY}: 1\nlong: {text}")
    assert document.problems == ()


@pytest.mark.parametrize("text", ['"a\\0b"', '["\\0"]', '{"\\0": 1}'])
def test_an_escaped_nul_is_refused(text: str) -> None:
    assert reject_text(f"title: {text}").code == "unstorable"


def test_raw_control_characters_are_spaces_and_end_no_line() -> None:
    document = read_text("title: a\u2028b\x1bc\u0085d\x07\ndate: 2023-01-31")
    assert document.record.title == "a b c d"
    assert "\u2028" in document.front_matter


def test_escaped_control_characters_become_spaces() -> None:
    document = read_text('title: "bell \\a back \\b esc \\e sep \\L tab \\t end"\ndate: 2023-01-31')
    assert document.record.title == "bell back esc sep tab end"
