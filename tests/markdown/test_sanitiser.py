"""The sanitiser: words stay separate, embedded content becomes a link, ids are safe."""

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.markdown import EXTERNAL_REL, FLAVOURS, Flavour, plain_text, render, sanitise, with_absolute_links
from curation.markdown.allowed_tags import RESERVED_IDS
from curation.markdown.sanitiser import (
    clean,
    count_drawings,
    count_pictures_without_source,
    count_remote_pictures,
    remove_hidden,
)

BLOCKS = (
    *(
        "address",
        "article",
        "aside",
        "center",
        "details",
        "dialog",
        "dir",
        "div",
        "fieldset",
        "figure",
        "footer",
        "form",
    ),
    *(
        "header",
        "hgroup",
        "legend",
        "main",
        "menu",
        "nav",
        "search",
        "section",
        "summary",
        "p",
        "h1",
        "h6",
        "blockquote",
    ),
)
CONTROLS = ("button", "label", "option", "output", "select")


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_tag_separates_words(name: str) -> None:
    markup = f"one<{name} class=x onclick=y>two</{name}>three"
    assert plain_text(sanitise(markup)) == "one\ntwo\nthree"
    assert render(f"<div>{markup}</div>").text == "one\ntwo\nthree"


@pytest.mark.parametrize("name", CONTROLS)
def test_a_control_leaves_a_space(name: str) -> None:
    assert render(f"<div>one<{name}>two</{name}>three</div>").text == "one two three"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<details><summary>More</summary>hidden</details>", "More\nhidden"),
        ("<ul><li>alpha<div>beta</div>gamma</li></ul>", "alpha\nbeta\ngamma"),
        ('<p>one<iframe src="https://www.youtube.com/embed/x"></iframe>two</p>', "one two"),
        ("<p>one<video>no film</video>two<audio>no sound</audio>three</p>", "one no film two no sound three"),
        ("<select><option>a<option>b</select>", "a b"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("one<object data=x>two</object>three", "one two three"),
    ],
)
def test_words_are_never_joined(markup: str, text: str) -> None:
    assert render(markup).text == text


WORDS = st.sampled_from([f"w{number}w" for number in range(9)])
NAMES = st.sampled_from([*BLOCKS, *CONTROLS, "iframe src=/x", "video src=/x", "li"])


@given(st.lists(st.tuples(WORDS, NAMES), min_size=1, max_size=8))
def test_words_before_and_after_a_block_are_two_words(pairs: list[tuple[str, str]]) -> None:
    markup = "".join(f"{word}<{name}>{word}</{name.partition(' ')[0]}>" for word, name in pairs)
    assert set(re.findall(r"\w+", plain_text(sanitise(markup)))) - {"x"} <= {word for word, _name in pairs}


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="data:image/gif;base64,x" data-src="/a.jpg" alt="A">', '<img src="/a.jpg" alt="A">'),
        ('<img src="blank.gif" alt="A" data-src="a.jpg">', '<img alt="A" src="a.jpg">'),
        ('<iframe data-src="/map" title="A map"></iframe>', '<p><a href="/map">A map</a></p>'),
        ('<iframe src="about:blank" title="A map"></iframe>', "A map"),
        ('<video><source data-src="/a.mp4"></video>', '<p><a href="/a.mp4">a.mp4</a></p>'),
    ],
)
def test_lazily_loaded_sources_are_used_at_once(markup: str, expected: str) -> None:
    assert " ".join(sanitise(markup).split()) == expected


# Links


