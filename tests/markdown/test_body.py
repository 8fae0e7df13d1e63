"""Rendered bodies, checked by html5lib, a second parser that shares no code with the sanitiser."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.frontmatter.reading.split import split
from curation.markdown import (
    ATTRIBUTES,
    EXTERNAL_REL,
    FLAVOURS,
    TAGS,
    Flavour,
    excerpt,
    plain_text,
    render,
    sanitise,
    strip_markup,
)

# The check


def elements(markup: str) -> Iterator[Element]:
    """Yield every element that a browser makes of markup in a page's body; comments are elements without a name."""
    yield from html5lib.parseFragment(markup, container="div", namespaceHTMLElements=False).iter()


def reparsed(markup: str) -> str:
    """Return markup as a browser writes it after reading it once: what a mutation needs."""
    tree = html5lib.parseFragment(markup, container="div", namespaceHTMLElements=False)
    return str(html5lib.serialize(tree, quote_attr_values="always", omit_optional_tags=False))


def assert_harmless(markup: str) -> None:
    for version in (markup, reparsed(markup), reparsed(reparsed(markup))):
        for element in elements(version):
            if element.tag != "DOCUMENT_FRAGMENT":
                assert_harmless_element(element)


def assert_harmless_element(element: Element) -> None:
    assert element.tag in TAGS | {"div"}, element.tag
    allowed = ATTRIBUTES.get(element.tag, set()) | ATTRIBUTES["*"] | {"rel"}
    assert set(element.attrib) <= allowed, element.attrib
    for name in ("href", "src"):
        if name in element.attrib:
            assert_harmless_link(element.attrib[name])
    for name, value in element.attrib.items():
        assert "xss(" not in value or name in ("alt", "title", "href", "src"), value


def assert_harmless_link(link: str) -> None:
    assert link == link.strip()
    assert not re.search(r"[\x00-\x20\\]", link), link
    scheme = urlsplit(link).scheme
    assert scheme in ("http", "https", "mailto", "tel", "ref") or re.match(r"(?!//)(?![^/?#]*:)", link), link


@pytest.mark.parametrize(
    "markup",
    [
        *(
            "<script>x</script>",
            "<p onclick=x>",
            "<p style=x>",
            "<a href='java\tscript:x'>",
            "<a href=//x.example>",
            "<svg>",
        ),
        *("<a href='/\\x.example'>", "<img src=data:x>", "<p class='xss(1)'>", "<p><!-- x --></p>"),
        *("<a href='.//x'><img src='//x'>", "<a href='a:b'>", "<img id=x>", "<p name=x>"),
    ],
)
def test_the_check_detects_active_content(markup: str) -> None:
    with pytest.raises(AssertionError):
        assert_harmless(markup)


# Hostile bodies

BODIES = [
    *(
        "<script>xss(1)</script>",
        "<img src=x onerror=xss(1)>",
        "<svg onload=xss(1)>",
        "<style>*{}</style>",
        "<base href=//x>",
    ),
    *(
        "<iframe src=//x>",
        "<form action=//x><input name=y><button>z</button></form>",
        "<meta http-equiv=refresh content=0>",
    ),
    *("<a href='javascript:xss(1)'>x</a>", "[x](javascript:xss(1))", "<javascript:xss(1)>", "![x](javascript:xss(1))"),
    *("[x](java script:xss(1))", "<a href='java script:xss(1)'>x</a>", "<a href='java\x01script:xss(1)'>x</a>"),
    *(
        "<a href='java&#9;script:xss(1)'>x</a>",
        "<a href=' &#14; javascript:xss(1)'>x</a>",
        "<a href='JaVaScRiPt:xss(1)'>x</a>",
    ),
    *(
        "<a href='data:text/html,x'>x</a>",
        "<a href='vbscript:x'>x</a>",
        "<img src='data:image/svg+xml,<svg onload=xss(1)>'>",
    ),
    *(
        "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=xss(1)&gt;'>",
        "<!--><img src=x>",
    ),
    *(
        "<svg></p><style><a id='</style><img src=1 onerror=xss(1)>'>",
        "<noscript><p title='</noscript><img src=x onerror=xss(1)>'>",
    ),
    *(
        "<p style='x:y' class=a id=b onclick=xss(1)>x",
        "<img alt='<script>xss(1)</script>' src=https://x.example/y.png>",
    ),
    *(
        "[x]: javascript:xss(1)\n\n[x]",
        "[x](https://x.example 'a\" onclick=\"xss(1)')",
        "`<script>`",
        "```\n<script>xss(1)\n```",
    ),
    *('*[HTML]: "><script>xss(1)</script>\n\nHTML', "a | b\n--|--\n<script> | </script>", "<a href=x>1<a href=y>2"),
    *(
        "\x02wzxhzdk:0\x03<script>",
        "\x02klzzwxh:0000\x03",
        "<![CDATA[<script>xss(1)</script>]]>",
        "<?php xss(1) ?>",
        "<!x>",
    ),
    *(
        "<select><option><img src=x onerror=xss(1)>",
        "<table><td><form>",
        "<b><p></b>x",
        "<xmp><script>",
        "<plaintext>x",
        "<title>x",
    ),
]


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("body", BODIES)
def test_a_hostile_body_has_no_active_content_left(body: str, flavour: Flavour) -> None:
    assert_harmless(render(body, flavour).html)
    assert_harmless(sanitise(body))


