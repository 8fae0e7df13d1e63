"""Shortcodes of Hugo, Jekyll and WordPress are expanded, except in code."""

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.markdown import EXTERNAL_REL, FLAVOURS, Flavour, render
from curation.markdown.code_regions import CodeRegions

from .test_body import assert_harmless

YOUTUBE = f'<a href="https://www.youtube.com/watch?v=w7Ft2ymGmfc" rel="{EXTERNAL_REL}">'


def html(body: str, flavour: Flavour = "commonmark") -> str:
    """Return rendered HTML, white space folded."""
    return (
        " ".join(render(body, flavour).html.split())
        .replace("> <", "><")
        .replace("<p> ", "<p>")
        .replace(" </p>", "</p>")
    )


@pytest.mark.parametrize(
    "body",
    [
        "{{< youtube w7Ft2ymGmfc >}}",
        '{{< youtube id="w7Ft2ymGmfc" autoplay="true" >}}',
        "{{% youtube w7Ft2ymGmfc %}}",
        "{{<youtube w7Ft2ymGmfc>}}",
        "{% youtube w7Ft2ymGmfc %}",
        '{% include youtube.html id="w7Ft2ymGmfc" %}',
        "[embed]https://www.youtube.com/watch?v=w7Ft2ymGmfc[/embed]",
        "[embed width=100]https://youtu.be/w7Ft2ymGmfc[/embed]",
        "[youtube https://youtu.be/w7Ft2ymGmfc?t=3]",
        "[youtube=https://www.youtube.com/watch?v=w7Ft2ymGmfc]",
        '<iframe width="560" src="https://www.youtube.com/embed/w7Ft2ymGmfc?rel=0" allowfullscreen></iframe>',
        '<iframe src="https://www.youtube-nocookie.com/embed/w7Ft2ymGmfc"/>',
    ],
)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_youtube_video_becomes_a_link(body: str, flavour: Flavour) -> None:
    assert f"{YOUTUBE}YouTube video</a>" in html(body, flavour)
    assert render(body, flavour).text == ""


@pytest.mark.parametrize(
    ("body", "target", "words"),
    [
        ('{{< youtube id="w7Ft2ymGmfc" title="A film" >}}', "https://www.youtube.com/watch?v=w7Ft2ymGmfc", "A film"),
        ("{{<\tvimeo\n146022717\t>}}", "https://vimeo.com/146022717", "Vimeo video"),
        ("{{< vimeo_simple 146022717 >}}", "https://vimeo.com/146022717", "Vimeo video"),
        ("{{< vimeo 146022717 >}}", "https://vimeo.com/146022717", "Vimeo video"),
        ("{{< tweet 877500564405444608 >}}", "https://x.com/i/status/877500564405444608", "Post on X"),
        ('{{< x user="A" id="12" >}}', "https://x.com/A/status/12", "Post by @A on X"),
        ("[tweet https://twitter.com/A/status/12]", "https://x.com/A/status/12", "Post by @A on X"),
        ("{{< instagram BWNjjyYFxVx >}}", "https://www.instagram.com/p/BWNjjyYFxVx/", "Post on Instagram"),
        ("{{< gist spf13 7896402 >}}", "https://gist.github.com/spf13/7896402", "Code on GitHub"),
        ('[video width="1" mp4="https://a.example/b.mp4"][/video]', "https://a.example/b.mp4", "a.example"),
        ('[audio src="https://a.example/b.mp3"]', "https://a.example/b.mp3", "a.example"),
        ('<iframe src="https://a.example/x" title="A map"></iframe>', "https://a.example/x", "A map"),
        ('<iframe src="//a.example/x">words</iframe>', "https://a.example/x", "a.example"),
        ('<video controls><source src="https://a.example/x.mp4"></video>', "https://a.example/x.mp4", "a.example"),
        ('<audio src="https://a.example/x.mp3"></audio>', "https://a.example/x.mp3", "a.example"),
        ('<object data="https://a.example/x.pdf"></object>', "https://a.example/x.pdf", "a.example"),
        ('<embed src="https://a.example/x.swf">', "https://a.example/x.swf", "a.example"),
    ],
)
def test_embedded_content_becomes_a_link(body: str, target: str, words: str) -> None:
    assert f'<a href="{target}" rel="{EXTERNAL_REL}">{words}</a>' in html(body)


def test_a_video_of_this_site_is_labelled_by_its_file_name() -> None:
    assert '<a href="films/a%20b.mp4">a%20b.mp4</a>' in html('<video src="films/a b.mp4?x"></video>').replace("?x", "")


def test_embedded_content_within_a_link_becomes_its_words() -> None:
    assert html('[<iframe src="https://a.example/x"></iframe>](/y)') == '<p><a href="/y"> a.example </a></p>'