@pytest.mark.parametrize(
    "markup",
    [
        *('<a href="{}">x</a>', '<img src="{}" alt="x">', '<img data-src="{}" alt="x">'),
        *('<iframe src="{}"></iframe>', '<iframe data-src="{}"></iframe>', '<embed src="{}">', '<embed data-src="{}">'),
        *('<object data="{}"></object>', '<object data-src="{}"></object>', '<audio src="{}"></audio>'),
        *('<video src="{}"></video>', '<video data-src="{}"></video>', '<video><source src="{}"></video>'),
        '<video><source data-src="{}"></video>',
    ],
)
def test_every_address_is_cleaned_and_no_script_is_one(markup: str) -> None:
    assert f'<a href="https://other.example/x.png" rel="{EXTERNAL_REL}">' in sanitise(
        markup.format("/\\other.example/x.png")
    )
    assert re.search(' (href|src)="/x%20y.png"', sanitise(markup.format("/x y.png")))
    for written in (
        "javascript:xss(1)",
        "java&#9;script:xss(1)",
        "data:text/html,xss(1)",
        "blob:https://x.example/xss(1)",
    ):
        assert "xss(1)" not in sanitise(markup.format(written))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            '<iframe src="https://maps.example/x?y"></iframe>',
            '<p><a href="https://maps.example/x?y" REL>maps.example</a></p>',
        ),
        ('<iframe src="/m?x#y" aria-label="A map"></iframe>', '<p><a href="/m?x#y">A map</a></p>'),
        ('<iframe src="/m" title="A &lt;map&gt;" aria-label="No"></iframe>', '<p><a href="/m">A &lt;map&gt;</a></p>'),
        ('<iframe title="A map">x</iframe>', " A map x "),
        ('<iframe src="/m">&lt;b>x</iframe>', '<p><a href="/m">m</a></p>&lt;b&gt;x'),
        ('<object data="/d/a.pdf?b=/c" title="">x</object>', '<p><a href="/d/a.pdf?b=/c">a.pdf</a></p>x'),
        ('<embed src="/d/a/">', '<p><a href="/d/a/">a</a></p>'),
        ('<embed src="/a&amp;b.mp4">', '<p><a href="/a&amp;b.mp4">a&amp;b.mp4</a></p>'),
        ('<embed src="/d/aX/">', '<p><a href="/d/aX/">aX</a></p>'),
        ('<embed src="/">', '<p><a href="/">Link</a></p>'),
        ('<video src="/a.mp4" title="Film">x</video>', '<p><a href="/a.mp4">Film</a></p>x'),
        ('<video title="Film"><source src="/a.mp4"><source src="/b.mp4"></video>', '<p><a href="/a.mp4">Film</a></p>'),
        ('<video title="Film"><source><source src="/b.mp4"></video>', '<p><a href="/b.mp4">Film</a></p>'),
        ('<audio><source src="/a.mp3"></audio>', '<p><a href="/a.mp3">a.mp3</a></p>'),
        ('<video src="/a.mp4"><source src="/b.mp4"></video>', '<p><a href="/a.mp4">a.mp4</a></p>'),
        ('<video title="Film"></video><source src="/b.mp4">', ""),
        ('<source src="/b.mp4">', ""),
        ('<div>x<embed src="/a"></div><embed src="/b">', '<div>x <a href="/a">a</a> </div><p><a href="/b">b</a></p>'),
        ('<hr><embed src="/a"><br><embed src="/b">', '<hr><p><a href="/a">a</a></p><br><p><a href="/b">b</a></p>'),
        ('<div><hr><p>x</p><embed src="/a"></div>', '<div><hr><p>x</p> <a href="/a">a</a> </div>'),
        (
            '<p><a href="/x">y <embed src="/a"></a> <embed src="/b"></p>',
            '<p><a href="/x">y a </a> <a href="/b">b</a> </p>',
        ),
        ('<a href="/x"><iframe src="https://maps.example/"></iframe></a>', '<a href="/x"> maps.example </a>'),
    ],
)
def test_what_is_embedded_becomes_a_link_with_its_name(markup: str, expected: str) -> None:
    found = re.sub(" +", " ", sanitise(markup).replace(f'rel="{EXTERNAL_REL}"', "REL"))
    assert found.strip() == expected.strip()


VIDEO = "https://www.youtube.com/watch?v=abcdefghi_-"


