"""Sanitise HTML with nh3, then apply the rules of the site."""

import html
import re
from urllib.parse import unquote, urljoin, urlsplit

import nh3

from .allowed_tags import (
    ALIGNMENTS,
    ATTRIBUTE,
    ATTRIBUTES,
    EMBED_ATTRIBUTES,
    FRAME_ALIAS,
    RENAMED_TAGS,
    REPLACED_ATTRIBUTES,
    RESERVED_IDS,
    TAG,
    TAGS,
    TAGS_REMOVED_WITH_CONTENT,
    TAGS_TO_SPACES,
    identifier,
    language,
)
from .link_targets import CONTACT_SCHEMES, EXTERNAL_REL, REF_SCHEME, WEB_SCHEMES, link_target
from .stripping import ELEMENTS
from .text import CONTROL_CHARACTERS

#: Inline styles that hide an element.
_HIDES = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)


def _filter_attribute(_tag: str, name: str, value: str) -> str | None:
    if name in ("href", "src", "data", "data-src"):
        return link_target(value)
    if name in ("id", "name"):
        return identifier(value)
    if name == "align":
        return value.lower() if value.lower() in ALIGNMENTS else None
    if name in _HIDDEN:
        return "" if name == "hidden" or _HIDES.search(value) else None
    return language(value) if name == "class" else value


#: Attributes that hide an element, kept until it is removed.
_HIDDEN = {"hidden", "style"}


_cleaner = nh3.Cleaner(
    tags=TAGS | RENAMED_TAGS.keys() | TAGS_TO_SPACES | REPLACED_ATTRIBUTES.keys(),
    # `data-src` is the URL of a picture or frame that a script would load lazily.
    attributes=ATTRIBUTES
    | REPLACED_ATTRIBUTES
    | {tag: {"id"} for tag in RENAMED_TAGS}
    | {"img": ATTRIBUTES["img"] | {"data-src"}, "*": ATTRIBUTES["*"] | _HIDDEN},
    clean_content_tags=TAGS_REMOVED_WITH_CONTENT,
    url_schemes={scheme.rstrip(":") for scheme in (*WEB_SCHEMES, *CONTACT_SCHEMES, REF_SCHEME)},
    attribute_filter=_filter_attribute,
    link_rel=EXTERNAL_REL,
)
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)")
#: Elements whose tags the sanitiser handles as HTML does. Browsers read `image` as `img`.
_KNOWN = (ELEMENTS | {"image", "math"}) - {"iframe"}


def clean(markup: str) -> str:
    """Return canonical HTML without active content, before the rules of the site."""
    names = {name for _, name in _TAG_NAME.findall(markup)}
    if not names <= _KNOWN:  # or names in capitals
        markup = _TAG_NAME.sub(_renamed, markup)
    return CONTROL_CHARACTERS.sub(" ", _cleaner.clean(markup))


def _renamed(tag: re.Match[str]) -> str:
    """Return the start of a tag, renamed if it is an `iframe` or not an HTML element.

    For tags of SVG and MathML (`<path>`, `<set>`, `<not>`, …) the sanitiser would also remove all content that follows.
    The content of an `iframe` is parsed as text, and would be written back unescaped.
    """
    name = tag[2].lower()
    if name in _KNOWN:
        return tag[0]
    return f"<{tag[1]}{FRAME_ALIAS if name == 'iframe' else f'x-{name}'}"


def sanitise(markup: str) -> str:
    """Return HTML with only allowed tags and attributes, `rel` on links to other hosts, and no active content."""
    return apply_site_rules(remove_hidden(clean(markup))[0])[0]


_VOID = ("br", "hr", "img")
#: Elements without an end tag in the HTML that `clean()` makes.
_ENDLESS = {*_VOID, "embed", "input", "source"}


def remove_hidden(cleaned: str) -> tuple[str, int]:
    """Return output of `clean()` without hidden elements, and their number."""
    if ' hidden=""' not in cleaned and ' style=""' not in cleaned:
        return cleaned, 0
    kept, start, depth, number = [], 0, 0, 0
    for match in TAG.finditer(cleaned):
        closing, name, rest = match.groups()
        if depth:
            depth += 0 if name in _ENDLESS else -1 if closing else 1
        elif ' hidden=""' in rest or ' style=""' in rest:
            kept.append(cleaned[start : match.start()])
            depth, number = int(name not in _ENDLESS), number + 1
        else:
            continue
        start = match.end()
    return "".join((*kept, cleaned[start:])), number