# Pictures


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('{{< figure src="e.jpg" alt="An elephant" >}}', '<figure><img src="e.jpg" alt="An elephant"></figure>'),
        (
            '{{< figure src="/e.jpg" caption="A *big* one" >}}',
            '<figure><img src="/e.jpg" alt="A big one"><figcaption>A <em>big</em> one</figcaption></figure>',
        ),
        (
            '{{% figure src="e.jpg" title="T" attr="Ann" attrlink="/ann/" link="/e/" /%}}',
            '<figure><a href="/e/"><img src="e.jpg" alt=""></a>'
            '<figcaption><strong>T</strong><a href="/ann/">Ann</a></figcaption></figure>',
        ),
        (
            '{% include figure.html image_path="/e.jpg" alt="E" caption="C" %}',
            '<figure><img src="/e.jpg" alt="E"><figcaption>C</figcaption></figure>',
        ),
        (
            '[caption id="a_1" width="300"]<a href="/l.jpg"><img src="/e.jpg" alt="E" /></a> *Words*[/caption]',
            '<figure><a href="/l.jpg"><img src="/e.jpg" alt="E"></a><figcaption><em>Words</em></figcaption></figure>',
        ),
        (
            '[caption caption="Words"]![E](e.jpg)[/caption]',
            '<figure><img src="e.jpg" alt="E"><figcaption>Words</figcaption></figure>',
        ),
    ],
)
def test_a_figure_is_a_picture_with_its_caption(body: str, expected: str) -> None:
    assert html(body) == expected
    assert html(f"Before\n\n{body}\n\nAfter") == f"<p>Before</p>{expected}<p>After</p>"
    assert html(f"Before {body} after") == f"<p>Before</p>{expected}<p>after</p>"
    assert html(f"- one\n- {body}\n- two") == f"<ul><li>one</li><li>{expected}</li><li>two</li></ul>"


# Links to other files


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ('[x]({{< ref "other.md" >}})', "ref:other.md"),
        ("[x]({{< relref path='a b.md' >}})", "ref:a%20b.md"),
        ('[x]({{% relref "/post/other.md#part" %}} "Title")', "ref:/post/other.md#part"),
        ('[x]({{< relref "#top" >}})', "#top"),
        ('<a href="{{< ref "other.md" >}}">x</a>', "ref:other.md"),
        ('<p><a href={{< ref "other.md" >}}>x</a></p>', "ref:other.md"),
        ('[x][1]\n\n[1]: {{< ref "other.md" >}}', "ref:other.md"),
        ("[x]({% post_url 2020-01-01-other %})", "ref:2020-01-01-other"),
        ("[x]({% link _posts/2020-01-01-other.md %})", "ref:_posts/2020-01-01-other.md"),
        ("[x]({{ site.baseurl }}/about/)", "/about/"),
        ('[x]({{ "/about/" | relative_url }})', "/about/"),
    ],
)
def test_a_reference_becomes_a_ref_link(body: str, target: str) -> None:
    assert f'<a href="{target}"' in html(body)
    assert render(body).text == "x"


def test_a_bare_reference_becomes_a_link() -> None:
    assert html('See {{< ref "other.md" >}}.') == '<p>See <a href="ref:other.md">other.md</a>.</p>'


# Code


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            '{{< highlight go "linenos=table" >}}\nif a < b {\n\n    *x* := "```"\n}\n{{< /highlight >}}',
            '<pre><code class="language-go">if a &lt; b {\n\n    *x* := "```"\n}\n</code></pre>',
        ),
        (
            "{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}",
            '<pre><code class="language-ruby">puts 1\n</code></pre>',
        ),
        (
            "[code language='js']\nlet x\n[/code]",
            '<pre><code class="language-js">let x\n</code></pre>',
        ),
    ],
)
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_highlighted_code_is_a_block_in_its_language(body: str, expected: str, flavour: Flavour) -> None:
    assert render(body, flavour).html == expected


@pytest.mark.parametrize(
    "code",
    [
        "`{{< youtube x >}}`",
        "``a ` {{< foo >}} ``",
        "```\n{{< foo >}}\n```",
        "~~~ md\n{% if %}[gallery]\n~~~",
        "    {{< foo >}} {% x %}",
        "- one\n\n      [gallery ids='1']",
        "> ```\n> {{< foo >}}\n> ```",
    ],
)
def test_a_shortcode_in_code_is_shown_as_written(code: str) -> None:
    rendered = render(code)
    assert "<code" in rendered.html
    assert any(
        mark in rendered.text for mark in ("{{< foo >}}", "{{< youtube x >}}", "{% if %}[gallery]", "[gallery ids")
    )
    assert rendered.unknown == ()


