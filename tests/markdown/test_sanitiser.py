"""The sanitiser: words stay separate, embedded content becomes a link, ids are safe."""

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.markdown import FLAVOURS, Flavour, plain_text, render, sanitise
from curation.markdown.allowed_tags import RESERVED_IDS
from tests.factories import make_author, make_item, make_offering, make_topic
from tests.views.pages import get

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


@pytest.mark.django_db
def test_reserved_ids_are_all_ids_of_the_page_around_a_body() -> None:
    item = make_item(
        "Story",
        slug="story",
        body="BODY",
        topics=[make_topic("One")],
        offerings=[make_offering("O")],
        authors=[make_author("A")],
        tags=["t"],
    )
    make_item("Other", slug="other", body="x", topics=[item.topics.get()])
    page = get(item.get_absolute_url())
    own = {name for element in page.root.iter() if (name := element.get("id"))}
    assert "content" in own
    assert own <= RESERVED_IDS, "name it in RESERVED_IDS"
    headings = "\n\n".join(f"## {name}" for name in sorted(own))
    assert set(ids(render(headings).html)) == {f"{name}-1" for name in own}


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