def apply_site_rules(cleaned: str) -> tuple[str, list[str]]:
    """Return output of `clean()` with the rules of the site applied, and the hrefs to ids that it does not have.

    Links within the site lose `rel`. `h1` becomes `h2`, since the title of the page is its only `h1`. Pictures of other
    hosts, frames, video and sound become links, since pages load nothing from other hosts. The second element with the
    same id loses it. Links to missing ids are replaced by their words. Disallowed block tags become blocks, others
    spaces. A span is kept if it has an id.
    """
    # Depth matters only to embedded elements; without any, only tags that may change are visited.
    walk = _TagRewriter()
    finished = (TAG if _EMBEDDED.search(cleaned) else _MAY_CHANGE).sub(walk.tag, cleaned)
    missing = [href for href in walk.parts if not walk.has_target(href)]
    return (_without_links(finished, set(missing)) if missing else finished), missing


_EMBEDDED = re.compile(rf"<(?:{'|'.join(REPLACED_ATTRIBUTES)})[\s>]")
_MAY_CHANGE = re.compile(
    rf'<(/?)(?=(?:a|img|h1|span|{"|".join((*RENAMED_TAGS, *TAGS_TO_SPACES))})[\s>]|(?:[^">]|"[^"]*")*? id=")'
    r'([a-z][a-z0-9\-]*)((?:[^">]|"[^"]*")*)>'
)
_REMOTE_PICTURE = re.compile(r'<img\b(?:[^">]|"[^"]*")*? src="https?:')


def count_remote_pictures(cleaned: str) -> int:
    """Return the number of pictures of other hosts in output of `clean()`."""
    return len(_REMOTE_PICTURE.findall(cleaned))


_PICTURE_WITHOUT_SOURCE = re.compile(r'<img\b(?![^>]* src=")')


def count_pictures_without_source(cleaned: str) -> int:
    """Return the number of pictures without `src` in output of `clean()`, such as those with `data:` URLs."""
    return len(_PICTURE_WITHOUT_SOURCE.findall(cleaned))


_DRAWING = re.compile(r"<(?:svg|math)[\s>]", re.IGNORECASE)


def count_drawings(markup: str) -> int:
    """Return the number of SVG and MathML elements in HTML, which `clean()` removes."""
    return len(_DRAWING.findall(markup))


