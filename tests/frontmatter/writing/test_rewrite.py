"""Write a record into its file: changed fields are written, and all else stays byte for byte."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.frontmatter import FileText, compose, read, rewrite
from curation.frontmatter.comparison import comparable
from curation.frontmatter.record import ItemRecord, TopicRef
from curation.frontmatter.text.toml_json_text import TomlEditor
from curation.frontmatter.writing.publication import format_in_style_of
from curation.frontmatter.writing.rewrite import RewrittenFile
from curation.frontmatter.writing.texts import as_label, as_prose
from tests.frontmatter.any_record import records
from tests.frontmatter.files import CONTENT

#: Fields that no editor edits.
UNEDITED = ("breadcrumbs", "pdf", "icon")


def of(record: ItemRecord, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the comparable value of each field of a record."""
    names = (field.name for field in fields(record) if field.name not in without)
    return {name: comparable(name, getattr(record, name)) for name in names}


# Whatever is wanted, in whatever form


def values_of(data: bytes, name: str) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [plain(entry) for entry in value]
        return "" if value is None or isinstance(value, float) else value

    values: dict[str, Any] = plain(FileText(data, name).current.values)
    return values


def toml_of(values: dict[str, Any]) -> str:
    """Return values as TOML, mappings as inline tables, with a comment behind each."""
    toml = TomlEditor("")
    return "".join(f"{toml.format_key(key)} = {toml.format(value)} # why\n" for key, value in values.items())


def toml_tables_of(values: dict[str, Any]) -> str:
    """Return values as TOML, mappings as tables."""
    tables = {key: [value] for key, value in values.items() if isinstance(value, dict)}
    lists = {key: value for key, value in values.items() if isinstance(value, list) and isinstance(value[0], dict)}
    text = toml_of({key: value for key, value in values.items() if key not in tables | lists})
    for key, entries in (tables | lists).items():
        header = f"[{key}]\n" if key in tables else f"[[{key}]]\n"
        text += "".join(header + toml_of(entry) for entry in entries)
    return text


def yaml_of(**options: Any) -> Callable[[dict[str, Any]], str]:
    return lambda values: yaml.safe_dump(values, sort_keys=False, allow_unicode=True, **options)


FORMS: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "json": ("", lambda values: json.dumps(values, ensure_ascii=False) + "\n"),
    "json, indented": ("", lambda values: json.dumps(values, indent=2) + "\n"),
    "toml": ("+++\n", toml_of),
    "toml, tables": ("+++\n", toml_tables_of),
    "yaml": ("---\n", yaml_of()),
    "yaml, in braces": ("---\n", yaml_of(default_flow_style=True)),
    "yaml, double quotes": ("---\n", yaml_of(default_style='"', width=40)),
    "yaml, literal": ("---\n", yaml_of(default_style="|")),
    "yaml, folded": ("---\n", yaml_of(default_style=">", width=40)),
}


def variants() -> Iterator[tuple[str, bytes]]:
    """Yield the sample files as they are, with Windows line ends and a mark, and in every syntax and style."""
    for path in sorted(CONTENT.iterdir()):
        data = path.read_bytes()
        yield path.name, data
        yield path.name, b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n")
        for delimiter, write in FORMS.values():
            text = delimiter + write(values_of(data, path.name)) + delimiter
            yield path.name, text.encode() + FileText(data, path.name).parts.body.encode()


VARIANTS = list(variants())
examples = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("name", "data"), VARIANTS, ids=range(len(VARIANTS)))
def test_a_file_with_the_wanted_record_stays_byte_for_byte(name: str, data: bytes) -> None:
    file = FileText(data, name)
    assert rewrite(file, file.record) == RewrittenFile(data)


@examples
@given(st.sampled_from(VARIANTS), records())
def test_any_record_can_be_written_into_a_file(variant: tuple[str, bytes], record: ItemRecord) -> None:
    name, data = variant
    file = FileText(data, name)
    base = file.record
    followed = [path for path in base.aliases if path not in record.aliases]  # addresses that cannot be taken away
    kept = {field: getattr(base, field) for field in UNEDITED}
    wanted = replace(record, aliases=(*followed, *record.aliases), **kept)
    written = rewrite(file, wanted)
    assert written.inexpressible == ()
    assert of(read(written.data, name).record) == of(wanted)
    assert rewrite(FileText(written.data, name), wanted) == written


@pytest.mark.long
@examples
@given(records())
def test_any_record_can_be_written_into_a_new_file(record: ItemRecord) -> None:
    written = compose(record, "new.md")
    assert written.inexpressible == ()
    document = read(written.data, "new.md")
    assert document.dialect == "openproject"
    assert of(document.record) == of(record)


