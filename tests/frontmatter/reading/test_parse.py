"""TOML and JSON: the same values as YAML gives, under the same limits."""

import json

import pytest

from curation.frontmatter.limits import MAX_DEPTH, MAX_KEY, MAX_TEXT, MAX_VALUES
from curation.frontmatter.reading.parse import parse
from curation.frontmatter.reading.split import FileParts
from tests.frontmatter.files import rejection


def toml(text: str) -> dict[str, object]:
    return parse(FileParts("toml", text, "", 2)).values


def json_values(text: str) -> dict[str, object]:
    return parse(FileParts("json", text, "", 1)).values


def test_toml_values_have_the_form_of_yaml_ones() -> None:
    text = """
    flag = true
    off = false
    count = 12
    price = 1.20
    day = 2023-01-31
    moment = 2023-01-31T09:30:00+05:30
    naive = 2023-01-31T09:30:00
    clock = 12:30:45
    none = nan
    list = ["a", 1, [2.50]]
    [link]
    href = "https://example.org/"
    """
    values = toml(text)
    assert isinstance(values.pop("none"), float)
    assert values == {
        "flag": "true",
        "off": "false",
        "count": "12",
        "price": "1.20",
        "day": "2023-01-31",
        "moment": "2023-01-31T09:30:00+05:30",
        "naive": "2023-01-31T09:30:00",
        "clock": "12:30:45",
        "list": ["a", "1", ["2.50"]],
        "link": {"href": "https://example.org/"},
    }


def test_json_values_have_the_form_of_yaml_ones() -> None:
    text = '{"flag": true, "count": 12, "price": 1.20, "none": null, "list": ["a", 1e3, {"b": "\\ud83d\\ude00"}]}'
    assert json_values(text) == {
        "flag": "true",
        "count": "12",
        "price": "1.20",
        "none": None,
        "list": ["a", "1e3", {"b": "😀"}],
    }


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("title = 'x'\nslug = ", "toml-syntax", 3),
        ("title = 'x'\n\ntitle = 'y'", "toml-syntax", 4),
        ("date = 2023-02-30", "toml-syntax", 2),
        ("id = " + "9" * 5_000, "toml-syntax", None),
        ("a = " + "[" * 10_000, "too-deep", None),
        ("a = " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "too-deep", None),
        (".".join("a" * 5_000) + " = 1", "too-deep", None),
        ("[" + ".".join(["'a'"] * 5_000) + "]", "too-deep", None),
        ("x = {" + " . ".join(['"a b"'] * 5_000) + " = 1}", "too-deep", None),
        ("a = [" + "1, " * MAX_VALUES + "1]", "too-many-values", None),
        (f"a = '{'x' * (MAX_TEXT + 1)}'", "text-too-long", None),
        (f"{'k' * (MAX_KEY + 1)} = 1", "key-too-long", None),
        ('a = "\\u0000"', "unstorable", None),
    ],
)
def test_invalid_or_excessive_toml_is_rejected(text: str, code: str, line: int | None) -> None:
    (problem,) = rejection(f"+++\n{text}\n+++\n".encode())
    assert (problem.code, problem.line) == (code, line)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{\n"title": "x",\n"slug": }', "json-syntax", 3),
        ('{"title": "x",}', "json-syntax", 1),
        ('{"id": NaN}', "json-syntax", None),
        ('{"id": -Infinity}', "json-syntax", None),
        ('{"title": "x", "title": "y"}', "duplicate-key", None),
        ('{"a": ' + "[" * 10_000 + "}", "too-deep", None),
        ('{"a": ' * 10_000 + "1" + "}" * 10_000, "too-deep", None),
        (json.dumps({"a": list(range(MAX_VALUES))}), "too-many-values", None),
        (json.dumps({"a": "x" * (MAX_TEXT + 1)}), "text-too-long", None),
        ('{"id": ' + "9" * (MAX_TEXT + 1) + "}", "text-too-long", None),
        (json.dumps({"k" * (MAX_KEY + 1): 1}), "key-too-long", None),
        ('{"title": "a\\u0000b"}', "unstorable", None),
        ('{"title": "a\\ud800b"}', "unstorable", None),
        ('{"\\udfff": 1}', "unstorable", None),
    ],
)
def test_invalid_or_excessive_json_is_rejected(text: str, code: str, line: int | None) -> None:
    (problem,) = rejection(text.encode() + b"\n")
    assert (problem.code, problem.line) == (code, line)


def test_a_duplicate_key_in_json_is_named() -> None:
    (problem,) = rejection(b'{"link": {"href": "a", "href": "b"}}\n')
    assert "“href”" in problem.message


def test_raw_control_characters_stop_neither_parser() -> None:
    assert toml("a = 'x\x1by'") == {"a": "x y"}
    assert json_values('{"a": "x\x1by"}') == {"a": "x y"}
