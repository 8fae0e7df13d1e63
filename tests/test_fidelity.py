"""The comparison of pages with Hugo's: it sees a difference of each kind, and none where there is none."""

from pathlib import Path

import pytest

from benchmarks.fidelity import hugo, rules
from benchmarks.fidelity.compare import SHOWN, Comparison
from benchmarks.fidelity.facts import ASPECTS
from benchmarks.fidelity.sites import FidelityPage, own_sites
from benchmarks.fidelity.tree import parse

TITLE = "A title"
BODY = """
<h2 id="part">Part</h2>
<p>Text with <em>emphasis</em> and <a href="/other/">a link</a>.</p>
<pre><code>if x:
    y</code></pre>
<figure><img src="/chart.png" alt="Chart"><figcaption>By week</figcaption></figure>
"""


def make_page(body: str = BODY, title: str = TITLE) -> FidelityPage:
    return FidelityPage("a.md", "/a/", title, parse(body), resolve=lambda href: href)


def compare(hugo: FidelityPage | None, ours: FidelityPage | None) -> Comparison:
    comparison = Comparison()
    comparison.add("a.md", hugo, ours)
    return comparison


def test_pages_that_say_the_same_agree_in_every_aspect() -> None:
    # Markup and white space differ, and an element that means nothing to readers.
    other = BODY.replace("<p>Text with", "<div><p>Text\n  with").replace("</p>", "</p></div>")
    other = other.replace("<pre><code>", '<pre tabindex="0"><code class="x"><span>').replace(
        "</code>", "</span></code>"
    )
    comparison = compare(make_page(), make_page(other))
    assert comparison.differences == []
    assert [comparison.share(aspect) for aspect in (SHOWN, *ASPECTS)] == [1] * (len(ASPECTS) + 1)
    assert comparison.overall == 1


@pytest.mark.parametrize(
    ("aspect", "written", "shown"),
    [
        ("text", "Text with", "Text without"),
        ("text", "    y", "  y"),
        ("structure", "<em>emphasis</em>", "<strong>emphasis</strong>"),
        ("headings", ' id="part"', ""),
        ("headings", "h2", "h3"),
        ("links", 'href="/other/"', 'href="/another/"'),
        ("links", 'href="/other/"', 'href="#part"'),
        ("pictures", "/chart.png", "/other.png"),
        ("pictures", 'alt="Chart"', 'alt=""'),
    ],
)
def test_a_difference_counts_in_its_aspect_alone(aspect: str, written: str, shown: str) -> None:
    comparison = compare(make_page(), make_page(BODY.replace(written, shown)))
    assert [difference.aspect for difference in comparison.differences] == [aspect]
    assert comparison.share(aspect) == 0
    assert comparison.overall == 6 / 7


def test_another_title_and_another_caption_are_differences() -> None:
    assert [one.aspect for one in compare(make_page(), make_page(title="Another")).differences] == ["title"]
    [text, picture] = compare(make_page(), make_page(BODY.replace("By week", "By day"))).differences
    assert (text.aspect, picture.aspect) == ("text", "pictures")
    assert (text.hugo, text.ours) == ("By week", "By day")


def test_a_page_that_one_side_alone_shows_is_a_difference() -> None:
    for theirs, ours in ((make_page(), None), (None, make_page())):
        comparison = compare(theirs, ours)
        assert [one.aspect for one in comparison.differences] == [SHOWN]
    assert compare(None, None).overall == 1


def test_what_is_meant_to_differ_is_counted_apart() -> None:
    hugo = make_page('<h1 id="x">Part</h1><p><img src="https://example.org/x.png" alt="Chart"></p>')
    ours = make_page('<h2 id="x">Part</h2><p><a href="https://example.org/x.png">Chart</a></p>')
    comparison = compare(hugo, ours)
    assert comparison.differences == []
    assert comparison.explained == {"headings of the first level": 1, "pictures of other hosts": 1}
    assert comparison.agree_as_is["headings"] == comparison.agree_as_is["pictures"] == 0
    assert comparison.agree_as_is["title"] == 1


def test_a_page_that_keeps_what_a_rule_changes_is_a_difference() -> None:
    page = '<h1 id="x">Part</h1>'
    assert [one.aspect for one in compare(make_page(page), make_page(page)).differences] == ["headings"]


def test_a_link_within_a_page_is_compared_by_where_it_leads() -> None:
    note = '<p><a href="#{0}">1</a></p><ol><li id="{0}">A note</li></ol>'
    assert compare(make_page(note.format("fn:1")), make_page(note.format("fn-1"))).differences == []
    [difference] = compare(
        make_page(note.format("n")), make_page(note.format("n").replace("id=", "class="))
    ).differences
    assert difference.ours == "no such place (#n) “1”"


@pytest.mark.long
@pytest.mark.django_db
@pytest.mark.skipif(not hugo.is_installed(), reason=hugo.MISSING)
def test_our_own_content_reads_as_with_hugo(tmp_path: Path) -> None:
    from benchmarks.fidelity.measure import measure  # its models need Django set up

    sites = own_sites()
    comparison, _ = measure(sites, tmp_path)
    assert comparison.compared[SHOWN] == len(sites[0].files()) >= 60
    assert {aspect: comparison.share(aspect) for aspect in (SHOWN, *ASPECTS) if comparison.share(aspect) < 0.98} == {}


def test_every_rule_is_explained_in_the_documentation() -> None:
    text = " ".join((Path(__file__).parent.parent / "docs" / "markdown.md").read_text().split())
    for rule in rules.RULES:
        assert f"- {rule.name[0].upper()}{rule.name[1:]} {rule.reason}." in text