# Unchanged parts


def blocks(data: bytes) -> dict[str, str]:
    """Return the lines of each top-level key of a YAML file, comments that follow it included, in their order."""
    parts = FileText(data, "x.md").parts
    pieces = re.split(r"(?m)^(?=[\w.]+:)", parts.front_matter)
    return {piece.partition(":")[0]: piece.rstrip() for piece in pieces} | {"---": parts.opening + parts.closing}


def test_every_real_file_keeps_all_lines_but_those_of_edited_keys(corpus: Path) -> None:
    edited = {"title", "description", "tags", "categories", "status", "draft", "breadcrumbs", "slug"}
    edited |= {"categorySlug", "categoryUrl", "categoryLabel", "openProjectCustomFields"}
    for path in sorted(corpus.rglob("*.md")):
        if path.name.startswith("_index"):
            continue
        data = path.read_bytes()
        file = FileText(data, path.name)
        record = file.record
        wanted = replace(
            record,
            title=f"{record.title}: “new” & 'better'",
            summary="A short summary: new.",
            tags=(*record.tags, "New tag"),
            topics=(*record.topics, TopicRef("Gartner", "New: Topic", "gartner-new-topic")),
            status="draft" if record.status == "published" else "archived",
            body=record.body + "\n\nMore.",
        )
        written = rewrite(file, wanted)
        assert written.inexpressible == (), path
        assert of(read(written.data, path.name).record) == of(wanted), path
        before, after = blocks(data), blocks(written.data)
        assert list(before) == [key for key in after if key in before], path
        assert {key for key, text in after.items() if before.get(key) != text} <= edited, path


def changed(text: str, **values: Any) -> str:
    """Return a file with YAML front matter after a change of some fields of its record."""
    file = FileText(text.encode(), "a-file.md")
    written = rewrite(file, replace(file.record, **values))
    assert written.inexpressible == ()
    return written.data.decode()


HEAD = "---\n# A file\ntitle: Old title   # the title\nslug: a\ndate: 2023-01-31\n"


def test_comments_unknown_keys_and_line_ends_stay() -> None:
    text = f"{HEAD}\nunknown: {{a: [1, 2]}}\n# the end\n\n--- \n\nBody\n".replace("\n", "\r\n")
    assert changed(text, title="New") == text.replace("Old title", "New")
    assert changed(text, body="One\nTwo\n") == text.replace("\r\nBody\r\n", "One\r\nTwo\r\n")
    assert changed(text, via_name="Ann") == text.replace("[1, 2]}\r\n", "[1, 2]}\r\nvia: Ann\r\n")


def test_a_body_of_mixed_line_ends_stays_unless_it_is_edited() -> None:
    text = f"{HEAD}---\nOne\r\nTwo\nThree\r\nOld\rMac"
    assert changed(text, title="New") == text.replace("Old title", "New")
    assert changed(text, body="One\nTwo").endswith("---\nOne\r\nTwo")


def test_a_file_without_a_key_gets_some() -> None:
    file = FileText(b"---\n# none\n---\n", "a-file.md")
    written = rewrite(file, replace(file.record, title="New", slug="new", section="A"))
    assert written.data == b"---\n# none\ntitle: New\nslug: new\nmastHead: A\n---\n"


def test_a_body_is_put_behind_a_file_that_ends_with_its_front_matter() -> None:
    assert changed(f"{HEAD}---", body="---\nBody") == f"{HEAD}---\n---\nBody"
    json_file = '{"title": "T", "slug": "t", "date": "2023-01-31"}'
    assert changed(json_file, body="Body") == f"{json_file}\nBody"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("description: plain", "description: A new one"),
        ("description: 'single'", "description: 'A new one'"),
        ('description: "double"', 'description: "A new one"'),
        ("description: ''", "description: A new one"),
        ("description:", "description: A new one"),
        ("description: # none yet", "description: A new one # none yet"),
        ("description: null", "description: A new one"),
        ("description: .nan", "description: A new one"),
        ("description: >-\n  folded\n  text", "description: >-\n  A new one"),
        ("description: >\n  folded\n\n\n# next", "description: >\n  A new one\n\n\n# next"),
        ("description: |\n  literal", "description: |\n  A new one"),
        ("description: plain\n  and long", "description: A new one"),
        ("'description' : [a]", "'description' : A new one"),
        ("description:\n- a\n- b", "description: A new one"),
    ],
)
def test_a_text_keeps_its_style(old: str, new: str) -> None:
    assert changed(f"{HEAD}{old}\n---\n", summary="A new one") == f"{HEAD}{new}\n---\n"


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ("No", "'No'"),
        ("12:30:45", "'12:30:45'"),
        ("2023-01-31", "'2023-01-31'"),
        ("null", "'null'"),
        ("a: b", "'a: b'"),
        ("it's", "it's"),
        ("#1", "'#1'"),
        ("a #1", "'a #1'"),
        ("- a", "'- a'"),
        ("{{ a }}", "'{{ a }}'"),
        ("a & b < c", "a & b < c"),
        ("a <b> c", "a &lt;b&gt; c"),
        ("&amp;", "'&amp;amp;'"),
        ("😀 漢字", "😀 漢字"),
    ],
)
def test_a_text_is_put_in_quotes_where_it_would_be_something_else(words: str, written: str) -> None:
    assert changed(f"{HEAD}---\n", title=words) == HEAD.replace("Old title", written) + "---\n"