@pytest.mark.parametrize("place", ["{}", "`{}`", "```\n{}\n```"])
def test_an_escaped_shortcode_is_shown_without_its_escape(place: str) -> None:
    rendered = render(place.format('{{</* youtube "x" */>}} and {{%/* y */%}}'))
    assert (rendered.text, rendered.unknown) == ('{{< youtube "x" >}} and {{% y %}}', ())


def test_raw_text_of_jekyll_is_shown_as_written() -> None:
    assert render("{% raw %}{{ page.title }} {% x %}{% endraw %}").text == "{{ page.title }} {% x %}"


# Others


@pytest.mark.parametrize(
    ("body", "text", "unknown"),
    [
        ("one{{< br >}}two", "one two", [("{{< br >}}", 1)]),
        ("one {{< icon x >}}, two", "one , two", [("{{< icon >}}", 1)]),
        ("{{< note >}}\n\nWords *here*\n\n{{< /note >}}", "Words here", [("{{< note >}}", 1)]),
        ("a\n\n{% if x %}\nb\n{% endif %}", "a\nb", [("{% if %}", 3)]),
        ("[gallery ids='1,2']\n\n{{% x %}} {{% x %}}", "", [("[gallery]", 1), ("{{< x >}}", 3)]),
        ("{{< youtube >}}", "", [("{{< youtube >}}", 1)]),
        ("a {{/* a remark */}} b {% comment %}no{% endcomment %}", "a b", []),
        ("A title [video] and [Gallery]", "A title [video] and [Gallery]", []),
        ("[gallery](/x) [caption][1] [audio]: x", "gallery [caption][1] [audio]: x", []),
        ("{{ page.title }} {{< open", "{{ page.title }} {{< open", []),
        ("# One {{< x >}} two", "One two", [("{{< x >}}", 1)]),
    ],
)
def test_an_unknown_shortcode_leaves_only_its_enclosed_text(
    body: str, text: str, unknown: list[tuple[str, int]]
) -> None:
    rendered = render(body)
    assert (rendered.text, [(one.written, one.line) for one in rendered.unknown]) == (text, unknown)


def test_details_elements_are_kept() -> None:
    body = '{{< details summary="More" >}}\n\nWords\n\n{{< /details >}}'
    assert html(body) == "<details><summary>More</summary><p>Words</p></details>"


def test_a_word_of_the_body_is_never_taken_for_a_placeholder() -> None:
    assert render("zqxw0z ZQXW0Z {{< x >}}").text == "zqxw0z ZQXW0Z"


PIECES = st.sampled_from(
    [
        *("{{<", ">}}", "{{%", "%}}", "{%", "%}", "/*", "*/", "[caption]", "[/caption]", "[embed]", "[/embed]", "{{ "),
        *(" youtube ", " figure ", " highlight ", " /highlight ", " ref ", "src=", '"', "'", "`", "x.png", "site.url"),
        *(
            "<script>xss(1)</script>",
            "<p>",
            "</p>",
            "(",
            ")",
            "[",
            "]",
            "\n",
            "\n\n",
            "    ",
            "- ",
            "| ",
            "# ",
            "javascript:",
        ),
    ]
)


@given(st.lists(PIECES, max_size=20).map("".join), st.sampled_from(FLAVOURS))
def test_any_shortcode_has_no_active_content_left(body: str, flavour: Flavour) -> None:
    rendered = render(body, flavour)
    assert_harmless(rendered.html)
    assert "zqxw" not in rendered.html
    assert all(1 <= one.line <= body.count("\n") + 1 for one in rendered.unknown)


@given(st.text("`a\\ \n~>-", max_size=40))
def test_code_regions_are_ordered_and_disjoint(body: str) -> None:
    regions = CodeRegions(body).regions
    assert all(start < end <= len(body) for start, end in regions)
    assert all(one[1] <= other[0] for one, other in pairwise(regions))


# Hostile bodies: each took minutes, before what it is an example of was read once


@pytest.mark.long
@pytest.mark.parametrize(
    "body",
    [
        *(
            "{{<" * 10_000,
            "{{< a " * 10_000,
            '{{< "' * 10_000,
            "{{< a >}}" * 5_000,
            "{{<" + " " * 50_000,
            "{{/*" * 10_000,
        ),
        *("{{< highlight go >}}" * 3_000, "[caption id=1]" * 3_000, '[caption "' * 5_000, "{% a" * 10_000),
        *("[embed]a" * 5_000, "`{{< x >}}" * 5_000, '{{< x "' + '"\\' * 5_000, '{{ "a" | relative_url' + " " * 50_000),
        "".join("`" * count + " {{< x >}} " for count in range(1, 300)),
        *("{{< embed >}}" * 12_000 + "{{< /embed >}}", "<div>\n" + "{{< details >}}\n" * 16_000),
    ],
    ids=range(17),
)
def test_a_hostile_body_is_expanded_in_linear_time(body: str) -> None:
    start = time.process_time()
    render(body)
    assert time.process_time() - start < 4
