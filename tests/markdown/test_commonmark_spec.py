"""Every example of the CommonMark specification is rendered to the specification's HTML, sanitised."""

import os
import re
from pathlib import Path
from typing import Any, NamedTuple

import html5lib
import pytest

from curation.markdown import render, sanitise
from curation.markdown.commonmark import commonmark_to_html

SPECIFICATION = Path(__file__).resolve().parents[2] / "node_modules" / "commonmark-spec" / "spec.txt"
MISSING = "commonmark-spec is not here: install Node.js with npm, then run make test, or npm ci"
COUNT = 652
_EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$", re.MULTILINE | re.DOTALL)

#: Examples that read otherwise, for bare addresses are links here, as with GitHub and Hugo.
EXTENDED = {608, 611, 612}
#: Examples whose HTML the sanitiser changes, by the reason: more than `rel` on links, and `h2` for `h1`, which it does
#: everywhere.
SANITISED = {
    "addresses are written as browsers read them": {20, 21, 31, 346, 484, 500, 501, 594, 597, 630, 631, 642, 643},
    "links lead to http, https, mailto and tel alone": {596, 598, 599, 601},
    "an empty link leads nowhere": {200, 485, 486, 487, 567},
    "attributes without meaning are removed": {144, 152, 153, 154, 164, 169},
    "tags that HTML does not have are removed": {150, 163, 201, 491, 524, 536, 613, 614, 615, 616, 617},
    "scripts, styles and fields of forms go with what is in them": {170, 171, 172, 173, 176, 178},
    "comments, declarations and processing instructions are removed": {
        *(177, 179, 180, 182, 183, 308, 309, 625, 626, 627, 628, 629),
    },
    "HTML that nests wrongly is mended as browsers do it": {148, 191, 344},
}


class Example(NamedTuple):
    number: int
    markdown: str
    html: str


def examples() -> list[Example]:
    if not SPECIFICATION.exists():
        return []
    found = _EXAMPLE.findall(SPECIFICATION.read_text("utf-8").replace("→", "\t"))
    return [Example(number, markdown, html) for number, (markdown, html) in enumerate(found, 1)]


def shape(markup: str) -> Any:
    """Return parsed HTML as nested lists, white space outside code folded, without `rel` and the ids of headings."""
    return _shape(html5lib.parseFragment(markup, namespaceHTMLElements=False), in_code=False)


def _shape(element: Any, *, in_code: bool) -> Any:
    in_code = in_code or element.tag == "pre"
    attributes = {name: value for name, value in element.attrib.items() if name != "rel"}
    if re.fullmatch(r"h\d", str(element.tag)):
        attributes.pop("id", None)
    children: list[Any] = [_text(element.text, in_code=in_code)]
    for child in element:
        children += [_shape(child, in_code=in_code), _text(child.tail, in_code=in_code)]
    return [
        element.tag if isinstance(element.tag, str) else "comment",
        attributes,
        [child for child in children if child],
    ]


def _text(text: str | None, *, in_code: bool) -> str:
    return (text or "") if in_code else " ".join((text or "").split())


def expected_anywhere(markup: str) -> Any:
    """Return the shape of HTML with `h2` for `h1`."""
    return shape(re.sub(r"(</?)h1>", r"\1h2>", markup))


EXAMPLES = examples()


def test_the_specification_is_complete() -> None:
    if not EXAMPLES and not os.environ.get("CI"):
        pytest.skip(MISSING)
    assert len(EXAMPLES) == COUNT, MISSING


@pytest.mark.parametrize("example", EXAMPLES, ids=[str(example.number) for example in EXAMPLES])
def test_an_example_is_rendered_as_specified_and_sanitised(example: Example) -> None:
    is_alike = shape(render(example.markdown).html) == shape(sanitise(example.html))
    assert is_alike == (example.number not in EXTENDED)


@pytest.mark.parametrize("example", EXAMPLES, ids=[str(example.number) for example in EXAMPLES])
def test_an_example_is_converted_as_specified(example: Example) -> None:
    is_alike = shape(commonmark_to_html(example.markdown)) == shape(example.html)
    assert is_alike == (example.number not in EXTENDED)


@pytest.mark.skipif(not EXAMPLES, reason=MISSING)
def test_examples_that_the_sanitiser_changes_are_listed_with_reasons() -> None:
    changed = {
        example.number for example in EXAMPLES if shape(sanitise(example.html)) != expected_anywhere(example.html)
    }
    assert changed == set().union(*SANITISED.values())
    assert sum(map(len, SANITISED.values())) == len(changed), "an example has two reasons"