def test_a_text_that_was_folded_is_folded_again() -> None:
    words = " ".join(["word"] * 30)
    folded = changed(f"{HEAD}description: first line\n  second line\n---\n", summary=words)
    assert folded == f"{HEAD}description: {'word ' * 13}word\n  {'word ' * 15}word\n---\n"
    one_line = f"{HEAD}description: first line\n---\n"
    assert changed(one_line, summary=words) == f"{HEAD}description: {words}\n---\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tags:\n- b # why\n# then\n- 'c'\n- a", "tags:\n- 'c'\n- a\n- 'n: w'\n- 'x'"),
        ("tags:\n  - b\n  - c\n  # a comment\n  - a", "tags:\n  - c\n  # a comment\n  - a\n  - 'n: w'\n  - x"),
        ('tags:\n - "b"\n - "c"\n - "a"', 'tags:\n - "c"\n - "a"\n - "n: w"\n - "x"'),
        ("tags: [b, 'c', a] # why", "tags: ['c', a, 'n: w', x] # why"),
        ("tags: [\n  b,\n  c,\n  a\n]", "tags: [\n  c,\n  a,\n  'n: w',\n  x\n]"),
    ],
)
def test_a_list_keeps_the_entries_that_stay_as_they_are_written(old: str, new: str) -> None:
    assert changed(f"{HEAD}{old}\nend: 1\n---\n", tags=("c", "a", "n: w", "x")) == f"{HEAD}{new}\nend: 1\n---\n"


def test_an_unreadable_entry_is_kept() -> None:
    text = f"{HEAD}categories:\n- One\n- Symplur: Unquoted\n- Two\n---\n"
    assert changed(text, topics=(TopicRef("Medigy", "Two"),)) == f"{HEAD}categories:\n- Two\n- Symplur: Unquoted\n---\n"


@pytest.mark.parametrize(
    ("old", "when", "new"),
    [
        ("2023-01-31", datetime(2024, 2, 1, tzinfo=UTC), "2024-02-01"),
        ("2023-01-31", datetime(2024, 2, 1, 9, 30, tzinfo=UTC), "2024-02-01T09:30:00Z"),
        (None, datetime(2024, 2, 1, 9, 30, 1, 5, tzinfo=UTC), "2024-02-01T09:30:01.000005Z"),
        ("2023-01-31T09:30:00Z", datetime(2024, 2, 1, tzinfo=UTC), "2024-02-01T00:00:00Z"),
        ("2023-01-31 09:30", datetime(2024, 2, 1, tzinfo=UTC), "2024-02-01 00:00:00"),
        ("2023-01-31T09:30:00+05:30", datetime(2024, 2, 1, tzinfo=UTC), "2024-02-01T05:30:00+05:30"),
        ("2023-01-31 09:30 -5", datetime(2024, 2, 1, tzinfo=UTC), "2024-01-31 19:00:00 -5"),
        ("nonsense", datetime(2024, 2, 1, tzinfo=UTC), "2024-02-01"),
    ],
)
def test_a_time_keeps_its_form(old: str | None, when: datetime, new: str) -> None:
    assert format_in_style_of(when, old) == new


def test_words_that_look_like_markup_are_escaped_and_others_are_not() -> None:
    assert (as_prose("R&D"), as_prose("a < b"), as_prose("<b>")) == ("R&D", "a < b", "&lt;b&gt;")
    assert (as_label("R&D"), as_label("<b>"), as_label("&lt;")) == ("R&D", "<b>", "&amp;lt;")


def test_a_field_that_a_file_cannot_express_is_reported_and_nothing_is_broken() -> None:
    text = f"{HEAD}---\n"
    file = FileText(text.encode(), "a-file.md")
    written = rewrite(file, replace(file.record, title="x\0y", section="Two  spaces"))
    assert written.inexpressible == ("title", "section")
    assert read(written.data, "a-file.md").record.section == "Two spaces"