@pytest.mark.parametrize(
    ("player", "page", "words"),
    [
        ("https://www.youtube.com/embed/abcdefghi_-", VIDEO, "YouTube video"),
        ("http://youtube.com/embed/abcdefghi_-?start=1", VIDEO, "YouTube video"),
        ("//www.youtube-nocookie.com/embed/abcdefghi_-#x", VIDEO, "YouTube video"),
        ("https://player.vimeo.com/video/123?h=4", "https://vimeo.com/123", "Vimeo video"),
        ("https://www.youtube.com/embed/abcdefghi_-0", None, "www.youtube.com"),
        ("https://evil.example/https://www.youtube.com/embed/abcdefghi_-", None, "evil.example"),
        ("https://player.vimeo.com/video/123/x", None, "player.vimeo.com"),
    ],
)
def test_the_player_of_a_video_becomes_a_link_to_its_page(player: str, page: str | None, words: str) -> None:
    link = f'<a href="{page or player}" rel="{EXTERNAL_REL}">'
    assert sanitise(f'<iframe src="{player}"></iframe>').strip() == f"<p>{link}{words}</a></p>"
    assert sanitise(f'<iframe src="{player}" title="Talk"></iframe>').strip() == f"<p>{link}Talk</a></p>"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="/x.png">', '<img src="/x.png">'),
        ('<img title="T" src="/x.png">', '<img title="T" src="/x.png">'),
        ('<img src="/x.png" data-src="/y.png" alt="A">', '<img src="/y.png" alt="A">'),
        ('<img src="https://x.example/x.png">', '<a href="https://x.example/x.png" REL>Image</a>'),
        ('<img src="http://x.example/x.png" title="T">', '<a href="http://x.example/x.png" REL>T</a>'),
        (
            '<img src="//x.example/x.png" title="T" alt="A &amp; B">',
            '<a href="https://x.example/x.png" REL>A &amp; B</a>',
        ),
        ('<img src="/x.png" data-src="//x.example/x.png" alt="A">', '<a href="https://x.example/x.png" REL>A</a>'),
        ('<a href="/"><img src="//x.example/x.png"></a>', '<a href="/">Image</a>'),
        (
            '<a href="/"></a><img src="//x.example/x.png">',
            '<a href="/"></a><a href="https://x.example/x.png" REL>Image</a>',
        ),
        (
            '<a href="/"><table><tr><td><a href="/y">y</a><img src="//x.example/x.png">z</table></a>',
            '<a href="/"><table><tbody><tr><td><a href="/y">y</a>Imagez</td></tr></tbody></table></a>',
        ),
        *((f'<img src="{source}" title="T">', "T") for source in ("tel:1", "mailto:a@x.example", "ref:x.md", "data:x")),
        ('<img title="T">', "T"),
        ("<img>", ""),
    ],
)
def test_a_picture_is_of_this_site_or_a_link(markup: str, expected: str) -> None:
    assert sanitise(markup).replace(f'rel="{EXTERNAL_REL}"', "REL") == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<a href="news/">x</a>', '<a href="https://site.example/a/news/">x</a>'),
        ('<a href="../b?c=d&amp;e#f">x</a>', '<a href="https://site.example/b?c=d&amp;e#f">x</a>'),
        ('<a href="?page=2">x</a>', '<a href="https://site.example/a/?page=2">x</a>'),
        ('<a title="/x" href="#end">x</a>', '<a title="/x" href="https://site.example/a/#end">x</a>'),
        ('<img src="/x.png" alt="src">', '<img src="https://site.example/x.png" alt="src">'),
        ('<td id="/x">href="/x"</td>', '<td id="/x">href="/x"</td>'),
        *(
            (f'<a href="{href}">x</a>',) * 2
            for href in ("http://x.example/", "https://x.example/", "mailto:a@x.example", "tel:1", "ref:a.md")
        ),
    ],
)
def test_links_of_this_site_become_absolute_for_feeds(markup: str, expected: str) -> None:
    assert with_absolute_links(markup, "https://site.example/a/") == expected


# What is removed


