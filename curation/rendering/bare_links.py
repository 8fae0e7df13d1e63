"""Bare links, as GitHub and Hugo find them."""

from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin


def bare_links_plugin(parser: MarkdownIt) -> None:
    """Make links of bare addresses by GFM's rule for extended autolinks.

    linkify-it would take `example.org` and every other word with a known ending for a link, too, as neither GitHub nor
    Hugo does. `www.example.org` leads to HTTPS, as with Hugo.
    """
    parser.use(gfm_autolink_plugin)
    parser.core.ruler.after("inline", "secure_links", _prefer_https)


def _prefer_https(state: StateCore) -> None:
    for inline in state.tokens:
        for link, text in pairwise(inline.children or ()):
            if link.info == "auto" and link.type == "link_open" and text.content.startswith("www."):
                link.attrSet("href", str(link.attrGet("href")).replace("http:", "https:", 1))
