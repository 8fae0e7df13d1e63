"""Each hostile file is rejected for the right reason, or read with the right warnings.

What a file does to the database, to images and to pages is tested where those are.
"""

from pathlib import Path

import pytest

from curation.frontmatter import read
from curation.frontmatter.problems import Rejected
from curation.frontmatter.record import Document

#: The code of the first error, the key, and words of the message.
REJECTED = {
    "bad-utf8": ("not-utf8", "", "not UTF-8"),
    "date-fmt-0": ("date-malformed", "date", "03/01/2023"),
    "date-fmt-1": ("date-malformed", "date", "3 January 2023"),
    "date-fmt-5": ("date-malformed", "date", "1672704000"),
    "date-fmt-6": ("date-malformed", "date", "yesterday"),
    "date-fmt-7": ("date-malformed", "date", "2023"),
    "date-impossible-bare": ("date-malformed", "date", "2023-02-30"),
    "empty-file": ("empty-file", "", "empty file"),
    "fm-unclosed": ("front-matter-not-closed", "", "front matter not closed"),
    "int-5000-digits": ("id-not-a-number", "id", "below 2^63"),
    "int-64bit": ("id-not-a-number", "id", "9223372036854775808"),
    "latin1": ("not-utf8", "", "at offset 700"),
    "nan-inf": ("id-not-a-number", "id", ".nan"),
    "no-front-matter": ("no-front-matter", "", "no front matter"),
    "nul-escaped": ("unstorable", "title", "NUL"),
    "nul-raw": ("nul", "", "NUL"),
    "slug-300": ("slug-too-long", "slug", "255"),
    "surrogate-escape": ("yaml-syntax", "", "half a character"),
    "title-5mb": ("text-too-long", "title", "title longer than"),
    "utf16": ("not-utf8", "", "not UTF-8"),
    "yaml-alias-bomb": ("yaml-alias", "bomb.e[0]", "YAML aliases that expand to more than 10,000 values"),
    "yaml-deep-flow": ("too-deep", "deep" + "[0]" * 19, "20 levels"),
    "yaml-dup-keys": ("duplicate-key", "title", "lines 34 and 37"),
    "yaml-list-root": ("not-a-mapping", "", "front matter must be a mapping"),
    "yaml-merge-bomb": ("yaml-alias", "m4.<<[1]", "are refused"),
    "yaml-python-tag": ("yaml-tag", "run", "YAML tags not allowed"),
}

#: The code and key of each warning. A file that is in neither table is read without any.
WARNINGS = {
    "alias-crlf": [("alias-path", "aliases")],
    "alias-list": [("alias-path", "aliases[2]")],
    "alias-scheme-relative": [("alias-path", "aliases")],
    "cat-case": [("topic-slugs", "categoryUrl")],
    "cat-colons": [
        ("topic-slugs", "categoryUrl"),
        *[("topic-malformed", f"categories[{number}]") for number in (1, 2, 3)],
        ("derived-differs", "categoryLabel"),
    ],
    "cat-dict": [("topic-malformed", "categories[0]"), ("derived-differs", "categoryLabel")],
    "cat-no-scheme": [("derived-differs", "categoryLabel")],
    "cat-string": [("not-a-list", "categories")],
    "link-credentials": [("link-credentials", "link.href"), ("link-credentials", "link.original")],
    "link-javascript": [("link-scheme", key) for key in ("link.href", "href", "link.original")],
    "missing-date": [("date-missing", "date")],
    "missing-title": [("title-missing", "title")],
    "missing-slug": [("slug-derived", "slug")],
    "rel-external": [("offering-permalink", f"relatedOfferings[{number}].permalink") for number in range(3)],
    "rel-mixed": [("offering-malformed", f"relatedOfferings[{number}]") for number in range(3)],
    "rel-string": [("offering-malformed", "relatedOfferings")],
    "slug-traversal": [("slug-changed", "slug")],
    "slug-unicode": [("slug-changed", "slug")],
    "text-html": [("derived-differs", "categoryLabel")],
    "text-jsonld": [("derived-differs", "categoryLabel")],
    "yaml-all-null": [("title-missing", "title"), ("date-missing", "date")],
    "yaml-implicit-types": [("not-text", "author[0]")],
}


def read_case(hostile: Path, name: str) -> Document:
    return read((hostile / "content" / f"{name}.md").read_bytes(), f"{name}.md")


def test_every_file_has_its_expected_outcome(hostile: Path) -> None:
    names = {path.stem for path in (hostile / "content").glob("*.md")}
    assert names >= REJECTED.keys() | WARNINGS.keys()
    outcomes = {}
    for name in names - REJECTED.keys():
        document = read_case(hostile, name)
        outcomes[name] = [(problem.code, problem.field) for problem in document.problems]
    assert {name: outcome for name, outcome in outcomes.items() if outcome} == WARNINGS


@pytest.mark.parametrize("name", REJECTED)
def test_a_rejected_file_has_its_reason_on_one_line(hostile: Path, name: str) -> None:
    code, key, words = REJECTED[name]
    with pytest.raises(Rejected) as caught:
        read_case(hostile, name)
    problem = caught.value.problems[0]
    assert (problem.level, problem.code, problem.field) == ("error", code, key)
    assert words in problem.message
    assert "; " in problem.message
    assert problem.message.isprintable()
    assert len(problem.message) < 200


def test_no_visible_text_contains_a_control_character(hostile: Path) -> None:
    assert read_case(hostile, "control-chars").record.title == "bell back esc sep"
    assert read_case(hostile, "crlf").record.body.count("\r") == 0


def test_yaml_types_are_not_guessed(hostile: Path) -> None:
    record = read_case(hostile, "yaml-implicit-types").record
    assert (record.title, record.summary) == ("No", "12:30:45")
    assert (record.authors, record.tags) == (("007",), ("on", "1.20", "2023-01-04", "0x1F"))


def test_a_time_is_the_same_in_every_notation_of_its_zone(hostile: Path) -> None:
    hours = [read_case(hostile, f"date-fmt-{number}").record.published_at for number in (2, 3, 4)]
    assert [hour and hour.strftime("%d %H:%M") for hour in hours] == ["03 10:00", "03 04:30", "03 15:00"]


def test_only_the_good_one_of_mixed_offerings_is_linked(hostile: Path) -> None:
    assert [offering.slug for offering in read_case(hostile, "rel-mixed").record.offerings] == ["good-one"]
    assert read_case(hostile, "rel-external").record.offerings == ()


def test_usable_aliases_of_a_list_stay(hostile: Path) -> None:
    assert read_case(hostile, "alias-list").record.aliases == ("/news/alias-two", "/5")


def test_topics_that_differ_in_case_and_space_are_one(hostile: Path) -> None:
    assert len(read_case(hostile, "cat-case").record.topics) == 1
    assert [topic.label for topic in read_case(hostile, "cat-colons").record.topics] == ["AI: Deep: Learning"]
