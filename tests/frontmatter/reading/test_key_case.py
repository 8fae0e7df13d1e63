"""Keys in any case: read alike, reported if duplicate, and written as the file spells them."""

from typing import Any

import pytest

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.reading.rules import NAMES
from curation.frontmatter.record import ItemRecord, MediaRef, TopicRef
from tests.frontmatter.files import dump, read_text

KEYS: dict[str, Any] = {
    "title": "A title",
    "slug": "a-title",
    "date": "2023-01-31",
    "description": "Short.",
    "author": ["Ann"],
    "categories": ["Symplur: Telehealth"],
    "tags": ["one"],
    "link": {"href": "https://example.org/a", "brand": "example.org"},
    "featuredImage": {"href": "a.jpg", "alt": "A chart", "size": [1, 2]},
    "relatedOfferings": [{"label": "One", "permalink": "/offering/one", "categories": ["AI"], "offeringId": "7"}],
    "institution": {"label": "Hospital"},
    "draft": "true",
}
#: The same key with and without capitals.
CASES = {"small": str.lower, "capitals": str.upper, "title": str.title}


def spelled(value: Any, case: Any) -> Any:
    if isinstance(value, dict):
        return {case(key): spelled(entry, case) for key, entry in value.items()}
    return [spelled(entry, case) for entry in value] if isinstance(value, list) else value


def to_record(values: dict[str, Any]) -> ItemRecord:
    return read(f"---\n{dump(values)}---\nBody.\n".encode(), "a-file.md").record


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_keys_mean_the_same_in_any_case_inside_mappings_too(case: Any) -> None:
    assert to_record(spelled(KEYS, case)) == to_record(KEYS)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_dialect_is_recognised_in_any_case(case: Any) -> None:
    keys = spelled({"title": "x", "type": "post", "url": "/2014/x/", "date": "2014-01-01"}, case)
    assert read(f"---\n{dump(keys)}---\n".encode(), "x.md").dialect == "wordpress"


@pytest.mark.parametrize(
    "form",
    [
        "---\nTITLE: A\nDate: 2023-01-31\n---\n",
        '{\n"TITLE": "A", "Date": "2023-01-31"\n}\n',
        '+++\nTITLE = "A"\nDate = 2023-01-31\n+++\n',
    ],
)
def test_every_syntax_is_read_in_any_case(form: str) -> None:
    assert read(form.encode(), "a.md").record.title == "A"


@pytest.mark.parametrize(
    ("front_matter", "title", "told"),
    [
        ("title: One\nTitle: Two", "One", ("Title", 3)),
        ("Title: Two\ntitle: One", "One", ("Title", 2)),
        ("TITLE: One\nTitle: Two", "One", ("Title", 3)),
    ],
)
def test_of_two_spellings_the_usual_one_counts_else_the_first(
    front_matter: str, title: str, told: tuple[str, int]
) -> None:
    document = read_text(f"{front_matter}\ndate: 2023-01-31")
    assert document.record.title == title
    assert [(problem.code, problem.field, problem.line) for problem in document.problems] == [("key-repeated", *told)]
    assert document.unmapped == ()


def test_a_problem_names_the_line_of_a_key_in_another_case() -> None:
    document = read_text("title: x\ndate: 2023-01-31\nTags:\n  - a\n  - null\nLink:\n  Href: ftp://x")
    assert [(problem.field, problem.line) for problem in document.problems] == [("link.href", 8), ("tags[1]", 6)]


def test_unknown_keys_keep_their_spelling() -> None:
    assert read_text("title: x\ndate: 2023-01-31\nWeight: 1\nParams:\n  Foo: 1").unmapped == ("Weight", "Params")


EDITS: dict[str, Any] = {
    "title": "Another title",
    "summary": "Another summary.",
    "topics": (TopicRef("Symplur", "AI"),),
    "authors": ("Bo",),
    "source_url": "https://example.org/b",
    "image": MediaRef("a.jpg", "Another text", {"size": [1, 2]}),
    "institution": "Clinic",
    "status": "published",
}


@pytest.mark.parametrize("field", EDITS)
def test_an_edit_is_written_under_the_key_as_the_file_spells_it(field: str) -> None:
    text = f"---\n{dump(spelled(KEYS, str.title))}---\nBody.\n"
    file = FileText(text.encode(), "a-file.md")
    wanted = type(file.record)(**{**_fields(file.record), field: EDITS[field]})
    written = rewrite(file, wanted)
    assert written.inexpressible == ()
    before, after = (text.splitlines(), written.data.decode().splitlines())
    assert [_key(line) for line in before] == [_key(line) for line in after]


def _fields(record: ItemRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}


def _key(line: str) -> str:
    return line.partition(":")[0] if ":" in line and not line.lstrip().startswith("-") else ""


def test_no_two_rules_spell_a_key_in_two_ways() -> None:
    assert all(name.lower() == key.lower() for key, name in (*NAMES.top.items(), *NAMES.inner.items()))
