"""A body as written to what readers get of it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .commonmark import commonmark_to_html
from .python_markdown import python_markdown_to_html
from .sanitiser import (
    clean,
    count_drawings,
    count_pictures_of_nothing,
    count_remote_pictures,
    finish,
    lost_links,
    without_hidden,
)
from .shortcodes import Unknown, expand
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
    """Return the flavour with a name, and CommonMark for a name that none has."""
    return next((flavour for flavour in FLAVOURS if flavour == name), "commonmark")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body, rendered. `html` is sanitised, with links and pictures of this site as they were written. `text` is plain
    and must be escaped; it has no alternative texts of pictures and no marks of footnotes. `unknown` are the shortcodes
    that nothing is shown of, `remote_pictures` is the number of pictures of other hosts, which became links, and
    `lost_pictures` that of those without a file, of which only the words are left. So of `lost_links`, which have no
    address or one that browsers are not to follow, and of `missing_parts`, links to a part that the body does not have.
    `hidden` is the number of elements that the source hides, which are left out, and `drawings` that of
    SVG and MathML, of which nothing is shown.
    """

    html: str
    text: str
    unknown: tuple[Unknown, ...] = ()
    remote_pictures: int = 0
    lost_pictures: int = 0
    lost_links: tuple[str, ...] = ()
    missing_parts: tuple[str, ...] = ()
    hidden: int = 0
    drawings: int = 0


def render(body: str, flavour: Flavour = "commonmark") -> Rendered:
    """Turn a body as written (Markdown, which may be all HTML) into safe HTML and plain text."""
    if not body.strip():
        return Rendered("", "")
    expanded = expand(body)
    markup = expanded.put_back(_convert(expanded.body, flavour))
    cleaned, hidden = without_hidden(clean(markup))
    finished, missing = finish(cleaned)
    return Rendered(
        finished.strip(),
        plain_text(cleaned),
        expanded.unknown,
        count_remote_pictures(cleaned),
        count_pictures_of_nothing(cleaned),
        tuple(lost_links(markup, cleaned)),
        tuple(missing),
        hidden,
        count_drawings(markup),
    )


def _convert(body: str, flavour: Flavour) -> str:
    """Return Markdown as HTML, and what its converter gives up on (lists a thousand deep) as it is.

    Whatever it raises is caught, for a body must not keep its item from being read.
    """
    try:
        return _CONVERTERS[flavour](body)
    except Exception as error:
        logger.warning("A body could not be read as Markdown (%s); it is shown as HTML", type(error).__name__)
        return body
