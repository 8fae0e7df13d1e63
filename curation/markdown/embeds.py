"""HTML of known shortcodes: links, pictures with captions, code. It is sanitised with the rest of the body.

A video or a post of another site becomes an `<iframe>`, which the sanitiser replaces by a link with its title or host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import quote

from .commonmark import inline_to_html


@dataclass(frozen=True, slots=True)
class ShortcodeCall:
    """A parsed shortcode: its name in lower case, its arguments by position and by name, and the enclosed text."""

    name: str
    arguments: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    inner: str = ""

    def get(self, *names: str) -> str:
        """Return the first of some named arguments that is not blank, or ""."""
        return next((self.named[name].strip() for name in names if self.named.get(name, "").strip()), "")

    def first(self, *names: str) -> str:
        """Return the first of some named arguments that is not blank, else the first positional one, or ""."""
        return self.get(*names) or (self.arguments[0].strip() if self.arguments else "")


ShortcodeRenderer = Callable[[ShortcodeCall], str]
_URL = re.compile(r"https?://", re.IGNORECASE)
#: The ID of a video in the argument of a shortcode: an ID alone, or any address of the video, as authors type them.
#: `sanitiser._PLAYERS` is narrower: it matches whole URLs of players in HTML, because all other URLs stay as they are.
_YOUTUBE_ID = re.compile(r"(?:[?&]v=|youtu\.be/|/embed/|/shorts/|^)([\w-]{6,20})(?=[?&#\s]|$)")
_POST = re.compile(r"/([^/]+)/status(?:es)?/(\d+)")
_IMAGE = re.compile(
    r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?|\[?!\[[^\]\n]*\]\([^()\n]*\)(?:\]\([^()\n]*\))?)", re.IGNORECASE
)


def iframe(target: str, title: str = "") -> str:
    """Return an `<iframe>`, or "" without a target."""
    if not target:
        return ""
    return f'<iframe src="{escape(target)}"' + (f' title="{escape(title)}"' if title else "") + "></iframe>"


def youtube(call: ShortcodeCall) -> str:
    found = _YOUTUBE_ID.search(call.first("id", "v", "url", "src") or call.inner.strip())
    return iframe(f"https://www.youtube.com/embed/{found[1]}", call.get("title")) if found else ""


def vimeo(call: ShortcodeCall) -> str:
    found = re.search(r"(\d{4,})", call.first("id", "url", "src") or call.inner)
    return iframe(f"https://player.vimeo.com/video/{found[1]}", call.get("title")) if found else ""


def x_post(call: ShortcodeCall) -> str:
    """A post on X, by its ID, by user and ID, or by its URL."""
    written = call.first("id", "url") or call.inner.strip()
    found = _POST.search(written)
    user, number = (found[1], found[2]) if found else (call.get("user"), written)
    if not number.isdecimal():
        return ""
    return iframe(
        f"https://x.com/{quote(user or 'i')}/status/{number}", f"Post by @{user} on X" if user else "Post on X"
    )


def instagram(call: ShortcodeCall) -> str:
    name = call.first("id")
    return iframe(f"https://www.instagram.com/p/{quote(name)}/", "Post on Instagram") if name else ""


def gist(call: ShortcodeCall) -> str:
    path = "/".join(quote(argument) for argument in call.arguments[:2])
    return iframe(f"https://gist.github.com/{path}", "Code on GitHub") if path else ""


def media_player(call: ShortcodeCall) -> str:
    target = call.first("src", "mp4", "webm", "ogv", "m4v", "mp3", "m4a", "ogg", "wav", "url") or call.inner.strip()
    return iframe(target, call.get("title", "caption"))


def embedded_page(call: ShortcodeCall) -> str:
    """WordPress's `[embed]`: the player or page at a URL."""
    target = call.inner.strip() or call.first("src", "url")
    for host, renderer in (("youtu", youtube), ("vimeo", vimeo), ("twitter.com", x_post), ("//x.com", x_post)):
        if host in target and (markup := renderer(ShortcodeCall(call.name, (target,)))):
            return markup
    return iframe(target, call.get("title")) if _URL.match(target) else ""


