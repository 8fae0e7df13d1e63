"""Source system, external id, file name, title and slug."""

from dataclasses import replace
from typing import Any

import pytest

from curation.frontmatter import FileText, rewrite
from curation.frontmatter.limits import MAX_SLUG, MAX_TITLE
from curation.frontmatter.reading.titles import title_from_file_name
from curation.frontmatter.record import Document, Identity
from tests.frontmatter.files import read_keys, read_text, record, reject_keys, rejection, warnings

# Title


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Plain", "Plain"),
        ("  two \n lines ", "two lines"),
        ("R&amp;D&#8217;s <b>day</b>", "R&D’s day"),
        ("a < b & c > d", "a < b & c > d"),
        ("&lt;b&gt;", "<b>"),
        ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
        ('</script>One<script>xss("x")</script><!-- -->', "One"),
        ("bell&#7;&#27;[31m", "bell [31m"),
        ("12", "12"),
        ("новости 📰", "новости 📰"),
    ],
)
def test_a_title_is_plain_text(written: str, title: str) -> None:
    assert record(title=written).title == title


def test_yaml_words_are_titles() -> None:
    assert read_text("title: No\ndate: 2023-01-31").record.title == "No"


@pytest.mark.parametrize("written", [None, "", "   ", "<br>", ["A", "list"], {"a": "b"}, float("nan")])
def test_a_missing_title_is_made_with_a_warning(written: Any) -> None:
    assert record(title=written).title == "A file"
    assert ("title-missing", "title") in warnings(title=written)


@pytest.mark.parametrize(
    ("body", "title"),
    [
        ("# One", "One"),
        ("Text.\n\n## Two ##\n\n# One", "Two"),
        ("Three\n=====\n", "Three"),
        ("Four\n---\n", "Four"),
        ("<h2 id='x'>Five &amp; <b>six</b></h2>", "Five & six"),
        ("# *Em*, **strong**, `code` and [a link](/x) {#id .class}", "Em, strong, code and a link"),
        ("# ![A chart](x.png) Words", "Words"),
        ("```\n# a comment\n```\n# Words", "Words"),
        ("~~~~\n# a comment\n~~~\n# another\n~~~~\n# Words", "Words"),
        ("#hashtag\n\n# Words", "Words"),
        ("#\n\n# Words", "Words"),
        ("# " + "x" * (MAX_TITLE + 1), "x" * MAX_TITLE),
        ("* * *\n\nText", "A file"),
        ("---\n", "A file"),
        ("", "A file"),
    ],
)
def test_a_missing_title_is_the_first_heading_of_the_body(body: str, title: str) -> None:
    document = read_text("slug: x\ndate: 2023-01-31", body)
    assert document.record.title == title
    assert [(problem.level, problem.code) for problem in document.problems] == [("warning", "title-missing")]
    assert rewrite(FileText(_file(document), "a-file.md"), document.record).data == _file(document)


def _file(document: Document) -> bytes:
    return f"---\n{document.front_matter}---\n{document.record.body}".encode()


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("a-file.md", "A file"),
        ("post/2024-05-06-a_file.md", "A file"),
        ("post/some-story/index.md", "Some story"),
        ("some-story/index.fr.md", "Some story"),
        ("index.md", "Index"),
        ("C++.md", "C++"),
        ("你好.md", "你好"),
        ("_.md", "Untitled"),
    ],
)
def test_without_a_heading_the_title_is_made_of_the_files_name(path: str, title: str) -> None:
    assert title_from_file_name(path) == title


def test_an_edited_title_is_written_into_a_file_without_one() -> None:
    file = FileText(b"---\nslug: x\ndate: 2023-01-31\n---\n# A heading\n", "x.md")
    written = rewrite(file, replace(file.record, title="Another"))
    assert written.data == b"---\nslug: x\ndate: 2023-01-31\ntitle: Another\n---\n# A heading\n"


def test_a_title_has_a_limit() -> None:
    assert record(title="x" * MAX_TITLE).title == "x" * MAX_TITLE
    (problem,) = rejection(f"---\ntitle: {'x' * (MAX_TITLE + 1)}\ndate: 2023-01-31\n---\n".encode())
    assert (problem.code, problem.field, problem.line) == ("title-too-long", "title", 2)
    assert problem.message == "title longer than 500 characters; shorten it"


def test_all_errors_are_reported_at_once() -> None:
    assert reject_keys(title=None, date="soon", id="x", slug="s" * 300) == [
        ("id-not-a-number", "id"),
        ("slug-too-long", "slug"),
        ("date-malformed", "date"),
    ]


