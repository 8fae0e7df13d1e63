"""Markdown to sanitised HTML and plain text: the only place that decides what markup readers get."""

import html
import logging
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

import ada_url
import nh3
from django.conf import settings
from markdown import Markdown

#: What a link to another host says of itself (https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links).
OUTSIDE_REL = "noopener nofollow ugc"

TAGS = {
    *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dfn", "dl", "dt", "em"),
    *("figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol"),
    *("p", "pre", "q", "s", "samp", "small", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead"),
    *("tr", "u", "ul", "var"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}
# The content of these goes with the tag.
SILENT_TAGS = {
    *("embed", "iframe", "math", "noscript", "object", "script", "style", "svg", "template", "textarea", "title"),
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A body as readers get it: `html` is safe to print unescaped, `text` is plain and must be escaped."""

    html: str
    text: str


# Stands for this site, whatever its host, where a link is resolved.
_HERE = "https://site.invalid"


def _filter_attribute(_tag: str, name: str, value: str) -> str | None:
    return _link_target(value) if name in ("href", "src") else value


def _link_target(value: str) -> str | None:
    """Return where a link leads as browsers read it (the WHATWG URL Standard): a path of this site, or a whole URL.

    What is written may say something else: `/\\host` and `/<tab>/host` leave the site, `java<tab>script:` is a script.
    """
    if not value.strip():
        return None
    try:
        url = ada_url.URL(value, _HERE)
    except ValueError:
        return None
    if url.origin != _HERE:
        return url.href if url.protocol in ("http:", "https:", "mailto:") else None
    if value.lstrip().startswith("#"):
        return url.hash or None
    return "/" + url.pathname.lstrip("/") + url.search + url.hash


_cleaner = nh3.Cleaner(
    tags=TAGS,
    attributes=ATTRIBUTES,
    clean_content_tags=SILENT_TAGS,
    url_schemes={"http", "https", "mailto"},
    attribute_filter=_filter_attribute,
    link_rel=OUTSIDE_REL,
)
#: What breaks feeds, terminals and scripts: control characters but tab and line ends, line separators, non-characters.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
logger = logging.getLogger(__name__)
_local = threading.local()


def _markdown() -> Markdown:
    """Return this thread's converter: building one costs more than a short conversion."""
    if not hasattr(_local, "markdown"):
        _local.markdown = Markdown(
            extensions=["abbr", "def_list", "fenced_code", "sane_lists", "tables"], output_format="html"
        )
    return _local.markdown.reset()  # type: ignore[no-any-return]


# nh3 writes canonical HTML: text and attribute values hold no bare `"` or `<`-as-tag, so its tags can be matched.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:[^">]|"[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([a-z]+)="([^"]*)"')
_BLOCKS = {
    *("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "br", "tr", "td", "th", "dd", "dt", "pre", "blockquote", "hr"),
    *("ul", "ol", "table", "figure", "figcaption", "caption"),
}


def _finish_tags(markup: str) -> Iterator[str]:
    """Yield sanitised markup with site rules applied.

    Links within the site lose `rel`; `h1` becomes `h2`, for the page's title is the one `h1`; a picture of another host
    becomes a link to it, for pages load nothing from elsewhere; one that is not among our media becomes its words.
    """
    end = depth = 0
    for match in _TAG.finditer(markup):
        yield markup[end : match.start()]
        end = match.end()
        closing, name, rest = match.groups()
        if name == "a":
            depth += -1 if closing else 1
            yield match[0] if closing else _link(rest)
        elif name == "img":
            yield _picture(dict(_ATTRIBUTE.findall(rest)), in_link=depth > 0)
        elif name == "h1":
            yield f"<{closing}h2>"
        else:
            yield match[0]
    yield markup[end:]


def _link(rest: str) -> str:
    href = dict(_ATTRIBUTE.findall(rest)).get("href", "")
    if href.startswith(("http:", "https:")):
        return f"<a{rest}>"
    return "<a" + rest.replace(f' rel="{OUTSIDE_REL}"', "") + ">"


def _picture(attributes: dict[str, str], *, in_link: bool) -> str:
    source, words = attributes.get("src", ""), attributes.get("alt") or attributes.get("title") or "Image"
    if not source.startswith(("http:", "https:")):
        alt = attributes.get("alt", "")
        return f'<img src="{source}" alt="{alt}" loading="lazy">' if source.startswith(settings.MEDIA_URL) else words
    return words if in_link else f'<a href="{source}" rel="{OUTSIDE_REL}">{words}</a>'


def sanitise(markup: str) -> str:
    """Return HTML with only what `TAGS` and `ATTRIBUTES` allow, links marked, nothing active left."""
    return "".join(_finish_tags(CONTROL_CHARACTERS.sub(" ", _cleaner.clean(markup))))


_OWN_LINK = re.compile(r' (href|src)="([/#][^"]*)"')


def with_whole_links(markup: str, page: str) -> str:
    """Return *sanitised* HTML for reading elsewhere: with whole addresses for links to this site and to its own `page`.

    >>> with_whole_links('<a href="/news/">News</a> <a href="#end">End</a>', "https://site.example/a/")
    '<a href="https://site.example/news/">News</a> <a href="https://site.example/a/#end">End</a>'
    """
    site, page = html.escape(urljoin(page, "/").removesuffix("/")), html.escape(page)

    def whole(link: re.Match[str]) -> str:
        return f' {link[1]}="{site if link[2].startswith("/") else page}{link[2]}"'

    return _TAG.sub(lambda tag: _OWN_LINK.sub(whole, tag[0]), markup)


def plain_text(markup: str) -> str:
    """Return the text of *sanitised* HTML, a line a block, white space folded."""
    text = _TAG.sub(lambda match: "\n" if match[2] in _BLOCKS else "", markup)
    lines = (" ".join(line.split()) for line in html.unescape(text).split("\n"))
    return "\n".join(line for line in lines if line)


# A field is no document: what stands in a `<script>` there is somebody's words, and harmless without its tag.
_stripper = nh3.Cleaner(tags=set(), clean_content_tags=set())


def strip_markup(text: str) -> str:
    """Return one line of plain text from a field that may hold HTML: tags removed, entities decoded."""
    return one_line(html.unescape(_stripper.clean(text)) if "<" in text or "&" in text else text)


def one_line(text: str) -> str:
    """Return a text without control characters, white space folded."""
    if not text.isprintable():  # which most texts are, and soon seen to be
        text = CONTROL_CHARACTERS.sub(" ", text)
    return " ".join(text.split())


#: A body that is HTML block after block, as whole pipelines write it. Markdown leaves it as it is, after a millisecond
#: of thought. Atomic groups keep the match linear.
_HTML_ALONE = re.compile(r"(?:(?><(p|ul|ol|h[1-6]|blockquote|table|figure)>[^\n]*?</\1>)\s*+)++")


def render(body: str) -> Rendered:
    """Turn a body as written (Markdown, which may be all HTML) into safe HTML and plain text."""
    markup = sanitise(_convert(body)) if body.strip() else ""
    return Rendered(markup, plain_text(markup))


def _convert(body: str) -> str:
    """Return Markdown as HTML, and what Python-Markdown gives up on (`1. 1. 1. …`, 1,000 deep) as it is.

    Whatever it raises is caught, for a body must not keep its item from being read. The converter is left in the
    middle of something then, and is not used again.
    """
    if _HTML_ALONE.fullmatch(body.strip()):
        return body
    try:
        return _markdown().convert(body)
    except Exception as error:
        logger.warning("A body could not be read as Markdown (%s); it is shown as HTML", type(error).__name__)
        del _local.markdown
        return body


def excerpt(text: str, limit: int = 280) -> str:
    """Return the start of a plain text, cut at a word, at most `limit` characters with its ellipsis.

    >>> excerpt("One two three four", 12)
    'One two…'
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,.;:–—-") + "…"