def figure(call: ShortcodeCall) -> str:
    """Hugo's `figure`, and shortcodes of the same meaning of themes and Jekyll."""
    source = call.first("src", "image_path", "url", "path")
    if not source:
        return ""
    caption = inline_to_html(call.get("caption"))
    alternative = call.get("alt") or unescape(re.sub(r"<[^<>]*>", "", caption))
    picture = f'<img src="{escape(source)}" alt="{escape(alternative)}">'
    if link := call.get("link"):
        picture = f'<a href="{escape(link)}">{picture}</a>'
    words = (
        f"<strong>{inline_to_html(call.get('title'))}</strong>" if call.get("title") else "",
        caption,
        _credit(call),
    )
    return with_caption(picture, " ".join(filter(None, words)))


def _credit(call: ShortcodeCall) -> str:
    credit = inline_to_html(call.get("attr"))
    link = call.get("attrlink")
    return f'<a href="{escape(link)}">{credit}</a>' if credit and link else credit


def with_caption(picture: str, caption: str) -> str:
    return f"<figure>{picture}" + (f"<figcaption>{caption}</figcaption>" if caption else "") + "</figure>"


def caption(call: ShortcodeCall) -> str:
    """WordPress's `[caption]`: a picture, followed by its caption, which may also be an attribute."""
    found = _IMAGE.match(call.inner)
    picture, rest = (found[1], call.inner[found.end() :]) if found else ("", call.inner)
    words = rest.strip() or call.get("caption")
    return with_caption(inline_to_html(picture), inline_to_html(words))


def code(call: ShortcodeCall) -> str:
    """A code block with a language, or inline code."""
    language = re.sub(r"[^\w+#.\-]", "", call.first("lang", "language"))
    attribute = f' class="language-{language}"' if language else ""
    inner = escape(call.inner.strip("\n"), quote=False)
    source = f"<code{attribute}>{inner}"
    if "hl_inline=true" in " ".join(call.arguments).replace(" ", "") or call.get("hl_inline") == "true":
        return source + "</code>"
    return f"<pre>{source}\n</code></pre>"


def details_tag(call: ShortcodeCall) -> str:
    """The start or end tag of a `<details>` element."""
    if call.name.startswith("/"):
        return "</details>"
    return f"<details><summary>{inline_to_html(call.first('summary', 'title') or 'Details')}</summary>"


def ref_target(call: ShortcodeCall) -> str:
    """Return the href of a `ref`, `relref`, `post_url` or `link`, to a file or a part of this one; or ""."""
    name = " ".join(call.arguments).strip() if call.name in ("post_url", "link") else call.first("path")
    if not name:
        return ""
    return ("" if name.startswith("#") else "ref:") + quote(name, safe="/#?=&:@!$*+,;~-._")


#: Shortcodes that enclose text up to an end tag.
PAIRED_SHORTCODES: dict[str, ShortcodeRenderer] = {
    "highlight": code,
    "caption": caption,
    "wp_caption": caption,
    "embed": embedded_page,
    "code": code,
    "sourcecode": code,
    "comment": lambda _call: "",
}
#: Shortcodes without an end tag. Themes call a figure `img` or `image`.
SINGLE_SHORTCODES: dict[str, ShortcodeRenderer] = {
    "youtube": youtube,
    **dict.fromkeys(("vimeo", "vimeo_simple"), vimeo),
    **dict.fromkeys(("tweet", "twitter", "twitter_simple", "x", "x_simple"), x_post),
    **dict.fromkeys(("instagram", "instagram_simple"), instagram),
    "gist": gist,
    **dict.fromkeys(("video", "audio"), media_player),
    **dict.fromkeys(("figure", "img", "image"), figure),
}
REFERENCE_SHORTCODES = frozenset(("ref", "relref", "post_url", "link"))
