"""HTML to what readers may get of it: a sanitiser, then the rules of the site."""

import html
import re
from urllib.parse import unquote, urljoin, urlsplit

import nh3

from .stripping import ELEMENTS
from .tags import (
    ALIGNMENTS,
    ATTRIBUTE,
    ATTRIBUTES,
    EMBEDDED,
    FRAME,
    RENAMED,
    REPLACED_ATTRIBUTES,
    RESERVED_IDS,
    SILENT_TAGS,
    SPACES,
    TAG,
    TAGS,
    identifier,
    language,
)
from .targets import OUTSIDE, OUTSIDE_REL, REF_SCHEME, TO_PEOPLE, link_target
from .text import CONTROL_CHARACTERS

#: What a style says of an element that readers are not to see.
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
    tags=TAGS | RENAMED.keys() | SPACES | REPLACED_ATTRIBUTES.keys(),
    # Where a script would load it late, `data-src` is where a picture or a frame is.
    attributes=ATTRIBUTES
    | REPLACED_ATTRIBUTES
    | {tag: {"id"} for tag in RENAMED}
    | {"img": ATTRIBUTES["img"] | {"data-src"}, "*": ATTRIBUTES["*"] | _HIDDEN},
    clean_content_tags=SILENT_TAGS,
    url_schemes={scheme.rstrip(":") for scheme in (*OUTSIDE, *TO_PEOPLE, REF_SCHEME)},
    attribute_filter=_filter_attribute,
    link_rel=OUTSIDE_REL,
)
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)")
#: Elements whose tags the sanitiser knows or drops as a whole; `image` is what browsers take for `img`.
_KNOWN = (ELEMENTS | {"image", "math"}) - {"iframe"}


def clean(markup: str) -> str:
    """Return canonical HTML with nothing active left, before the rules of the site."""
    names = {name for _, name in _TAG_NAME.findall(markup)}
    if not names <= _KNOWN:  # in capitals, maybe
        markup = _TAG_NAME.sub(_renamed, markup)
    return CONTROL_CHARACTERS.sub(" ", _cleaner.clean(markup))


def _renamed(tag: re.Match[str]) -> str:
    """Return the start of a tag by another name, if it is a frame's or one that HTML does not have.

    Of tags that SVG or MathML has (`<path>`, `<set>`, `<not>`, …) the sanitiser would remove all that follows, too; by
    another name they leave it. What is in a frame is read as text, and would be written back unescaped.
    """
    name = tag[2].lower()
    if name in _KNOWN:
        return tag[0]
    return f"<{tag[1]}{FRAME if name == 'iframe' else f'x-{name}'}"


def sanitise(markup: str) -> str:
    """Return HTML with only what `TAGS` and `ATTRIBUTES` allow, links marked, nothing active left."""
    return finish(without_hidden(clean(markup))[0])[0]


_VOID = ("br", "hr", "img")
#: Elements without an end tag in the HTML that `clean()` makes.
_ENDLESS = {*_VOID, "embed", "input", "source"}


def without_hidden(cleaned: str) -> tuple[str, int]:
    """Return the HTML that `clean()` made without the elements that are hidden, and their number."""
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


def finish(cleaned: str) -> tuple[str, list[str]]:
    """Return the HTML that `clean()` made with the rules of the site applied, and the links to parts that it lacks.

    Links within the site lose `rel`; `h1` becomes `h2`, for the page's title is the one `h1`; a picture of another host
    becomes a link to it, for pages load nothing from elsewhere, and so does a frame, a film or a sound; of two elements
    with one id, the second loses it; of a link to a part that is not there the words stay; block tags that readers do
    not get leave a block, others a space; a span stays where it has an id.
    """
    # How deep a tag stands matters to what is embedded alone; else only tags that may change are looked at.
    walk = _Walk()
    finished = (TAG if _EMBEDDED.search(cleaned) else _MAY_CHANGE).sub(walk.tag, cleaned)
    missing = [href for href in walk.parts if not walk.has_part(href)]
    return (_without_links(finished, set(missing)) if missing else finished), missing


