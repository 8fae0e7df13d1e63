"""Where front matter starts and ends, and which bytes are text at all."""

from dataclasses import replace
from typing import Any

import pytest

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.limits import MAX_FILE_BYTES, MAX_FRONT_MATTER
from curation.frontmatter.reading.split import FileParts, join, split
from tests.frontmatter.files import rejection


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"---\ntitle: x\n---\nBody\n", ("yaml", "title: x\n", "Body\n", 2)),
        (b"---\ntitle: x\n---", ("yaml", "title: x\n", "", 2)),
        (b"---\ntitle: x\n...\nBody\n---\n", ("yaml", "title: x\n", "Body\n---\n", 2)),
        (b"---\r\ntitle: x...\r\n...\r\nBody\r\n", ("yaml", "title: x...\r\n", "Body\n", 2)),
        (b"---\n---\n", ("yaml", "", "", 2)),
        (b"--- \t\ntitle: x\n---  \nBody", ("yaml", "title: x\n", "Body", 2)),
        (b"---\r\ntitle: x\r\n---\r\nOne\r\ntwo\r\n", ("yaml", "title: x\r\n", "One\ntwo\n", 2)),
        (b"---\ntitle: x\n---\nOld\rMac", ("yaml", "title: x\n", "Old\nMac", 2)),
        (b"\xef\xbb\xbf---\ntitle: x\n---\n", ("yaml", "title: x\n", "", 2)),
        (b"\n\n---\ntitle: x\n---\n", ("yaml", "title: x\n", "", 4)),
        (b"---\na: 1\n---\n\n---\nb: 2\n---\n", ("yaml", "a: 1\n", "\n---\nb: 2\n---\n", 2)),
        (b"---\na: |\n  ---\n---\n", ("yaml", "a: |\n  ---\n", "", 2)),
        (b"---\na: x --- y\n----\n: z\n---\n", ("yaml", "a: x --- y\n----\n: z\n", "", 2)),
        (b"+++\na = 1\n+++\n+++\n", ("toml", "a = 1\n", "+++\n", 2)),
        (b'{\n "a": "1"\n}\nBody', ("json", '{\n "a": "1"\n}', "Body", 1)),
        (b'{"a": "1"}\nBody', ("json", '{"a": "1"}', "Body", 1)),
        (b'{\n"a": {\n"b": "}\\"{"\n}\n}\n}', ("json", '{\n"a": {\n"b": "}\\"{"\n}\n}', "}", 1)),
        (b"{}", ("json", "{}", "", 1)),
    ],
)
def test_a_file_is_split(data: bytes, parts: tuple[str, str, str, int]) -> None:
    found = split(data)
    assert (found.format, found.front_matter, found.body, found.first_line) == parts
    assert together(found) == data


def together(parts: FileParts) -> bytes:
    return join(parts.opening, parts.front_matter, parts.closing, parts.raw_body or parts.body)


def test_a_separator_of_lines_in_unicode_ends_no_line() -> None:
    text = "---\ntitle: a\u2028b\u0085c\n---\nd\u2028e\u0085f\n"
    parts = split(text.encode())
    assert (parts.front_matter, parts.body) == ("title: a\u2028b\u0085c\n", "d\u2028e\u0085f\n")


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "empty-file", "empty file"),
        (b"\xef\xbb\xbf \r\n", "empty-file", "empty file"),
        (b"Just text\n", "no-front-matter", "no front matter"),
        (b"{{< figure >}}\n", "no-front-matter", "no front matter"),
        (b"----\ntitle: x\n----\n", "no-front-matter", "no front matter"),
        (b"  ---\ntitle: x\n---\n", "no-front-matter", "no front matter"),
        (b"---\ntitle: x\n", "front-matter-not-closed", "front matter not closed; end it with a line ---"),
        (b"---\ntitle: x\n+++\n", "front-matter-not-closed", "front matter not closed"),
        (b"+++\na = 1\n---\n", "front-matter-not-closed", "end it with a line +++"),
        (b'{\n "a": "}\n', "front-matter-not-closed", "a closing } alone on its line"),
        (b'{\n "a": 1\n} Body\n', "front-matter-not-closed", "a closing } alone on its line"),
        (b"---\ntitle: x\n---\n" + b"x" * MAX_FILE_BYTES, "file-too-large", "file larger than 10 MB"),
        (b"+++\na='" + b"x" * MAX_FRONT_MATTER + b"'\n+++\n", "front-matter-too-long", "longer than 1,000,000"),
    ],
)
def test_a_file_that_cannot_be_split_is_rejected(data: bytes, code: str, words: str) -> None:
    (problem,) = rejection(data)
    assert problem.code == code
    assert words in problem.message


@pytest.mark.parametrize(
    ("data", "offset", "line"),
    [
        ("---\ntitle: café\n---\n".encode("latin-1"), 14, 2),
        ("---\ntitle: x\n---\n".encode("utf-16"), 0, 1),
        (b"---\ntitle: x\n---\n\xc0\xaf", 17, 4),
        (b"---\ntitle: x\n---\n\xed\xa0\x80", 17, 4),
    ],
)
def test_a_file_in_another_encoding_is_rejected_with_the_position(data: bytes, offset: int, line: int) -> None:
    (problem,) = rejection(data)
    assert (problem.code, problem.line) == ("not-utf8", line)
    assert problem.message.startswith("not UTF-8 (byte 0x")
    assert f"at offset {offset})" in problem.message


@pytest.mark.parametrize(("data", "line"), [(b"---\ntitle: a\0b\n---\n", 2), (b"---\na: b\n---\n\nbo\0dy", 5)])
def test_nul_is_rejected_with_its_line(data: bytes, line: int) -> None:
    (problem,) = rejection(data)
    assert (problem.code, problem.line) == ("nul", line)


BARE = b"# A *page*\n\nof documentation.\n"


@pytest.mark.parametrize(
    "data", [BARE, b"\xef\xbb\xbf" + BARE, BARE.replace(b"\n", b"\r\n"), b"\n" + BARE, b"A page\n======\n"]
)
def test_a_page_without_front_matter_is_a_draft_under_its_heading(data: bytes) -> None:
    document = read(data, "2024-05-06-page.md")
    assert (document.record.title, document.record.status) == ("A page", "draft")
    assert [(problem.level, problem.code) for problem in document.problems] == [
        ("warning", "title-missing"),
        ("note", "hidden"),
    ]
    file = FileText(data, "2024-05-06-page.md")
    assert rewrite(file, file.record).data == data


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Another"), ("status", "published"), ("body", "# Other\n\nwords\n"), ("tags", ("a",))],
)
@pytest.mark.parametrize("data", [BARE, b"\xef\xbb\xbf" + BARE, BARE.replace(b"\n", b"\r\n")])
def test_an_edited_page_without_front_matter_gets_some(data: bytes, field: str, value: Any) -> None:
    file = FileText(data, "2024-05-06-page.md")
    wanted = replace(file.record, **{field: value})
    written = rewrite(file, wanted)
    assert written.inexpressible == ()
    assert getattr(read(written.data, "2024-05-06-page.md").record, field) == value
