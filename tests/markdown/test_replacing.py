"""A reference of a body is replaced, and nothing else in it."""

import pytest

from curation.markdown import render, replace_references
from curation.markdown.references import references_in

NEW = "/images/0123456789abcdef/a%20scan.png"


@pytest.mark.parametrize(
    ("body", "replaced"),
    [
        ("![A](/img/x.png)", f"![A]({NEW})"),
        ("![A](</img/x.png>)", f"![A](<{NEW}>)"),
        ('![A](/img/x.png "Title /img/x.png")', f'![A]({NEW} "Title /img/x.png")'),
        ("[![A](/img/x.png)](/img/x.png)", f"[![A]({NEW})]({NEW})"),
        ("![A][1]\n\n[1]: /img/x.png", f"![A][1]\n\n[1]: {NEW}"),
        ("<img src='/img/x.png' alt=x>", f"<img src='{NEW}' alt=x>"),
        ("![A](/img/x.png) ![B](/img/x.png.png)", f"![A]({NEW}) ![B](/img/x.png.png)"),
        ("![A](/img/x.png) in /img/x.png", f"![A]({NEW}) in /img/x.png"),
        ('{{< figure src="/img/x.png" alt="A" >}}', f'{{{{< figure src="{NEW}" alt="A" >}}}}'),
    ],
)
def test_a_reference_is_replaced_in_every_way_of_writing_it(body: str, replaced: str) -> None:
    assert replace_references(body, "commonmark", ["/img/x.png"], NEW) == replaced


@pytest.mark.parametrize("name", ["my%20scan.png", "sc%C3%A4n.png", "a&b.png", "x.png?v=2"])
def test_encoded_names_are_found_as_they_are_written(name: str) -> None:
    body = f"![A](/img/{name})"
    (reference,) = references_in(render(body).html)
    assert replace_references(body, "commonmark", [reference.href], NEW) == f"![A]({NEW})"


def test_relative_names_are_replaced_where_they_are_references_alone() -> None:
    body = "A word x.png\n\n![A](x.png)\n\n![B](my-x.png)"
    assert replace_references(body, "commonmark", ["x.png"], NEW) == f"A word x.png\n\n![A]({NEW})\n\n![B](my-x.png)"


@pytest.mark.parametrize(
    "body",
    [
        "![A](/im&#103;/x.png)",  # a character reference, which is not looked for
        "![A](/img/x.png)\n\n    ![A](/img/x.png)",  # the same text as code
        "No picture",
    ],
)
def test_a_body_in_which_more_or_less_would_change_is_left(body: str) -> None:
    assert replace_references(body, "commonmark", ["/img/x.png"], NEW) is None


def test_several_references_of_one_file_are_replaced_together() -> None:
    body = "![A](/img/x.png) ![B](../img/x.png)"
    hrefs = ["/img/x.png", "../img/x.png"]
    assert replace_references(body, "markdown", hrefs, NEW) == f"![A]({NEW}) ![B]({NEW})"
