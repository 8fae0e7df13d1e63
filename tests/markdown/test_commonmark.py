"""CommonMark with its extensions, as Hugo and GitHub render them."""

import pytest

from curation.markdown import render


def html(body: str) -> str:
    """Return rendered HTML without the line ends between its tags."""
    return render(body).html.replace(">\n<", "><").replace(">\n", ">")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("~~gone~~", "<p><s>gone</s></p>"),
        ("H~2~O and ~one~", "<p>H~2~O and ~one~</p>"),
        ("- [ ] one\n- [x] two", "<ul><li>☐ one</li><li>☑ two</li></ul>"),
        ("- [ ] one\n\n  more", "<ul><li><p>☐ one</p><p>more</p></li></ul>"),
        ("- [ ] one\n  - [x] two\n- three", "<ul><li>☐ one\n<ul><li>☑ two</li></ul></li><li>three</li></ul>"),
        ("[Run](javascript:alert(1)) it", "<p><a>Run</a> it</p>"),
    ],
)
def test_inline_extensions_are_those_of_hugo(body: str, expected: str) -> None:
    assert html(body) == expected


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("www.example.org/x", "https://www.example.org/x"),
        ("https://example.org/x", "https://example.org/x"),
        ("http://www.example.org/", "http://www.example.org/"),
        ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
        ("desk@example.org", "mailto:desk@example.org"),
    ],
)
def test_a_bare_address_is_a_link(written: str, target: str) -> None:
    assert f'<a href="{target}"' in html(f"See {written}.")


def test_a_bare_host_name_is_not_a_link() -> None:
    assert html("example.org and file.md") == "<p>example.org and file.md</p>"


@pytest.mark.parametrize(
    "body",
    [
        "<p>One *two* &amp; three.</p>\n<ul><li>a</li></ul>\n<h2>b</h2>",
        "<p>One</p> *two* <p>three</p>",
        "<p>One</p>\n*two*\n<p>three</p>",
        "<p>One</p>\n\n*two*\n\n<p>three</p>",
        "<p>One</p>x",
        "<p>One</h2>",
    ],
)
def test_a_body_of_html_lines_is_rendered_as_below_other_text(body: str) -> None:
    assert html(f"Above.\n\n{body}") == f"<p>Above.</p>{html(body)}"


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Für Ärzte", "für-ärzte"),
        ("💉 Vaccines & doses ½", "-vaccines--doses-"),
        ("Part Ⅳ, 2024", "part--2024"),
        ("The `patient_id` field", "the-patient_id-field"),
        ("第一 章", "第一-章"),
        ("!!!", "heading"),
        ("Own {#my-part}", "my-part"),
    ],
)
def test_ids_of_headings_are_those_of_hugo(heading: str, name: str) -> None:
    assert html(f"## {heading}").startswith(f'<h2 id="{name}">')


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("A\n: one\n: two", "<dl><dt>A</dt><dd>one</dd><dd>two</dd></dl>"),
        ("A\n\n: one", "<dl><dt>A</dt><dd><p>one</p></dd></dl>"),
        ("A\n: one\n\nB\n\n: two", "<dl><dt>A</dt><dd>one</dd><dt>B</dt><dd><p>two</p></dd></dl>"),
        ("A\n: one\n\n    - x", "<dl><dt>A</dt><dd>one\n<ul><li>x</li></ul></dd></dl>"),
        ("A\n: one\n\n    two\n\n    three", "<dl><dt>A</dt><dd>one\n<p>two</p><p>three</p></dd></dl>"),
        ("A\nB\n: one", "<dl><dt>A</dt><dt>B</dt><dd>one</dd></dl>"),
        ("A\n: one\n\nB\nC\n: two", "<dl><dt>A</dt><dd>one</dd><dt>B</dt><dt>C</dt><dd>two</dd></dl>"),
        ("> A\n> B\n> : one", "<blockquote><dl><dt>A</dt><dt>B</dt><dd>one</dd></dl></blockquote>"),
        ("A\n# B\n: one", '<p>A</p><h2 id="b">B</h2><p>: one</p>'),
        ("A\nB\n\nC", "<p>A\nB</p><p>C</p>"),
        ("A\nB\n:not one", "<p>A\nB\n:not one</p>"),
    ],
)
def test_definition_lists_have_several_terms_and_paragraphs_only_after_blank_lines(body: str, expected: str) -> None:
    assert html(body) == expected


def test_more_lines_than_the_maximum_are_not_terms() -> None:
    assert "<dl>" not in html("line\n" * 30 + ": one").replace("<dl><dt>line</dt><dd>one</dd></dl>", "")


def test_the_first_definition_of_a_note_counts() -> None:
    page = html("One[^1]\n\n[^1]: first\n[^1]: second\n\n    and more")
    assert "first" in page
    assert "second" not in page
    assert "and more" not in page


@pytest.mark.parametrize("before", ["> quoted", "- item", "text", "1. item"])
def test_a_note_may_follow_any_block_without_a_blank_line(before: str) -> None:
    page = html(f"{before}[^1]\n[^1]: The note")
    assert "[^1]" not in page
    assert '<li id="fn:1"><p>The note' in page


@pytest.mark.parametrize("flavour", ["commonmark", "markdown"])
def test_columns_keep_their_alignment(flavour: str) -> None:
    page = render("| a | b | c |\n|---|--:|:-:|\n| 1 | 2 | 3 |", flavour).html
    assert [f"<t{kind}>" in page for kind in "hd"] == [True, True]
    assert page.count('<td align="right">') == page.count('<th align="center">') == 1


def test_html_cells_keep_only_valid_alignments() -> None:
    page = html('<table><tr><td align="RIGHT">1</td><td align="justify">2</td></tr></table>')
    assert '<td align="right">1</td><td>2</td>' in page


@pytest.mark.parametrize(
    "name",
    [
        "path",
        "set",
        "not",
        "text",
        "filter",
        "list",
        "image-name",
        "and",
        "or",
        "switch",
        "view",
        "min",
        "g",
        "use",
        "in",
    ],
)
def test_an_unknown_tag_does_not_remove_the_text_after_it(name: str) -> None:
    """SVG and MathML have elements of such names."""
    rendered = render(f"Give <{name}> to it, <{name} now> or <{name}/>. The end")
    assert " ".join(rendered.text.split()) == "Give to it, or . The end"


def test_drawings_and_formulas_are_removed_with_their_content() -> None:
    body = "<svg><path d='M0'/><text>drawn</text></svg>a <math><mi>x</mi><not/></math> b"
    assert render(body).text.split() == ["a", "b"]


@pytest.mark.parametrize("tag", ["section", "nav", "dialog", "button", "label", "option", "div", "legend", "audio"])
def test_words_around_removed_tags_stay_separate_in_the_text(tag: str) -> None:
    assert render(f"<{tag}>alpha</{tag}><{tag}>beta</{tag}>").text.split() == ["alpha", "beta"]