def test_a_hostile_file_has_no_active_content_left(hostile: Path) -> None:
    names = [*hostile.glob("content/body-*.md"), *hostile.glob("content/mxss-*.md"), *hostile.glob("content/dos-*.md")]
    assert len(names) >= 15
    for path in names:
        rendered = render(split(path.read_bytes()).body)
        assert f"KEEP-A-{path.stem}" in rendered.text
        assert f"KEEP-B-{path.stem}" in rendered.text or path.stem.startswith(("mxss-", "dos-"))
        assert_harmless(rendered.html)


PIECES = st.sampled_from(
    [
        *(
            "<",
            ">",
            "</",
            "<!--",
            "-->",
            "<![CDATA[",
            "]]>",
            '"',
            "'",
            "=",
            "`",
            "&",
            ";",
            " ",
            "\n",
            "\t",
            "\x00",
            "\x02",
        ),
        *(
            "script",
            "style",
            "svg",
            "math",
            "mtext",
            "mglyph",
            "noscript",
            "title",
            "textarea",
            "table",
            "td",
            "p",
            "a",
            "img",
        ),
        *(
            " href=",
            " src=",
            " onerror=",
            " title=",
            " alt=",
            "javascript:",
            "java\tscript:",
            "//x.example",
            "\\",
            "?",
            "https:",
            "tel:",
            "mailto:",
        ),
        *(
            "[x](",
            ")",
            "![",
            "](",
            "> ",
            "- ",
            "1. ",
            "```\n",
            "    ",
            "|",
            "*",
            "_",
            "#",
            "&#x3c;",
            "&#60;",
            "&colon;",
            "xss(1)",
        ),
    ]
)


@given(st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join), st.sampled_from(FLAVOURS))
def test_any_body_has_no_active_content_left(body: str, flavour: Flavour) -> None:
    assert_harmless(render(body, flavour).html)
    assert_harmless(sanitise(body))


# Links


@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTPS://Example.ORG", "https://example.org/"),
        ("//example.org/x", "https://example.org/x"),
        ("/\\example.org/x", "https://example.org/x"),
        ("/\t/example.org/x", "https://example.org/x"),
        ("\\\\example.org/x", "https://example.org/x"),
        ("https://аррӏе.com/", "https://xn--80ak6aa92e.com/"),
        ("http://example.org:80/a b", "http://example.org/a%20b"),
        ("https://example.org/?a\\b#c\\d", "https://example.org/?a%5Cb#c%5Cd"),
    ],
)
def test_a_link_to_another_host_has_rel(written: str, href: str) -> None:
    assert sanitise(f'<a href="{written}">x</a>') == f'<a href="{href}" rel="{EXTERNAL_REL}">x</a>'


@pytest.mark.parametrize(
    ("written", "href"),
    [
        ("/news/x/", "/news/x/"),
        ("a/./b/../c/..", "a/"),
        ("#top", "#top"),
        ("?page=2", "?page=2"),
        ("tel:1 2\\3", "tel:1%202%5C3"),
        ("mailto:ann@example.org", "mailto:ann@example.org"),
        ("ref:other%20file.md#part", "ref:other%20file.md#part"),
        ("java script:xss(1)", "./java%20script:xss(1)"),
    ],
)
def test_other_links_have_no_rel(written: str, href: str) -> None:
    assert sanitise(f'<a href="{written}">x</a>') == f'<a href="{href}">x</a>'


@pytest.mark.parametrize("written", ["", " ", "javascript:x", "data:x", "ftp://x.example/", "http://[::1", "#part"])
def test_a_link_without_a_valid_target_is_removed(written: str) -> None:
    assert "href" not in sanitise(f'<a href="{written}">x</a>')


@pytest.mark.parametrize(
    ("part", "href"),
    [
        ('<b id="x">', "#x"),
        ('<a name="x"></a>', "#x"),
        ("<b id='ü'>", "#%C3%BC"),
        ("<b id='ü'>", "#ü"),
        ('<b id="a.b:c">', "#a.b%3Ac"),
        ('<b id="x">', "#x:~:text=ward"),
    ],
)
def test_a_link_to_a_part_of_the_body_is_kept_before_and_after_it(part: str, href: str) -> None:
    link = f'<a href="{href}">y</a>'
    for body in (link + part, part + link):
        assert "href" in render(body).html
        assert render(body).missing_parts == ()


