"""The version of the read rules changes when a file may be read differently."""

from dataclasses import replace

import pytest

from curation.frontmatter import limits
from curation.frontmatter.reading import rules_version
from curation.frontmatter.reading.rules import READ_RULES, ReadRule, plain_text_rule
from curation.frontmatter.reading.rules_version import RULES_VERSION, version_of
from curation.lib.link_rules import TRACKING_RULES

FIRST, *OTHERS = READ_RULES


def test_the_version_is_the_same_for_the_same_rules_in_any_order() -> None:
    assert version_of(reversed(READ_RULES)) == version_of(READ_RULES) == RULES_VERSION


@pytest.mark.parametrize(
    "rules",
    [
        [*READ_RULES, plain_text_rule("reading_time", "readingTime")],
        OTHERS,
        [replace(FIRST, keys=(*FIRST.keys, "origin")), *OTHERS],
        [replace(FIRST, keys=FIRST.keys[::-1]), *OTHERS],
        [replace(FIRST, revision=FIRST.revision + 1), *OTHERS],
    ],
    ids=["a rule added", "a rule removed", "a key added", "another order of keys", "a revision raised"],
)
def test_the_version_changes_with_the_rules(rules: list[ReadRule]) -> None:
    assert version_of(rules) != RULES_VERSION


def test_the_version_changes_with_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SUMMARY", limits.MAX_SUMMARY + 1)
    assert version_of(READ_RULES) != RULES_VERSION


def test_the_version_changes_with_the_parameters_that_are_removed_from_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_version, "TRACKING_RULES", TRACKING_RULES[1:])
    assert version_of(READ_RULES) != RULES_VERSION


def test_the_version_fits_its_column() -> None:
    from curation.models import SourceDocument

    assert SourceDocument._meta.get_field("rules_version").max_length == len(RULES_VERSION)
