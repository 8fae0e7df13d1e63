"""Render a body, Markdown or HTML, to sanitised HTML and plain text."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .commonmark import commonmark_to_html
from .python_markdown import python_markdown_to_html
from .sanitiser import (
    apply_site_rules,
    clean,
    count_drawings,
    count_pictures_without_source,
    count_remote_pictures,
    lost_links,
    remove_hidden,
)
from .shortcodes import UnknownShortcode, expand
from .text import plain_text

#: "commonmark" is CommonMark with the extensions of GitHub and Hugo, "markdown" Python-Markdown with those of Pelican.
Flavour = Literal["commonmark", "markdown"]
_CONVERTERS: dict[Flavour, Callable[[str], str]] = {
    "commonmark": commonmark_to_html,
    "markdown": python_markdown_to_html,
}
FLAVOURS = tuple(_CONVERTERS)
logger = logging.getLogger(__name__)


def flavour_of(name: object) -> Flavour:
    """Return the flavour with a name; CommonMark for an unknown name."""
    return next((flavour for flavour in FLAVOURS if flavour == name), "commonmark")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered body.

    `html` is sanitised; links and pictures of this site are unchanged. `text` is plain text, not escaped, without
    alternative texts of pictures and marks of footnotes. The other fields are for warnings about removed content:
    `unknown` shortcodes; `remote_pictures`, the number of pictures of other hosts, which became links; `lost_pictures`,
    the number of pictures without a file, replaced by their words; `lost_links`, hrefs that browsers must not follow;
    `missing_parts`, hrefs to ids that the body does not have; `hidden`, the number of hidden elements; `drawings`, the
    number of SVG and MathML elements.
    """

    html: str
    text: str
    unknown: tuple[UnknownShortcode, ...] = ()
    remote_pictures: int = 0
    lost_pictures: int = 0
    lost_links: tuple[str, ...] = ()
    missing_parts: tuple[str, ...] = ()
    hidden: int = 0
    drawings: int = 0


def render(body: str, flavour: Flavour = "commonmark") -> Rendered:
    """Render a body as written (Markdown, which may be all HTML) to safe HTML and plain text."""
    if not body.strip():
        return Rendered("", "")
    expanded = expand(body)
    markup = expanded.restore(_convert(expanded.body, flavour))
    cleaned, hidden = remove_hidden(clean(markup))
    finished, missing = apply_site_rules(cleaned)
    return Rendered(
        finished.strip(),
        plain_text(cleaned),
        expanded.unknown,
        count_remote_pictures(cleaned),
        count_pictures_without_source(cleaned),
        tuple(lost_links(markup, cleaned)),
        tuple(missing),
        hidden,
        count_drawings(markup),
    )


def _convert(body: str, flavour: Flavour) -> str:
    """Return the HTML of a body; the body itself if its converter fails, as with lists a thousand deep.

    Every exception is caught: a body must not prevent its item from being imported.
    """
    try:
        return _CONVERTERS[flavour](body)
    except Exception as error:
        logger.warning("A body could not be read as Markdown (%s); it is shown as HTML", type(error).__name__)
        return body
