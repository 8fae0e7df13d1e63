"""Any file is read or rejected: no other exception, and no value that a column cannot store."""

import json
import re
from contextlib import suppress
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter import from_json, read, to_json
from curation.frontmatter.problems import Rejected, SectionPage
from curation.frontmatter.record import Document
from curation.lib.slugs import is_path_slug
from curation.models.aliases import validate_path

from .files import CONTENT, dump

SAMPLES = [path.read_bytes() for path in sorted(CONTENT.glob("*.md"))]
KEYS = sorted({key for text in SAMPLES for key in re.findall(r"^ *-? *([\w.]+)(?::| =)", text.decode(), re.MULTILINE)})

#: Pieces that mean something to one of the parsers, or to whoever reads the values.
TOKENS = st.sampled_from(
    [
        *("---\n", "+++\n", "{\n", "}\n", "- ", ": ", "&a ", "*a", "<<: ", "!!x ", "|\n", ">-\n", "'", '"', "[", "]"),
        *("\0", "\x1b", "\u2028", "\ufeff", "\\ud800", "\\u0000", "\r\n", "\n", "\t", "<b>", "&amp;", "&#27;", "//"),
        *("javascript:", "https://", "2023-01-31", "0001-01-01", "9" * 20, ".nan", "null", "topic/", "/offering/"),
        *("#", "..", "%2e", "é"),
        *(f"{key}: " for key in KEYS),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.dates() | TOKENS | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(KEYS), children, max_size=3),
    max_leaves=6,
)


def check(data: bytes, name: str = "a-file.md") -> None:
    document = None
    with suppress(SectionPage):
        try:
            document = read(data, name)
            problems = document.problems
        except Rejected as rejected:
            problems = rejected.problems
        assert any(problem.level == "error" for problem in problems) == (document is None)
        assert all(problem.message.isprintable() for problem in problems)
    if document:
        check_document(document)


def check_document(document: Document) -> None:
    record = document.record
    text = json.dumps(to_json(record), ensure_ascii=False, allow_nan=False)
    text.encode()
    assert from_json(json.loads(text)) == record
    assert 0 < len(record.title) <= 500
    assert is_path_slug(record.slug)
    assert len(record.slug) <= 255
    assert record.status != "published" or record.published_at is not None
    for link in (record.source_url, record.source_url_original, record.via_url):
        assert re.match("https?://|$", link, re.IGNORECASE)
    for alias in record.aliases:
        validate_path(alias)
    quote_value = json.dumps({**to_json(record), "body": ""})
    assert re.findall(r"(?<!\\)\\u(?:00[01].|007f|2028|fffe|feff)", quote_value) == []


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    check(data)


@given(st.lists(TOKENS | st.text(max_size=5), max_size=30).map("".join))
def test_any_tokens(text: str) -> None:
    check(text.encode(errors="surrogatepass"))


@given(st.sampled_from(["---\n{}\n---\n", "+++\n{}\n+++\n", "{{{}}}\n"]), st.lists(TOKENS, max_size=15).map("".join))
def test_any_front_matter(frame: str, text: str) -> None:
    check(frame.format(text).encode(errors="surrogatepass"))


@given(st.sampled_from(SAMPLES), st.data())
def test_a_good_file_with_a_few_bytes_changed(sample: bytes, data: st.DataObject) -> None:
    changed = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(sample)))
        end = start + data.draw(st.integers(0, 5))
        changed[start:end] = data.draw(st.binary(max_size=4) | TOKENS.map(lambda text: text.encode()))
    check(bytes(changed))


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5))
def test_any_values_under_known_keys(values: dict[str, object]) -> None:
    check(f"---\n{dump({'title': 'x', **values})}---\nBody".encode(errors="surrogatepass"))


@given(st.text(max_size=30))
def test_any_file_name(name: str) -> None:
    data = (CONTENT / "2014-03-07-patients-like-me.md").read_bytes()
    check(data, Path(name).name)
    check(data, f"{name}\udcff.md")
