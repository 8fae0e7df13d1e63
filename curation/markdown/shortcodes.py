"""Shortcodes of Hugo (`{{< >}}`, `{{% %}}`), tags of Jekyll (`{% %}`) and shortcodes of WordPress (`[caption]`).

Known shortcodes become HTML. Others are removed, but not the text that they enclose. While Markdown is parsed, a
placeholder word takes the place of each, as with Hugo, so that a shortcode in a list or a table stays there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from .code_regions import CodeRegions
from .embeds import PAIRED_SHORTCODES, REFERENCE_SHORTCODES, SINGLE_SHORTCODES, ShortcodeCall, details_tag, ref_target
from .shortcode_syntax import MAYBE, SHORTCODE, call_of

#: The text before the address of a link, in Markdown or HTML.
_BEFORE_ADDRESS = re.compile(r"""(?:\]\(\s*<?|(?:href|src)\s*=\s*["']?|\]:[ \t]*<?)\Z""")
_BLOCKS = ("<figure", "<pre", "<details", "</details")
#: Shortcodes of WordPress that enclose markup. Its others, and `embed` of any generator, enclose an address.
_ENCLOSE_MARKUP = {"caption", "wp_caption", "code", "sourcecode"}
#: Names of WordPress that, without arguments, may be plain words in brackets.
_WORDS = {"audio", "code", "embed", "tweet", "video", "vimeo", "youtube", "caption"}


@dataclass(frozen=True, slots=True)
class UnknownShortcode:
    """An unknown shortcode: its text, and the first line of the body with it, from 1."""

    written: str
    line: int


@dataclass(frozen=True, slots=True)
class Expanded:
    """A body with placeholders in place of its shortcodes, and the HTML for each."""

    body: str
    pieces: tuple[str, ...] = ()
    word: str = ""
    unknown: tuple[UnknownShortcode, ...] = ()

    def restore(self, markup: str) -> str:
        """Replace the placeholders in the HTML of the body. A block-level replacement ends the paragraph around it."""
        if not self.pieces:
            return markup
        is_in_tag = is_in_paragraph = False

        def replace_match(found: re.Match[str]) -> str:
            nonlocal is_in_tag, is_in_paragraph
            if found[1] is None:
                is_in_tag = found[0] == "<"
                is_in_paragraph = found[0] == "<p>" or (is_in_paragraph and found[0] != "</p>")
                return found[0]
            return "" if is_in_tag else self._replacement(found, is_in_paragraph=is_in_paragraph)

        whole = re.sub(rf"{self.word}(\d+)z|</?p>|[<>]", replace_match, markup)
        return re.sub(r"<p>\s*</p>\n?", "", whole)

    def _replacement(self, found: re.Match[str], *, is_in_paragraph: bool) -> str:
        piece = self.pieces[int(found[1])]
        if is_in_paragraph and piece.startswith(_BLOCKS):
            return f"</p>\n{piece}\n<p>"
        around = found.string[found.start() - 1 : found.start()] + found.string[found.end() : found.end() + 1]
        return " " if not piece and len(around) == 2 and around.isalnum() else piece


def expand(body: str) -> Expanded:
    """Replace all shortcodes of a body, except those in code, by placeholders."""
    if not ("{" in body or "[" in body) or not MAYBE.search(body):  # cheaper than the pattern
        return Expanded(body)
    return _Expansion(body).expanded()


class _Expansion:
    """The state of replacing the shortcodes of one body."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.code = CodeRegions(body)
        self.word = next(word for word in _placeholders() if word not in body.lower())
        self.pieces: list[str] = []
        self.unknown: dict[str, UnknownShortcode] = {}
        self.unclosed: set[str] = set()  # names without an end tag in the rest of the body

    def expanded(self) -> Expanded:
        parts, end = [], 0
        while found := SHORTCODE.search(self.body, end):
            parts.append(self.body[end : found.start()])
            code = self.code.region_at(found.start())
            if code and not found["escaped"]:
                parts.append(found[0][:2])
                end = found.start() + 2
            else:
                text, end = (_unescaped(found), found.end()) if code else self.replace(found)
                parts.append(text)
        parts.append(self.body[end:])
        return Expanded("".join(parts), tuple(self.pieces), self.word, tuple(self.unknown.values()))

    def replace(self, found: re.Match[str]) -> tuple[str, int]:
        """Return the replacement of a shortcode, and the position of its end."""
        if found["escaped"]:
            return self.placeholder_for(escape(_unescaped(found), quote=False)), found.end()
        if found["site"]:
            quoted = re.match(r"[\"']/?([^\"']*)", found["site"])
            return (f"/{quoted[1]}" if quoted else ""), found.end()
        written = found["hugo"] or found["liquid"] or found["wordpress"]
        if not written or not (written := written.strip()):
            return self.placeholder_for(""), found.end()
        if found["wordpress"] and written in _WORDS and self.enclosed_text(written, found) is None:
            return found[0], found.end()
        return self.called(written, found)

    def called(self, written: str, found: re.Match[str]) -> tuple[str, int]:
        call = call_of(written)
        if call.name in REFERENCE_SHORTCODES:
            return self.reference(call, found), found.end()
        if call.name == "raw" and (enclosed := self.enclosed_text("raw", found)):
            return enclosed
        if call.name.removeprefix("/") == "details":
            return self.placeholder_for(details_tag(call)), found.end()
        if call.name in PAIRED_SHORTCODES and (enclosed := self.enclosed_text(call.name, found)):
            inner, end = enclosed
            markup = PAIRED_SHORTCODES[call.name](replace(call, inner=inner))
            if markup or call.name == "comment":
                return self.placeholder_for(markup), end
        elif call.name in SINGLE_SHORTCODES:
            return self.single(call, found)
        if not call.name.startswith(("/", "end")):
            self.report(call.name, found)
        return self.placeholder_for(""), found.end()

    def single(self, call: ShortcodeCall, found: re.Match[str]) -> tuple[str, int]:
        inner, end = (found["wordpress"] and self.enclosed_text(call.name, found)) or ("", found.end())
        call = replace(call, inner=inner)
        markup = SINGLE_SHORTCODES[call.name](call)
        if not markup:
            self.report(call.name, found)
        return self.placeholder_for(markup), end

    def reference(self, call: ShortcodeCall, found: re.Match[str]) -> str:
        target = ref_target(call)
        if _BEFORE_ADDRESS.search(self.body, max(0, found.start() - 200), found.start()):
            return target
        if not target:
            self.report(call.name, found)
            return self.placeholder_for("")
        words = call.first("path") or " ".join(call.arguments)
        return self.placeholder_for(f'<a href="{escape(target)}">{escape(words)}</a>')

    def placeholder_for(self, markup: str) -> str:
        """Store the HTML of a shortcode, and return the placeholder that `Expanded.restore()` replaces by it."""
        self.pieces.append(markup)
        return f"{self.word}{len(self.pieces) - 1}z"

    def report(self, name: str, found: re.Match[str]) -> None:
        opening, closing = ("{{< ", " >}}") if found["hugo"] else ("{% ", " %}") if found["liquid"] else ("[", "]")
        written = f"{opening}{name[:40]}{closing}"
        if written not in self.unknown:
            self.unknown[written] = UnknownShortcode(written, self.body.count("\n", 0, found.start()) + 1)

    def enclosed_text(self, name: str, found: re.Match[str]) -> tuple[str, int] | None:
        """Return the text that a shortcode encloses, and the position after its end tag; `None` without an end tag."""
        kind = "hugo" if found["hugo"] else "liquid" if found["liquid"] else "wordpress"
        start = found.end()
        pattern = _ENDINGS[kind].format(name=re.escape(name))
        if name == "embed" or (kind == "wordpress" and name not in _ENCLOSE_MARKUP):
            ending = re.compile(rf"([^\[\]]{{0,2000}}){pattern}", re.IGNORECASE).match(self.body, start)
            return (ending[1], ending.end()) if ending else None
        if f"{kind} {name}" in self.unclosed:
            return None
        ending = re.compile(pattern, re.IGNORECASE).search(self.body, start)
        if ending is None:
            self.unclosed.add(f"{kind} {name}")
            return None
        return self.body[start : ending.start()], ending.end()


_ENDINGS = {
    "hugo": r"\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}",
    "liquid": r"\{{%-?\s*end{name}\s*-?%\}}",
    "wordpress": r"\[/{name}\]",
}


def _placeholders() -> Iterator[str]:
    """Yield candidates for the placeholder: in lower case, since they may become part of a heading's id."""
    number = 0
    while True:
        yield f"zqx{number}w" if number else "zqxw"
        number += 1


def _unescaped(found: re.Match[str]) -> str:
    """Return `{{< x >}}` for `{{</* x */>}}`, Hugo's way of showing a shortcode."""
    return found[0].replace("/*", "", 1).replace("*/", "", 1)