# Identity


@pytest.mark.parametrize(
    ("keys", "identity"),
    [
        ({}, Identity("open-project-curations", "1", "", "a-title")),
        ({"id": "16549", "mdName": "x.md"}, Identity("open-project-curations", "16549", "x.md", "a-title")),
        ({"id": 0}, Identity("open-project-curations", "0", "", "a-title")),
        ({"id": "007"}, Identity("open-project-curations", "7", "", "a-title")),
        ({"id": 2**63 - 1}, Identity("open-project-curations", "9223372036854775807", "", "a-title")),
        ({"id": None}, Identity("open-project-curations", "", "", "a-title")),
        ({"source": None, "openProjectCustomFields": {}}, Identity("open-project-curations", "1", "", "a-title")),
        ({"source": None}, Identity("", "", "", "a-title")),
        ({"source": "elsewhere", "id": "urn:x"}, Identity("elsewhere", "urn:x", "", "a-title")),
        ({"source": "elsewhere", "id": None}, Identity("elsewhere", "", "", "a-title")),
    ],
)
def test_an_item_is_identified_by_source_and_id(keys: dict[str, Any], identity: Identity) -> None:
    assert read_keys(**keys).identity == identity


@pytest.mark.parametrize("written", [2**63, "9" * 5_000, -1, "1.0", "0x10", "1_0", "٣", [1], {"a": 1}, float("nan")])
def test_a_work_package_is_a_whole_number(written: Any) -> None:
    assert reject_keys(id=written) == [("id-not-a-number", "id")]


def test_a_malformed_id_is_rejected_in_every_dialect() -> None:
    assert reject_keys(source="elsewhere", id=float("nan")) == [("id-not-a-number", "id")]


def test_a_source_has_a_limit() -> None:
    assert reject_keys(source="s" * 101) == [("source-too-long", "source")]


def bookmark(**keys: Any) -> dict[str, Any]:
    return {"source": None, "id": None, "archetype": "bookmark", **keys}


@pytest.mark.parametrize(
    ("keys", "system", "number"),
    [
        ({"dropmark.editURL": "http://x.dropmark.com/616548/18698541"}, "dropmark", "18698541"),
        ({"dropmark": {"editURL": "http://x.dropmark.com/616548/7?x"}}, "dropmark", "7"),
        ({"dropmark.editURL": "http://x.dropmark.com/5", "source": {"name": "DropMark"}}, "dropmark", "5"),
        ({"dropmark.editURL": "http://x.dropmark.com/5", "source": "Pinboard"}, "pinboard", "5"),
    ],
)
def test_a_bookmark_is_identified_by_its_number(keys: dict[str, Any], system: str, number: str) -> None:
    identity = read_keys(**bookmark(**keys)).identity
    assert (identity.source_system, identity.external_id) == (system, number)


@pytest.mark.parametrize("address", [None, "http://x.dropmark.com/", "http://x.dropmark.com/" + "9" * 20])
def test_a_bookmark_without_a_number_is_identified_by_its_slug(address: str | None) -> None:
    document = read_keys(**bookmark(**{"dropmark.editURL": address}))
    assert document.identity.external_id == ""
    assert [problem.code for problem in document.problems] == ["bookmark-id"]


def post(**keys: Any) -> dict[str, Any]:
    return {"source": None, "id": None, "type": "post", "url": "/2014/03/07/x/", **keys}


@pytest.mark.parametrize(
    ("keys", "system", "external_id"),
    [
        ({}, "wordpress", "/2014/03/07/x"),
        ({"url": "https://blog.example.org/2014/03/07/x/"}, "wordpress", "/2014/03/07/x"),
        ({"url": "/?p=54&preview=true"}, "wordpress", "/?p=54&preview=true"),
        ({"source": "blog", "id": 9}, "blog", "9"),
        ({"source": "blog"}, "blog", ""),
    ],
)
def test_a_wordpress_post_is_identified_by_its_address(keys: dict[str, Any], system: str, external_id: str) -> None:
    identity = read_keys(**post(**keys)).identity
    assert (identity.source_system, identity.external_id) == (system, external_id)


def test_a_wordpress_post_without_a_path_is_identified_by_its_slug() -> None:
    document = read_keys(**post(url="javascript:x"))
    assert document.identity.external_id == ""
    assert ("post-address", "url") in [(problem.code, problem.field) for problem in document.problems]


@pytest.mark.parametrize("name", ["../x.md", "a/b.md", "a\\b.md", ".hidden", "x" * 256])
def test_only_a_plain_file_name_is_kept(name: str) -> None:
    assert read_keys(mdName=name).identity.md_name == ""
    assert warnings(mdName=name) == [("file-name", "mdName")]