_WITHOUT_ADDRESS = re.compile(r'<a\b(?![^>]* href=")')
_WRITTEN_ADDRESS = re.compile(r"""<a\b[^<>]*?\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def lost_links(markup: str, cleaned: str) -> list[str]:
    """Return the hrefs, as written, that `clean()` removed from links."""
    if not _WITHOUT_ADDRESS.search(cleaned):
        return []
    written = (html.unescape("".join(values)) for values in _WRITTEN_ADDRESS.findall(markup))
    return [address for address in written if link_target(address) is None]


_LINK = re.compile(r"<a( [^>]*)>(.*?)</a>", re.DOTALL)


def _without_links(markup: str, missing: set[str]) -> str:
    """Replace links with some hrefs by their words; a link with an id is kept without its href."""

    def words(link: re.Match[str]) -> str:
        attributes = dict(ATTRIBUTE.findall(link[1]))
        if attributes.get("href") not in missing:
            return link[0]
        return f'<a id="{attributes["id"]}">{link[2]}</a>' if "id" in attributes else link[2]

    return _LINK.sub(words, markup)


class _TagRewriter:
    """Rewrites the tags of output of `clean()` in order, with the state that this needs."""

    def __init__(self) -> None:
        self.depth = 0  # number of open elements
        self.links = 0  # number of open links
        self.media_title: str | None = None  # title of an open video or sound whose URL is in a later `<source>`
        self.ids: set[str] = set()
        self.spans: list[bool] = []  # for each open span, whether it is kept
        self.parts: list[str] = []  # hrefs to parts of the page

    def tag(self, match: re.Match[str]) -> str:
        """Return the replacement of a tag. Called for every tag that may change, in order."""
        closing, name, rest = match.groups()
        name = "h2" if name == "h1" else RENAMED_TAGS.get(name, name)
        if name in TAGS_TO_SPACES:
            return " "
        if name == "span":
            return self.span(rest, is_start=not closing)
        if name in REPLACED_ATTRIBUTES:
            return self.link_to_embed(name, dict(ATTRIBUTE.findall(rest)), is_start=not closing)
        if closing:
            self.depth -= 1
            self.links -= name == "a"
            return f"</{name}>"
        if name == "img":
            return _picture(dict(ATTRIBUTE.findall(rest)), rest, in_link=self.links > 0)
        self.depth += name not in _VOID
        if name == "a":
            self.links += 1
            rest = _link(rest)
            if ' href="#' in rest:
                self.parts.append(dict(ATTRIBUTE.findall(rest))["href"])
        return f"<{name}{self.without_repeated_id(rest) if ' id=' in rest else rest}>"

    def span(self, rest: str, *, is_start: bool) -> str:
        """Return the tag of a span with an id; "" for other spans."""
        if is_start:
            self.spans.append(" id=" in rest)
            return f"<span{self.without_repeated_id(rest)}>" if self.spans[-1] else ""
        return "</span>" if self.spans.pop() else ""

    def without_repeated_id(self, rest: str) -> str:
        """Return attributes without an id that an earlier element already has."""
        name = dict(ATTRIBUTE.findall(rest)).get("id")
        if name is None:  # ` id=` is part of a title
            return rest
        if name in self.ids:
            return rest.replace(f' id="{name}"', "")
        self.ids.add(name)
        return rest

    def has_target(self, href: str) -> bool:
        """Whether the target of a link to a part of the page exists, in the body or around it. Call it last."""
        name = html.unescape(href).removeprefix("#").partition(":~:")[0]
        return name.lower() in ("", "top") or any(ids & {name, unquote(name)} for ids in (self.ids, RESERVED_IDS))

    def link_to_embed(self, name: str, attributes: dict[str, str], *, is_start: bool) -> str:
        """Return a link to the URL that a tag embeds: in the tag, or in the first `<source>` of video or sound."""
        title = attributes.get("title") or attributes.get("aria-label") or ""
        target = attributes.get(EMBED_ATTRIBUTES.get(name, "src")) or attributes.get("data-src")
        if name == "source":
            if self.media_title is None or not target:
                return ""
            title, self.media_title = self.media_title, None
        else:
            self.media_title = title if is_start and not target else None
        if not target:
            return f" {title} " if name == FRAME_ALIAS else " "
        link = _named_link(target, title, in_link=self.links > 0)
        return f" {link} " if self.depth else f"<p>{link}</p>"


def _link(rest: str) -> str:
    attributes = dict(ATTRIBUTE.findall(rest))
    if name := attributes.get("name"):  # the obsolete form of `id`
        rest = rest.replace(f' name="{name}"', "" if "id" in attributes else f' id="{name}"')
    if attributes.get("href", "").startswith(WEB_SCHEMES):
        return rest
    return rest.replace(f' rel="{EXTERNAL_REL}"', "")


def _picture(attributes: dict[str, str], rest: str, *, in_link: bool) -> str:
    source = attributes.get("src", "")
    if late := attributes.get("data-src"):
        rest = rest.replace(f' src="{source}"', "").replace(' data-src="', ' src="')
        source = late
    words = attributes.get("alt") or attributes.get("title") or ""
    if not source.startswith(WEB_SCHEMES):
        return f"<img{rest}>" if source and not source.startswith((REF_SCHEME, *CONTACT_SCHEMES)) else words
    words = words or "Image"  # a link needs a name
    return words if in_link else f'<a href="{source}" rel="{EXTERNAL_REL}">{words}</a>'


def _named_link(target: str, title: str, *, in_link: bool) -> str:
    """Return a link to an embedded URL, labelled by its title, the kind of a known player, its host or file name."""
    target, kind = _player_page(target)
    words = title or kind or urlsplit(target).hostname or target.partition("?")[0].rstrip("/").rpartition("/")[2]
    if in_link:
        return words
    rel = f' rel="{EXTERNAL_REL}"' if target.startswith(WEB_SCHEMES) else ""
    return f'<a href="{target}"{rel}>{words or "Link"}</a>'


#: URLs of players in HTML, with the page of the video and a label. A whole URL must match: others stay unchanged.
#: `embeds._YOUTUBE_ID` is wider: it finds an ID in the argument of a shortcode, which is an ID alone or any address.
_PLAYERS = (
    (
        re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?=[?#]|$).*"),
        "https://www.youtube.com/watch?v={}",
        "YouTube video",
    ),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d+)(?=[?#]|$).*"), "https://vimeo.com/{}", "Vimeo video"),
)


def _player_page(target: str) -> tuple[str, str]:
    """Return the page of a video for the URL of its embeddable player, and its label; other URLs unchanged, and ""."""
    for player, page, kind in _PLAYERS:
        if found := player.fullmatch(target):
            return page.format(found[1]), kind
    return target, ""


_OTHER_LINK = re.compile("https?:|mailto:|tel:|ref:")


def with_absolute_links(markup: str, page: str) -> str:
    """Return *sanitised* HTML with absolute URLs for links to this site and within its own `page`, for use elsewhere.

    >>> with_absolute_links('<a href="/news/">News</a> <a href="#end">End</a>', "https://site.example/a/")
    '<a href="https://site.example/news/">News</a> <a href="https://site.example/a/#end">End</a>'
    """

    def absolute(attribute: re.Match[str]) -> str:
        name, value = attribute.groups()
        if name not in ("href", "src") or _OTHER_LINK.match(value):
            return attribute[0]
        return f'{name}="{html.escape(urljoin(page, html.unescape(value)))}"'

    return TAG.sub(lambda tag: ATTRIBUTE.sub(absolute, tag[0]), markup)