_EMBEDDED = re.compile(rf"<(?:{'|'.join(REPLACED_ATTRIBUTES)})[\s>]")
_MAY_CHANGE = re.compile(
    rf'<(/?)(?=(?:a|img|h1|span|{"|".join((*RENAMED, *SPACES))})[\s>]|(?:[^">]|"[^"]*")*? id=")'
    r'([a-z][a-z0-9\-]*)((?:[^">]|"[^"]*")*)>'
)
_REMOTE_PICTURE = re.compile(r'<img\b(?:[^">]|"[^"]*")*? src="https?:')


def count_remote_pictures(cleaned: str) -> int:
    """Return the number of pictures of other hosts in the HTML that `clean()` made."""
    return len(_REMOTE_PICTURE.findall(cleaned)) if "<img" in cleaned else 0


_PICTURE_OF_NOTHING = re.compile(r'<img\b(?![^>]* src=")')


def count_pictures_of_nothing(cleaned: str) -> int:
    """Return the number of pictures without a file in the HTML that `clean()` made: those of `data:` links, say."""
    return len(_PICTURE_OF_NOTHING.findall(cleaned)) if "<img" in cleaned else 0


_DRAWING = re.compile(r"<(?:svg|math)[\s>]", re.IGNORECASE)


def count_drawings(markup: str) -> int:
    """Return the number of drawings (SVG) and formulas (MathML) in HTML, which `clean()` removes."""
    return len(_DRAWING.findall(markup))


