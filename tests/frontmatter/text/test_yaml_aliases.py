"""Editing a file with anchors and aliases: the edit reaches its own key and no other."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.reading.strict_yaml import load
from curation.frontmatter.record import PublisherRef
from curation.frontmatter.text.yaml_text import YamlEditor

TEXT = """\
base: &base
  x: 1
  y: [a, 'b: c']
author: &me Jane
editor: *me
list: [*me, Bo]
seq: &seq
  - *me
  - &k key
text: &long |-
  Two
  lines.
again: *long
link:
  <<: *base
  href: https://example.org/a
*k : named by an alias
deep: {in: {<<: *base, z: *seq}}
plain: stays
last: *base
"""
PATHS = [
    *(["author"], ["editor"], ["list"], ["seq"], ["text"], ["again"], ["key"], ["plain"], ["last"], ["new"], ["base"]),
    *(["base", "x"], ["base", "new"], ["link", "href"], ["link", "x"], ["link", "new"], ["last", "x"], ["deep", "in"]),
]


def changed(values: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    values = deepcopy(values)
    mapping = values
    for name in path[:-1]:
        mapping = mapping[name]
    mapping[path[-1]] = value
    return values


def at(values: Any, path: list[str]) -> Any:
    for name in path:
        values = values.get(name)
    return values


@pytest.mark.parametrize("value", ["Another", ["one", "two"], "", None, {"x": "y"}], ids=str)
@pytest.mark.parametrize("path", PATHS, ids=".".join)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_an_edit_reaches_its_own_key_and_no_other(path: list[str], value: Any, end: str) -> None:
    text = TEXT.replace("\n", end)
    before: dict[str, Any] = load(TEXT, 1).values
    written = YamlEditor(text).set(path, value, at(before, path))
    assert load(written.replace("\r\n", "\n"), 1).values == changed(before, path, value)


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(["X", ["y", "z"], ""])), min_size=2, max_size=5))
def test_edits_follow_one_another(edits: list[tuple[list[str], Any]]) -> None:
    text, values = TEXT, dict(load(TEXT, 1).values)
    for path, value in edits:
        if len(path) == 1 or isinstance(at(values, path[:-1]), dict):
            text, values = YamlEditor(text).set(path, value, at(values, path)), changed(values, path, value)
    assert load(text, 1).values == values


def test_a_value_without_alias_is_changed_alone() -> None:
    assert YamlEditor(TEXT).set(["plain"], "changed", "stays") == TEXT.replace("plain: stays", "plain: changed")
    assert YamlEditor(TEXT).set(["new"], "x", None) == f"{TEXT}new: x\n"


FILE = b"""---
defaults: &defaults
  href: https://example.org/a
  brand: example.org
title: A title
slug: a-title
date: 2023-01-31
author: &ann Ann
reviewer: *ann
link:
  <<: *defaults
  original: https://example.org/a?x=1
---
Body.
"""


def test_a_file_with_aliases_stays_to_the_byte_until_it_is_edited() -> None:
    file = FileText(FILE, "a.md")
    assert file.record.source_url == "https://example.org/a"
    assert file.record.publisher == PublisherRef("example.org", "example.org")
    assert rewrite(file, file.record).data == FILE


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("authors", ("Bo",), b"reviewer: Ann"),
        ("source_url", "https://example.org/b", b"  href: https://example.org/a\n  brand: example.org"),
        ("title", "Another", b"reviewer: *ann"),
    ],
)
def test_an_edited_item_changes_its_own_keys_alone(field: str, value: Any, kept: bytes) -> None:
    file = FileText(FILE, "a.md")
    wanted = replace(file.record, **{field: value})
    written = rewrite(file, wanted)
    assert written.inexpressible == ()
    assert kept in written.data
    assert read(written.data, "a.md").record == wanted