def test_a_link_to_a_missing_part_is_replaced_by_its_words() -> None:
    rendered = render(
        '# Part\n\n[one *two*](#Part) and <a id="three" href="#x">three</a>, [four](#four), [five](#part)'
    )
    assert '<p>one <em>two</em> and <a id="three">three</a>, four, <a href="#part">five</a></p>' in rendered.html
    assert rendered.missing_parts == ("#Part", "#x", "#four")


@pytest.mark.parametrize(
    "hidden",
    [
        "<p hidden>x</p>",
        '<div hidden="until-found">\n\n**x**\n\n<div>x</div></div>',
        '<span style="display:none">x <b>x</b><br><img src="/x.png"></span>',
        '<DIV STYLE="color: red; Display : None !important">x</DIV>',
        "<em style='visibility:hidden'>x</em>",
        '<a href="/x" style="display: none">x</a>',
        '<img src="/x.png" hidden>',
        '<iframe src="https://example.org/x" style="display:none"></iframe>',
        "<section hidden>x",
    ],
)
def test_hidden_elements_are_removed(hidden: str) -> None:
    rendered = render(f"<b>one</b>\n\n{hidden}")
    assert "x" not in rendered.html
    assert rendered.text == "one"
    assert rendered.hidden == 1
    assert "x" not in sanitise(hidden)


@pytest.mark.parametrize(
    "shown", ['<p style="color: red">x</p>', '<p style="display: nonesuch">x</p>', '<p title=" hidden=">x</p>']
)
def test_styled_elements_that_are_not_hidden_are_kept(shown: str) -> None:
    rendered = render(shown)
    assert ">x</p>" in rendered.html
    assert rendered.hidden == 0


def test_a_link_leads_to_a_span_or_section() -> None:
    links = '<a href="#b">e</a><a href="#d">f</a>'
    body = f'<p><span>a</span><span id="b">b <span>c</span></span></p><section id="d">d</section>{links}'
    assert render(body).html == (f'<p>a<span id="b">b c</span></p><div id="d">d</div>{links}')


def test_hrefs_that_are_removed_are_reported() -> None:
    links = '[a](ftp://x) <a id="x">b</a> <A class="b" HREF = \'javascript:x\'>c</A>'
    assert render(links + ' [d](/d) <a class="e">e</a> [f]() `[g](sms:1)`').lost_links == (
        "ftp://x",
        "javascript:x",
        "",
    )
    assert render('<a class="e">e</a>').lost_links == ()


def test_a_link_has_only_the_sites_rel_and_no_target() -> None:
    markup = sanitise('<a href="https://example.org/" rel="opener" target="_top" ping="//x" title="t">x</a>')
    (link,) = [element for element in elements(markup) if element.tag == "a"]
    assert link.attrib == {"href": "https://example.org/", "title": "t", "rel": EXTERNAL_REL}


# Pictures


def test_a_picture_of_another_host_becomes_a_link_to_it() -> None:
    assert render("![A ward](https://example.org/x.png)").html == (
        f'<p><a href="https://example.org/x.png" rel="{EXTERNAL_REL}">A ward</a></p>'
    )


def test_a_remote_picture_within_a_link_becomes_its_words() -> None:
    markup = render("[![A ward](https://example.org/x.png)](https://example.org/)").html
    assert markup == f'<p><a href="https://example.org/" rel="{EXTERNAL_REL}">A ward</a></p>'


@pytest.mark.parametrize("source", ["pic.png", "/img/x.png", "../x.png", "/media/x.png", "a%20b.png"])
def test_a_picture_of_this_site_is_kept_as_written(source: str) -> None:
    assert render(f'![A <ward>]({source} "The ward")').html == (
        f'<p><img src="{source}" alt="A &lt;ward&gt;" title="The ward"></p>'
    )


def test_a_picture_has_no_active_attributes() -> None:
    assert sanitise('<img src="x.png" alt="A ward" width="9" id="x" onerror="x" loading="eager" srcset="y">') == (
        '<img src="x.png" alt="A ward">'
    )


@pytest.mark.parametrize(
    "source", ["", "data:image/png,x", "javascript:x", "ref:x.md", "mailto:a@example.org", "tel:1"]
)
def test_a_picture_without_a_source_becomes_its_words(source: str) -> None:
    assert sanitise(f'<img src="{source}" alt="A ward">') == "A ward"


# Markdown