_WITHOUT_ADDRESS = re.compile(r'<a\b(?![^>]* href=")')
_WRITTEN_ADDRESS = re.compile(r"""<a\b[^<>]*?\shref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)


def lost_links(markup: str, cleaned: str) -> list[str]:
    """Return the links of HTML that lost their address in `clean()`, as they were written."""
    if "<a" not in cleaned or not _WITHOUT_ADDRESS.search(cleaned):
        return []
    written = (html.unescape("".join(values)) for values in _WRITTEN_ADDRESS.findall(markup))
    return [address for address in written if link_target(address) is None]


_LINK = re.compile(r"<a( [^>]*)>(.*?)</a>", re.DOTALL)


def _without_links(markup: str, missing: set[str]) -> str:
    """Return HTML with only the words of some links, unless something leads to the link itself."""

    def words(link: re.Match[str]) -> str:
        attributes = dict(ATTRIBUTE.findall(link[1]))
        if attributes.get("href") not in missing:
            return link[0]
        return f'<a id="{attributes["id"]}">{link[2]}</a>' if "id" in attributes else link[2]

    return _LINK.sub(words, markup)


class _Walk:
    """One walk over the tags of cleaned HTML, and what it has met."""

    def __init__(self) -> None:
        self.depth = 0  # of the elements that are open
        self.links = 0  # that are open
        self.film: str | None = None  # the title of an open film that has not named its file
        self.ids: set[str] = set()
        self.spans: list[bool] = []  # that are open, and whether they are kept
        self.parts: list[str] = []  # of the page, that links lead to

    def tag(self, match: re.Match[str]) -> str:
        """Return what becomes of a tag. Every tag that may change is to be given, in their order."""
        closing, name, rest = match.groups()
        name = "h2" if name == "h1" else RENAMED.get(name, name)
        if name in SPACES:
            return " "
        if name == "span":
            return self.span(rest, is_start=not closing)
        if name in REPLACED_ATTRIBUTES:
            return self.embedded(name, dict(ATTRIBUTE.findall(rest)), is_start=not closing)
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
        return f"<{name}{self.once(rest) if ' id=' in rest else rest}>"

    def span(self, rest: str, *, is_start: bool) -> str:
        """Return the tag of a span if links may lead to it."""
        if is_start:
            self.spans.append(" id=" in rest)
            return f"<span{self.once(rest)}>" if self.spans[-1] else ""
        return "</span>" if self.spans.pop() else ""

    def once(self, rest: str) -> str:
        """Return attributes without an id that an earlier element has."""
        name = dict(ATTRIBUTE.findall(rest)).get("id")
        if name is None:  # a title says ` id=`
            return rest
        if name in self.ids:
            return rest.replace(f' id="{name}"', "")
        self.ids.add(name)
        return rest

    def has_part(self, href: str) -> bool:
        """Whether a link to a part of the page leads somewhere, once the walk is over: in the body or around it."""
        name = html.unescape(href).removeprefix("#").partition(":~:")[0]
        return name.lower() in ("", "top") or any(ids & {name, unquote(name)} for ids in (self.ids, RESERVED_IDS))

    def embedded(self, name: str, attributes: dict[str, str], *, is_start: bool) -> str:
        """Return a link to what a tag embeds. A film names it itself, or by the first `<source>` in it."""
        title = attributes.get("title") or attributes.get("aria-label") or ""
        target = attributes.get(EMBEDDED.get(name, "src")) or attributes.get("data-src", "")
        if name == "source":
            if self.film is None or not target:
                return ""
            title, self.film = self.film, None
        else:
            self.film = title if is_start and not target else None
        if not target:
            return f" {title} " if name == FRAME else " "
        link = _named_link(target, title, in_link=self.links > 0)
        return f" {link} " if self.depth else f"<p>{link}</p>"


def _link(rest: str) -> str:
    attributes = dict(ATTRIBUTE.findall(rest))
    if name := attributes.get("name"):  # what `id` was called once
        rest = rest.replace(f' name="{name}"', "" if "id" in attributes else f' id="{name}"')
    if attributes.get("href", "").startswith(OUTSIDE):
        return rest
    return rest.replace(f' rel="{OUTSIDE_REL}"', "")


def _picture(attributes: dict[str, str], rest: str, *, in_link: bool) -> str:
    source = attributes.get("src", "")
    if late := attributes.get("data-src"):
        rest = rest.replace(f' src="{source}"', "").replace(' data-src="', ' src="')
        source = late
    words = attributes.get("alt") or attributes.get("title") or ""
    if not source.startswith(OUTSIDE):
        return f"<img{rest}>" if source and not source.startswith((REF_SCHEME, *TO_PEOPLE)) else words
    words = words or "Image"  # a link needs a name
    return words if in_link else f'<a href="{source}" rel="{OUTSIDE_REL}">{words}</a>'


def _named_link(target: str, title: str, *, in_link: bool) -> str:
    """Return a link to something embedded: by its title, as a film of a known site, else by its host or file name."""
    target, kind = _watchable(target)
    words = (
        title
        or kind
        or urlsplit(target).hostname
        or html.escape(target.partition("?")[0].rstrip("/").rpartition("/")[2])
    )
    if in_link:
        return words
    rel = f' rel="{OUTSIDE_REL}"' if target.startswith(OUTSIDE) else ""
    return f'<a href="{target}"{rel}>{words or "Link"}</a>'


_PLAYERS = (
    (
        re.compile(r"https?://(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{11})(?=[?#]|$).*"),
        "https://www.youtube.com/watch?v={}",
        "YouTube video",
    ),
    (re.compile(r"https?://player\.vimeo\.com/video/(\d+)(?=[?#]|$).*"), "https://vimeo.com/{}", "Vimeo video"),
)


def _watchable(target: str) -> tuple[str, str]:
    """Return the page of a film for the address of its player, made to stand in another page, and what it is."""
    for player, page, kind in _PLAYERS:
        if found := player.fullmatch(target):
            return page.format(found[1]), kind
    return target, ""


_OTHER_LINK = re.compile("https?:|mailto:|tel:|ref:")


def with_whole_links(markup: str, page: str) -> str:
    """Return *sanitised* HTML for reading elsewhere: with whole addresses for links to this site and to its own `page`.

    >>> with_whole_links('<a href="/news/">News</a> <a href="#end">End</a>', "https://site.example/a/")
    '<a href="https://site.example/news/">News</a> <a href="https://site.example/a/#end">End</a>'
    """

    def whole(attribute: re.Match[str]) -> str:
        name, value = attribute.groups()
        if name not in ("href", "src") or _OTHER_LINK.match(value):
            return attribute[0]
        return f'{name}="{html.escape(urljoin(page, html.unescape(value)))}"'

    return TAG.sub(lambda tag: ATTRIBUTE.sub(whole, tag[0]), markup)
