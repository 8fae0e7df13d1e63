"""docs/links.md has the same rules as the code."""

import re
from pathlib import Path

import pytest

from curation.lib.link_rules import (
    AMP_PATH,
    AMP_RULES,
    CASED_HOSTS,
    MOBILE_LABEL_SITES,
    SAME_SITE_LABELS,
    SHARE_RULES,
    TRACKING_RULES,
    VIEWER_RULES,
    ParameterRule,
)
from curation.lib.web_urls import url_key

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs" / "links.md"
ALL_RULES = (*TRACKING_RULES, *SHARE_RULES, *AMP_RULES)


def section(heading: str) -> str:
    """Return the text below a heading, up to the next one."""
    parts = re.split(r"^#+ ", DOCUMENT.read_text(), flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(f"{heading}\n"))


def rows(heading: str) -> list[list[str]]:
    """Return the cells of each row of the tables of a section, without their heads."""
    tables = re.split(r"^\| -.*\n", section(heading), flags=re.MULTILINE)[1:]
    lines = (line for table in tables for line in table.split("\n\n")[0].splitlines())
    return [line.strip("| ").split(" | ") for line in lines]


def codes(text: str) -> tuple[str, ...]:
    return tuple(
        "" if name == "empty" else name for name in re.findall(r"`([^`]+)`|(empty)", text) for name in name if name
    )


@pytest.mark.parametrize(
    ("heading", "rules", "columns"),
    [
        ("Cleaning", TRACKING_RULES, ("names",)),
        ("Shared links", SHARE_RULES, ("names", "hosts", "values")),
        ("AMP", AMP_RULES, ("names", "values")),
    ],
)
def test_the_tables_of_parameters_are_complete(
    heading: str, rules: tuple[ParameterRule, ...], columns: tuple[str, ...]
) -> None:
    documented = [row for row in rows(heading) if len(row) == len(columns) + 1]
    assert [(row[0], *map(codes, row[1:])) for row in documented] == [
        (rule.service, *(getattr(rule, column) for column in columns)) for rule in rules
    ]


def test_the_viewers_labels_and_hosts_are_named() -> None:
    viewers = [(row[0], *codes(row[1])) for row in rows("AMP") if len(row) == 2]
    assert viewers == [(rule.service, rule.example) for rule in VIEWER_RULES]
    assert {url_key(rule.example) for rule in VIEWER_RULES} == {"example.org/story"}
    named = codes(section("The same page"))
    assert {*named} >= {f"{label}." for label in SAME_SITE_LABELS} | {*MOBILE_LABEL_SITES, AMP_PATH}
    assert codes(section("Case")) == CASED_HOSTS


def test_names_and_hosts_are_in_lower_case_and_none_stands_twice_for_one_host() -> None:
    texts = [text for rule in ALL_RULES for text in (*rule.names, *rule.hosts, *rule.values)]
    assert texts == [text.lower() for text in texts]
    named = [(name, host) for rule in ALL_RULES for name in rule.names for host in rule.hosts or ("",)]
    assert len(named) == len(set(named))
