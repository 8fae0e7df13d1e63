"""What shortcodes stand for: a link, a picture with its caption, code. As HTML, which is sanitised with the rest.

A film or a post of another site becomes an `<iframe>`, of which the sanitiser makes a link by its title, kind or host.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from urllib.parse import quote

from .commonmark import inline_to_html


@dataclass(frozen=True, slots=True)
class Call:
    """A shortcode as it is written: its name in lower case, its arguments, and what it encloses."""

    name: str
    arguments: tuple[str, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)
    inner: str = ""

    def get(self, *names: str) -> str:
        """Return the first argument of some names that says anything, or ""."""
        return next((self.named[name].strip() for name in names if self.named.get(name, "").strip()), "")

    def first(self, *names: str) -> str:
        """Return an argument by name, else the first one without a name."""
        return self.get(*names) or (self.arguments[0].strip() if self.arguments else "")


Meaning = Callable[[Call], str]
_URL = re.compile(r"https?://", re.IGNORECASE)
_YOUTUBE_ID = re.compile(r"(?:[?&]v=|youtu\.be/|/embed/|/shorts/|^)([\w-]{6,20})(?=[?&#\s]|$)")
_POST = re.compile(r"/([^/]+)/status(?:es)?/(\d+)")
_IMAGE = re.compile(
    r"\s*((?:<a\b[^<>]*>\s*)?<img\b[^<>]*>(?:\s*</a>)?|\[?!\[[^\]\n]*\]\([^()\n]*\)(?:\]\([^()\n]*\))?)", re.IGNORECASE
)


def frame(target: str, title: str = "") -> str:
    """Return what shows another page."""
    if not target:
        return ""
    return f'<iframe src="{escape(target)}"' + (f' title="{escape(title)}"' if title else "") + "></iframe>"


def youtube(call: Call) -> str:
    found = _YOUTUBE_ID.search(call.first("id", "v", "url", "src") or call.inner.strip())
    return frame(f"https://www.youtube.com/embed/{found[1]}", call.get("title")) if found else ""


def vimeo(call: Call) -> str:
    found = re.search(r"(\d{4,})", call.first("id", "url", "src") or call.inner)
    return frame(f"https://player.vimeo.com/video/{found[1]}", call.get("title")) if found else ""


def post(call: Call) -> str:
    """A post on X: by its number, by user and number, or by its address."""
    written = call.first("id", "url") or call.inner.strip()
    found = _POST.search(written)
    user, number = (found[1], found[2]) if found else (call.get("user"), written)
    if not number.isdecimal():
        return ""
    return frame(
        f"https://x.com/{quote(user or 'i')}/status/{number}", f"Post by @{user} on X" if user else "Post on X"
    )


def instagram(call: Call) -> str:
    name = call.first("id")
    return frame(f"https://www.instagram.com/p/{quote(name)}/", "Post on Instagram") if name else ""


def gist(call: Call) -> str:
    path = "/".join(quote(argument) for argument in call.arguments[:2])
    return frame(f"https://gist.github.com/{path}", "Code on GitHub") if path else ""


def film(call: Call) -> str:
    target = call.first("src", "mp4", "webm", "ogv", "m4v", "mp3", "m4a", "ogg", "wav", "url") or call.inner.strip()
    return frame(target, call.get("title", "caption"))


def page(call: Call) -> str:
    """WordPress's `[embed]`: an address that is shown as what is there."""
    target = call.inner.strip() or call.first("src", "url")
    for host, meaning in (("youtu", youtube), ("vimeo", vimeo), ("twitter.com", post), ("//x.com", post)):
        if host in target and (shown := meaning(Call(call.name, (target,)))):
            return shown
    return frame(target, call.get("title")) if _URL.match(target) else ""


def figure(call: Call) -> str:
    """Hugo's `figure`, and those of themes and of Jekyll that are called alike."""
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


def _credit(call: Call) -> str:
    credit = inline_to_html(call.get("attr"))
    link = call.get("attrlink")
    return f'<a href="{escape(link)}">{credit}</a>' if credit and link else credit


def with_caption(picture: str, caption: str) -> str:
    return f"<figure>{picture}" + (f"<figcaption>{caption}</figcaption>" if caption else "") + "</figure>"


def caption(call: Call) -> str:
    """WordPress's `[caption]`: a picture, and behind it, or in an attribute, its words."""
    found = _IMAGE.match(call.inner)
    picture, rest = (found[1], call.inner[found.end() :]) if found else ("", call.inner)
    words = rest.strip() or call.get("caption")
    return with_caption(inline_to_html(picture), inline_to_html(words))


def code(call: Call) -> str:
    """A block of code in a language, or a piece of it in a line."""
    language = re.sub(r"[^\w+#.\-]", "", call.first("lang", "language"))
    attribute = f' class="language-{language}"' if language else ""
    inner = escape(call.inner.strip("\n"), quote=False)
    source = f"<code{attribute}>{inner}"
    if "hl_inline=true" in " ".join(call.arguments).replace(" ", "") or call.get("hl_inline") == "true":
        return source + "</code>"
    return f"<pre>{source}\n</code></pre>"


def details(call: Call) -> str:
    """The start or the end of what can be unfolded."""
    if call.name.startswith("/"):
        return "</details>"
    return f"<details><summary>{inline_to_html(call.first('summary', 'title') or 'Details')}</summary>"


def ref_target(call: Call) -> str:
    """Return the link to another file, or to a part of this one, that a `ref` or its like names, or ""."""
    name = " ".join(call.arguments).strip() if call.name in ("post_url", "link") else call.first("path")
    if not name:
        return ""
    return ("" if name.startswith("#") else "ref:") + quote(name, safe="/#?=&:@!$*+,;~-._")


#: Shortcodes that enclose what they are about, up to their end.
PAIRED: dict[str, Meaning] = {
    "highlight": code,
    "caption": caption,
    "wp_caption": caption,
    "embed": page,
    "code": code,
    "sourcecode": code,
    "comment": lambda _call: "",
}
#: Others. `img` and `image` are what themes call a figure.
SINGLE: dict[str, Meaning] = {
    "youtube": youtube,
    **dict.fromkeys(("vimeo", "vimeo_simple"), vimeo),
    **dict.fromkeys(("tweet", "twitter", "twitter_simple", "x", "x_simple"), post),
    **dict.fromkeys(("instagram", "instagram_simple"), instagram),
    "gist": gist,
    **dict.fromkeys(("video", "audio"), film),
    **dict.fromkeys(("figure", "img", "image"), figure),
}
REFERENCES = frozenset(("ref", "relref", "post_url", "link"))