@pytest.mark.parametrize(
    ("body", "markup"),
    [
        ("# One\n\n## Two\n\n### Three", '<h2 id="one">One</h2>\n<h2 id="two">Two</h2>\n<h3 id="three">Three</h3>'),
        ("<h1>One</h1>", "<h2>One</h2>"),
        ("A *b* **c** `d`", "<p>A <em>b</em> <strong>c</strong> <code>d</code></p>"),
        ("- a\n- b\n\n1. c", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n<ol>\n<li>c</li>\n</ol>"),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>"),
        ("```python\na < b\n```", '<pre><code class="language-python">a &lt; b\n</code></pre>'),
        ("Term\n: Meaning", "<dl>\n<dt>Term</dt>\n<dd>Meaning</dd>\n</dl>"),
        ("ECG\n\n*[ECG]: Electrocardiogram", '<p><abbr title="Electrocardiogram">ECG</abbr></p>'),
        ("a<br>b<hr>", "<p>a<br>b</p><hr><p></p>"),
        ("<p>All <b>HTML</b>&nbsp;here.</p>", "<p>All <b>HTML</b>&nbsp;here.</p>"),
        ("{{ 7 * 7 }} {{ x }}", "<p>{{ 7 * 7 }} {{ x }}</p>"),
        ("", ""),
        (" \n ", ""),
    ],
)
def test_markdown_and_html(body: str, markup: str) -> None:
    assert render(body).html == markup


def test_a_table() -> None:
    markup = render("| a | b |\n|---|--:|\n| 1 | 2 |").html
    assert [element.tag for element in elements(markup)][1:] == [
        "table",
        "thead",
        "tr",
        "th",
        "th",
        "tbody",
        "tr",
        "td",
        "td",
    ]
    assert "style" not in markup


def test_control_characters_do_not_reach_a_page() -> None:
    rendered = render("a\x1b[31mb\x07 \u2028 &#27; &#xFFFE; <b title='&#7;'>c</b>\td")
    assert not re.search(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ufffd]", rendered.html)
    assert not re.search(r"[^\n\x20-\x7e\ufffd]", rendered.text)


def test_rendering_a_body_does_not_affect_the_next() -> None:
    render("[x][1] ECG\n\n[1]: https://example.org/\n\n*[ECG]: Electrocardiogram")
    assert render("[x][1] ECG").html == "<p>[x][1] ECG</p>"


@pytest.fixture
def endless_list() -> str:
    """A body that Python-Markdown gives up on."""
    return "1. " * 3_000 + "<b>KEEP</b><script>xss(1)</script>"


def test_a_body_whose_conversion_fails_is_rendered_as_html(endless_list: str) -> None:
    rendered = render(endless_list)
    assert "<b>KEEP</b>" in rendered.html
    assert_harmless(rendered.html)


def test_bodies_after_a_failure_are_rendered_as_before(endless_list: str) -> None:
    body = "Words\n\n- *a*\n- <b>b</b>"
    before = render(body)
    render(endless_list)
    assert render(body) == before


# Plain text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One<br>two</p>", "One\ntwo"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<p>a <b>b</b>c</p>", "a bc"),
        ("<p>R&amp;D &lt;b&gt;&nbsp;x</p>", "R&D <b> x"),
        ("<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>", "1\n2"),
        ('<a href="/x" title="a &gt; b">c</a>', "c"),
        ("", ""),
    ],
)
def test_plain_text_has_one_line_per_block(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Plain  text\n here", "Plain text here"),
        ("a <b>b</b> &amp; c&nbsp;d", "a b & c d"),
        ("a < b & c > d", "a < b & c > d"),
        ("&lt;b&gt;", "<b>"),
        ("&amp;lt;", "&lt;"),
        ("x<script>y</script><style>z</style>", "x"),
        ("</script><!-- x", "<!-- x"),
        ("&#27;[31m\x07", "[31m"),
        ("&#xD800;&#0;", "\ufffd\ufffd"),
    ],
)
def test_markup_is_stripped_from_a_field(written: str, text: str) -> None:
    assert strip_markup(written) == text


@given(st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join))
def test_any_field_becomes_one_line(text: str) -> None:
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", strip_markup(text))


@pytest.mark.parametrize(
    ("text", "limit", "start"),
    [
        ("Short", 10, "Short"),
        ("One two three four", 12, "One two…"),
        ("One two, three", 10, "One two…"),
        ("Unbreakable" * 5, 20, "UnbreakableUnbreaka…"),
        ("One\ntwo", 10, "One two"),
        ("", 10, ""),
    ],
)
def test_an_excerpt_ends_at_a_word(text: str, limit: int, start: str) -> None:
    assert excerpt(text, limit) == start
    assert len(start) <= limit
