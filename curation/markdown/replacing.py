"""Let the body of an item refer to another file, and change nothing else in it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from urllib.parse import unquote

from .body import Flavour, render

#: The characters before a path that is a reference: Markdown's brackets, or the equals sign of an attribute.
_BEFORE = r"(?P<before>\]\(\s*<?|\]:\s*<?|=\s*[\"']?)"
#: Where a path may end: no further character of a path follows.
_AFTER = r"(?![\w/.%~?#&=-])"


def replace_references(body: str, flavour: Flavour, hrefs: Iterable[str], new: str) -> str | None:
    """Return a body whose pictures and links with one of `hrefs`, as its HTML has them, refer to the path `new`.

    `None` where its text names a file in another way, so that replacing it does not change exactly these references.
    `new` is percent-encoded.
    """
    hrefs = sorted(hrefs, key=len, reverse=True)
    replaced = body
    for href in hrefs:
        for spelling in _spellings(href):
            pattern = _BEFORE + re.escape(spelling) + _AFTER
            replaced = re.sub(pattern, lambda match: match["before"] + new, replaced)
    if replaced == body:
        return None
    wanted = render(body, flavour).html
    for href in hrefs:
        attribute = re.compile(rf'(?<= )(src|href)="{re.escape(html.escape(href))}"')
        wanted = attribute.sub(lambda match: f'{match[1]}="{new}"', wanted)
    return replaced if render(replaced, flavour).html == wanted else None


def _spellings(href: str) -> list[str]:
    """Return the ways in which a body may write a value of its HTML, the longest first."""
    ways = {href, html.escape(href), unquote(href), html.escape(unquote(href))}
    return sorted(ways, key=len, reverse=True)
