"""Pelican's articles: a header of lines `Key: value`, read, distinguished from prose, and changed key by key."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter import FileText, read, rewrite
from curation.frontmatter.problems import Rejected
from curation.frontmatter.reading.split import split

SPACES = "  "
ARTICLE = f"""\
Title: My super title: the second
Date: 2010-12-03 10:20
Tags: pelican, publishing,
{SPACES}
Category: no key of the header any more

Body *here*.
"""
HEADER = """\
Title: My super title
date: 2010-12-03 10:20
Category: Python
TAGS: pelican, publishing
    of all kinds
Slug: my-super-post
Authors: Alexis Metaireau, Conan Doyle
Summary: Short version
    for index and feeds

"""


def test_a_header_is_read_up_to_its_blank_line() -> None:
    document = read(HEADER.encode() + b"Body.\n", "post.md")
    assert (document.dialect, document.format) == ("pelican", "meta")
    assert (document.record.title, document.record.slug) == ("My super title", "my-super-post")
    assert document.record.body == "Body.\n"
    assert document.record.flavour == "markdown"
    assert document.record.tags == ("pelican", "publishing", "of all kinds")


def test_a_blank_line_of_spaces_ends_it_too() -> None:
    parts = split(ARTICLE.encode())
    assert parts.front_matter.count("\n") == 3
    assert parts.closing == "  \n"
    assert parts.body == "Category: no key of the header any more\n\nBody *here*.\n"


@pytest.mark.parametrize(
    ("front_matter", "values"),
    [
        ("Title: x\nTags: a; b, c\n", {"Title": "x", "Tags": ["a", "b, c"]}),
        ("Title: x\nAuthor: Doyle, Conan\n", {"Title": "x", "Author": "Doyle, Conan"}),
        ("Title: x\nTags: a\ntags: b\n", {"Title": "x", "Tags": ["a", "b"]}),
        ("Title: https://example.org/: a\r\nTags:\r\n", {"Title": "https://example.org/: a", "Tags": []}),
        ("   Title: x\nSummary:\n\tone\n    two\n", {"Title": "x", "Summary": "one two"}),
    ],
)
def test_values(front_matter: str, values: dict[str, Any]) -> None:
    source = FileText(front_matter.encode(), "a.md").current
    assert {name: source.get(name.lower()) for name in values} == values


@pytest.mark.parametrize(
    "text",
    [
        "Just words.\n",
        "Note: this is prose\nTitle: of no header\n",
        "Summary: prose that starts like this.\n\nAnd goes on.\n",
        "\nTitle: behind a blank line\n",
        "Title\n: x\n",
    ],
)
def test_prose_is_not_a_header(text: str) -> None:
    with pytest.raises(Rejected, match="no front matter"):
        split(text.encode())


@pytest.mark.parametrize(
    ("yaml", "dialect"),
    [
        ("Title: x\nDate: 2020-01-01\nCategory: y", "pelican"),
        ("title: x\nsave_as: y.html", "pelican"),
        ("title: x\ndate: 2020-01-01\ncategory: y", "hugo"),
        ("Title: x", "hugo"),
        ("Title: x\nDate: 2020-01-01\nLayout: y", "hugo"),
    ],
)
def test_yaml_of_pelican_is_recognised_by_clear_signs(yaml: str, dialect: str) -> None:
    assert FileText(f"---\n{yaml}\n---\n".encode(), "a.md").current.dialect == dialect


@pytest.mark.parametrize("text", [HEADER, ARTICLE, HEADER.replace("\n", "\r\n"), "\ufeff" + ARTICLE, "Title: x"])
def test_a_file_comes_back_byte_for_byte(text: str) -> None:
    data = text.encode()
    assert FileText(data, "a.md").data == data


@pytest.mark.parametrize(
    ("key", "value", "before", "after"),
    [
        ("title", "New: one", "Title: My super title\n", "Title: New: one\n"),
        ("tags", ["pelican", "new"], "TAGS: pelican, publishing\n    of all kinds\n", "TAGS: pelican, new\n"),
        ("tags", ["a, b"], "TAGS: pelican, publishing\n    of all kinds\n", "TAGS: a, b;\n"),
        ("summary", "a\nb", "Summary: Short version\n    for index and feeds\n", "Summary: a b\n"),
        ("category", None, "Category: Python\n", "Category: \n"),
        ("flavour", "commonmark", "feeds\n", "feeds\nFlavour: commonmark\n"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_one_key_is_changed_and_nothing_else(key: str, value: Any, before: str, after: str, ends: str) -> None:
    file = FileText((HEADER + "Body.\n").replace("\n", ends).encode(), "a.md")
    file.set(key, value)
    assert file.data.decode() == (HEADER.replace(before, after) + "Body.\n").replace("\n", ends)


def test_a_value_that_a_header_cannot_express_is_refused() -> None:
    file = FileText(HEADER.encode(), "a.md")
    for key, value in (("link.href", "https://example.org/"), ("tags", ["a;b"]), ("offering", {"label": "x"})):
        with pytest.raises(Rejected, match="header of lines"):
            file.set(key, value)
    assert file.data == HEADER.encode()


@pytest.mark.parametrize("text", ["Title: x", "Title: x\n", "Title: x\n\n", "Title: x\nwords at once\n"])
def test_a_new_body_never_becomes_a_part_of_the_header(text: str) -> None:
    file = FileText(text.encode(), "a.md")
    file.set_body("Note: a body\n    goes on\n")
    again = FileText(file.data, "a.md")
    assert (again.parts.body, again.get("title")) == ("Note: a body\n    goes on\n", "x")


@given(st.lists(st.text("aZ:;,-_ \t\r\n\u00e9", max_size=8), max_size=8).map("\n".join))
def test_any_text_is_a_header_or_refused_and_comes_back(text: str) -> None:
    data = f"Title: x\n{text}".encode()
    assert FileText(data, "a.md").data == data


def test_the_keys_of_pelican_become_fields() -> None:
    header = (
        "Title: A story\nDate: 2010-12-03 10:20\nModified: 2010-12-05\nCategory: Python\nTags: a, b\nSlug: a-story\n"
        "Authors: Ann Ito, Bo Okafor\nSummary: In short\nURL: old/a-story/\nSave_as: older/a-story/index.html\n"
        "Lang: fr\n"
    )
    record = read(f"{header}\nBody.\n".encode(), "post.md").record
    assert (record.title, record.slug, record.summary, record.status) == ("A story", "a-story", "In short", "published")
    assert [str(moment)[:16] for moment in (record.published_at, record.modified_at)] == [
        "2010-12-03 10:20",
        "2010-12-05 00:00",
    ]
    assert [topic.label for topic in record.topics] == ["Python"]
    assert (record.tags, record.authors) == (("a", "b"), ("Ann Ito", "Bo Okafor"))
    assert record.aliases == ("/old/a-story", "/older/a-story")
    assert record.language == "fr"


@pytest.mark.parametrize("status", ["draft", "hidden", "skip"])
def test_a_file_that_pelican_hides_is_a_draft(status: str) -> None:
    article = f"Title: A story\nDate: 2010-12-03\nSlug: a\nStatus: {status}\n\nBody.\n"
    assert read(article.encode(), "post.md").record.status == "draft"


def test_an_edited_article_has_the_edits_under_its_own_keys() -> None:
    text = "Title: A story\nDate: 2010-12-03\nTags: a, b\nSlug: a\nauthor: Ann\nCategory: Python\n\nBody.\n"
    file = FileText(text.encode(), "post.md")
    wanted = replace(file.record, title="Another: story", tags=("b", "c"), authors=("Ann", "Bo"), body="New.\n")
    assert rewrite(file, wanted).data.decode() == (
        "Title: Another: story\nDate: 2010-12-03\nTags: b, c\nSlug: a\nauthor: Ann; Bo\nCategory: Python\n\nNew.\n"
    )