@pytest.mark.parametrize(
    ("markup", "cleaned", "number"),
    [
        ("<p>a</p><p hidden>x<b>x</b></p><p>b</p>", "<p>a</p><p>b</p>", 1),
        ("<p hidden>x</p>a<p style=display:none>x</p>b", "ab", 2),
        ("<div hidden>x<div hidden>x</div>x<br>x</div>a", "a", 1),
        ("a<img src=/x hidden>b<hr style='visibility: hidden'>c", "abc", 2),
        ("<div hidden>x<div>x</div><input>x<br></div><p>a</p>b", "<p>a</p>b", 1),
        ("<div>a<i hidden>x</i></div>b", "<div>a</div>b", 1),
        ("<p style='content: \"display: none\"'>a</p>", "<p>a</p>", 0),
    ],
)
def test_a_hidden_element_goes_with_all_that_is_in_it(markup: str, cleaned: str, number: int) -> None:
    assert remove_hidden(clean(markup)) == (cleaned, number)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("a<path>b</path>c<SET>d<not/>e", "abcde"),
        ("<IFRAME SRC=/m>&lt;b></IFRAME>", '<p><a href="/m">m</a></p>&lt;b&gt;'),
        ('<x-frame src="/m">a</x-frame>', "a"),
        ("<svg><g>x</svg>a<math><mi>x</math>b<script>x</script>c", "abc"),
        ("a\x00b\x1fc&#7;d", "ab c d"),
        ("<p>a<image src=/x.png>b", '<p>a<img src="/x.png">b</p>'),
    ],
)
def test_unknown_elements_leave_their_content(markup: str, expected: str) -> None:
    assert sanitise(markup).replace("  ", " ").strip() == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p align=Center>a</p><table><tr><td align=LEFT>a</table>", 'td align="left"'),
        ("<table><tr><th align=center>a</table>", 'th align="center"'),
        ("<table><tr><th align='javascript:x'>a</table>", "<th>"),
        ("<code class='x language-c++ y'>a</code>", '<code class="language-c++">'),
        ("<code class=x>a</code>", "<code>"),
        ("<p lang=de title='T'>a</p>", '<p lang="de" title="T">'),
        ("<ol start=3 reversed type=a><li value=2>a</ol>", '<ol start="3" reversed="">'),
        ("<details open ontoggle=x>a</details>", '<details open="">'),
    ],
)
def test_attributes_have_allowed_values(markup: str, expected: str) -> None:
    assert expected in sanitise(markup)


def test_removed_pictures_and_drawings_are_counted() -> None:
    remote = "<img src='//x.example/a' alt=' src='><img src='http://x.example'>"
    cleaned = clean(remote + "<img src=/b title='a > b'><img title=' src=\"https:'><img src=data:x>")
    assert (count_remote_pictures(cleaned), count_pictures_without_source(cleaned)) == (2, 2)
    assert count_drawings("<svg><SVG viewBox=x><svgs><math>&lt;svg>") == 3


# Ids


def ids(markup: str) -> list[str]:
    return re.findall(r' id="([^"]*)"', markup)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_links_within_a_body_match_its_ids(flavour: Flavour) -> None:
    body = "[jump](#my-part) Claim.[^1] Again.[^1]\n\n## My part {#my-part}\n\n[^1]: Note.\n"
    markup = render(body, flavour).html
    targets = re.findall(r' href="#([^"]+)"', markup)
    assert len(targets) >= 5
    assert set(targets) <= set(ids(markup))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<span id="a">x</span><span id="a">y</span>', '<span id="a">x</span><span>y</span>'),
        ('<span>x<span id="a">y<span>z</span></span></span>', 'x<span id="a">yz</span>'),
        ('<section id="a">x</section><p id="a">y</p>', '<div id="a">x</div><p>y</p>'),
        ('<a href="#a">x</a><a name="a" title="t">y</a>', '<a href="#a">x</a><a id="a" title="t">y</a>'),
        ('<a id="b" href="#a">x</a><a href="#b">y</a>', '<a id="b">x</a><a href="#b">y</a>'),
        (
            '<a href="#TOP">x</a><a href="#">y</a><a href="#topics">z</a>',
            '<a href="#TOP">x</a><a href="#">y</a><a href="#topics">z</a>',
        ),
        ('<a href="#a%20b">x</a><a href="/#a">y</a>', 'x<a href="/#a">y</a>'),
        ('<p title=" id=a">x</p><p id="b" title=" id=">y</p>', '<p title=" id=a">x</p><p id="b" title=" id=">y</p>'),
    ],
)
def test_ids_and_links_to_them_stay_pairs(markup: str, expected: str) -> None:
    assert sanitise(markup) == expected