# Slug


@pytest.mark.parametrize("written", ["a-slug", "2023", "a" * MAX_SLUG])
def test_a_good_slug_stays(written: str) -> None:
    assert record(slug=written).slug == written
    assert warnings(slug=written) == []


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("../../etc/passwd", "etcpasswd"),
        ("новости-📰-café", "novosti-cafe"),
        ("Straße", "strasse"),
        ("新闻 中心", "新闻-中心"),
        ("Upper Case_and more", "upper-case-and-more"),
        ("-a--b-", "a-b"),
        ("x\r\nLocation: //evil.example", "x-location-evilexample"),
    ],
)
def test_a_slug_is_lower_case_letters_digits_and_hyphens(written: str, slug: str) -> None:
    assert record(slug=written).slug == slug
    assert warnings(slug=written) == [("slug-changed", "slug")]


def test_a_slug_has_a_limit() -> None:
    assert reject_keys(slug="s" * (MAX_SLUG + 1)) == [("slug-too-long", "slug")]


@pytest.mark.parametrize("written", [None, "", "📰", ["a"]])
def test_without_a_slug_the_title_gives_one_with_a_warning(written: Any) -> None:
    assert record(slug=written, title="The Title").slug == "the-title"
    assert ("slug-derived", "slug") in warnings(slug=written, title="The Title")


def test_without_a_title_to_use_the_file_name_gives_the_slug() -> None:
    assert read_keys(slug=None, title="📰", name="a-file.md").record.slug == "a-file"


def test_a_slug_from_a_long_title_is_cut() -> None:
    assert record(slug=None, title="word " * 100).slug == ("word-" * 51).strip("-")[:MAX_SLUG]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("2014-03-07-patients-like-me.md", "patients-like-me"),
        ("2014-3-7-patients-like-me.md", "patients-like-me"),
        ("A Page_here.markdown", "a-page-here"),
        ("caf\udce9.md", "caf"),
        ("index.md", "the-title"),
        ("a-story/index.md", "a-story"),
        ("post/2023-01-31-a-story/index.fr.md", "a-story-fr"),
        ("post/a-story.fr.md", "a-story-fr"),
        ("C++.md", "c-plus-plus"),
        ("你好.md", "你好"),
        ("Ærø.md", "aero"),
        ("\udcff.md", "the-title"),
    ],
)
@pytest.mark.parametrize("keys", [post(), {"source": None, "id": None}], ids=["wordpress", "hugo"])
def test_a_page_of_a_site_takes_its_slug_from_its_file(name: str, slug: str, keys: dict[str, Any]) -> None:
    document = read_keys(**{**keys, "slug": None, "title": "The title", "name": name})
    assert document.record.slug == slug
    assert document.problems == ()


def test_every_file_gets_a_slug() -> None:
    assert read_text("title: ❤\ndate: 2023-01-31", name="📰.md").record.slug == "item"


@pytest.mark.parametrize(
    ("keys", "name", "given"),
    [
        ({"slug": "a-story"}, "x.md", "a-story"),
        ({"slug": "A Story"}, "x.md", "a-story"),
        ({"slug": "a-story"}, "post/x.fr.md", "a-story.fr"),
        ({"slug": "a-story", "lang": "fr"}, "x.md", "a-story.fr"),
        ({"slug": "a-story", "lang": "de"}, "post/x.fr.md", "a-story.fr"),
        ({"slug": "a-story"}, "fr/post/x.md", "a-story.fr"),
        ({"slug": "a-story"}, "docs/pt-br/x.md", "a-story.pt-BR"),
        ({"slug": "a-story"}, "zh_CN/x.md", "a-story.zh-CN"),
        ({"slug": "a-story"}, "post/frx/x.md", "a-story"),
        ({"slug": "a-story"}, "fr.md", "a-story"),
        ({"slug": None, "lang": "fr"}, "x.md", ""),
        ({"slug": None, "url": "/blog/a-story/"}, "x.md", "/blog/a-story"),
        ({"slug": None, "url": "https://old.example.org/blog/a-story/"}, "x.md", "/blog/a-story"),
        ({"slug": None, "url": "/?p=1"}, "x.md", ""),
        ({"slug": None}, "a-story.md", ""),
    ],
)
def test_only_a_slug_that_a_file_gives_is_part_of_its_identity(keys: dict[str, Any], name: str, given: str) -> None:
    assert read_keys(**keys, name=name).identity.given_slug == given