def test_obsolete_name_anchors_become_ids() -> None:
    assert sanitise('<a name="part"></a><a name="x" id="y">z</a>') == '<a id="part"></a><a id="y">z</a>'


def test_the_second_element_with_an_id_loses_it() -> None:
    assert sanitise('<p id="a">x</p><h3 id="a">y</h3><p id="b">z</p>') == '<p id="a">x</p><h3>y</h3><p id="b">z</p>'


@pytest.mark.parametrize("attribute", ["id", "name", "rel", "href", "src", "data-src"])
@pytest.mark.parametrize("title", [" {}=", "x {}=y", "x {}="])
def test_a_title_may_look_like_an_attribute(title: str, attribute: str) -> None:
    title = title.format(attribute)
    assert render(f'[x](b.md "{title}")').html == f'<p><a href="b.md" title="{title}">x</a></p>'


@pytest.mark.parametrize("written", ["", "a b", "a\tb", "<x>", 'a"b', "x" * 201, *sorted(RESERVED_IDS)])
def test_a_reserved_id_is_removed(written: str) -> None:
    assert ids(sanitise(f"<p id='{written}'>x</p><a name='{written}'>y</a>")) == []


# Hostile bodies (docs/performance.md): what takes one converter minutes takes another no time


def hostile_bodies() -> Iterator[tuple[str, str]]:
    yield from {
        "brackets": "[" * 4_000,
        "pictures": "![" * 10_000,
        "tags": "<a " * 10_000,
        "ends": "</p>" * 60_000,
        "lists": "".join(f"{'  ' * depth}- a\n" for depth in range(1_000)),
        "quotes": ">" * 10_000 + "a",
        "columns": "|a" * 2_000 + "|\n" + "|-" * 2_000 + "|\n" + "|b" * 2_000 + "|\n",
        "colons": ":" * 50_000,
        "addresses": "http://a " * 10_000,
        "hosts": "http://" + "a." * 20_000 + "_",
        "mails": "a@b." * 10_000,
        "letters": "w" * 50_000,
        "emphasis": "*a **a " * 10_000,
        "code": "".join("`" * count + " " for count in range(1, 400)),
        "notes": "[^a]" * 10_000 + "\n\n[^a]: x",
        "definitions": "a\n: b\n\n" * 2_000,
        "terms": "a\n" * 5_000 + ": b\n",
        "abbreviations": "".join(f"*[a{number}]: b\n" for number in range(2_000)) + "\n" + "a5 " * 10_000,
        "headings": "# a\n" * 5_000,
        "frames": "<iframe " * 10_000 + "<iframe src=x>" * 5_000,
        "films": "<video><source " * 5_000,
        "attributes": "<p " + "id=x " * 20_000 + ">",
        "entities": "&amp;" * 30_000,
    }.items()


@pytest.mark.long
@pytest.mark.parametrize(("name", "body"), [*hostile_bodies()], ids=[name for name, _body in hostile_bodies()])
def test_a_hostile_body_is_rendered_within_the_timeout(name: str, body: str) -> None:
    start = time.process_time()
    render(body)
    assert time.process_time() - start < 5, name


def test_a_body_nested_too_deep_is_rendered_as_html(caplog: pytest.LogCaptureFixture) -> None:
    body = "> " * 200 + "KEEP *it*"
    assert "KEEP *it*" in render(body).text
    assert "NestingTooDeep" in caplog.text


def test_fifty_nested_lists_are_lists() -> None:
    body = "".join(f"{'  ' * depth}- a{depth}\n" for depth in range(45))
    assert render(body).html.count("<ul>") == 45
