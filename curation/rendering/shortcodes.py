"""Shortcodes of Hugo (`{{< >}}`, `{{% %}}`), tags of Jekyll (`{% %}`) and shortcodes of WordPress (`[caption]`).

Those that stand for something become that; of the others nothing is shown, but what they enclose. While Markdown is
read, a word stands in the place of each, as with Hugo: so a shortcode in a list or a table stays there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

from .code_regions import CodeRegions
from .embeds import PAIRED, REFERENCES, SINGLE, Call, details, ref_target
from .shortcode_syntax import MAYBE, SHORTCODE, call_of

#: Where the address of a link stands, in Markdown or HTML.
_BEFORE_ADDRESS = re.compile(r"""(?:\]\(\s*<?|(?:href|src)\s*=\s*["']?|\]:[ \t]*<?)\Z""")
_BLOCKS = ("<figure", "<pre", "<details", "</details")
#: Shortcodes that enclose no more than an address: those of WordPress but for these, and `embed`, whosever it is.
_ENCLOSE_MARKUP = {"caption", "wp_caption", "code", "sourcecode"}
#: WordPress's names that are words in brackets too, unless they say more.
_WORDS = {"audio", "code", "embed", "tweet", "video", "vimeo", "youtube", "caption"}


@dataclass(frozen=True, slots=True)
class Unknown:
    """A shortcode that stands for nothing known: how it is written, and its first line in the body, from 1."""

    written: str
    line: int


@dataclass(frozen=True, slots=True)
class Expanded:
    """A body with words in place of its shortcodes, and what HTML those stand for."""

    body: str
    pieces: tuple[str, ...] = ()
    word: str = ""
    unknown: tuple[Unknown, ...] = ()

    def put_back(self, markup: str) -> str:
        """Return the HTML of the body with that of its shortcodes. A block among them ends the paragraph it is in."""
        if not self.pieces:
            return markup
        is_in_tag = is_in_paragraph = False

        def replaced(found: re.Match[str]) -> str:
            nonlocal is_in_tag, is_in_paragraph
            if found[1] is None:
                is_in_tag = found[0] == "<"
                is_in_paragraph = found[0] == "<p>" or (is_in_paragraph and found[0] != "</p>")
                return found[0]
            return "" if is_in_tag else self._piece(found, is_in_paragraph=is_in_paragraph)

        whole = re.sub(rf"{self.word}(\d+)z|</?p>|[<>]", replaced, markup)
        return re.sub(r"<p>\s*</p>\n?", "", whole)

    def _piece(self, found: re.Match[str], *, is_in_paragraph: bool) -> str:
        piece = self.pieces[int(found[1])]
        if is_in_paragraph and piece.startswith(_BLOCKS):
            return f"</p>\n{piece}\n<p>"
        around = found.string[found.start() - 1 : found.start()] + found.string[found.end() : found.end() + 1]
        return " " if not piece and len(around) == 2 and around.isalnum() else piece


def expand(body: str) -> Expanded:
    """Return a body without shortcodes, but those in code."""
    if not ("{" in body or "[" in body) or not MAYBE.search(body):  # single letters are found at once
        return Expanded(body)
    return _Expansion(body).expanded()


class _Expansion:
    """One body, while its shortcodes are replaced."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.code = CodeRegions(body)
        self.word = next(word for word in _words() if word not in body.lower())
        self.pieces: list[str] = []
        self.unknown: dict[str, Unknown] = {}
        self.endless: set[str] = set()  # names whose end was sought in vain

    def expanded(self) -> Expanded:
        parts, end = [], 0
        while found := SHORTCODE.search(self.body, end):
            parts.append(self.body[end : found.start()])
            code = self.code.around(found.start())
            if code and not found["escaped"]:
                parts.append(found[0][:2])
                end = found.start() + 2
            else:
                text, end = (_unescaped(found), found.end()) if code else self.replaced(found)
                parts.append(text)
        parts.append(self.body[end:])
        return Expanded("".join(parts), tuple(self.pieces), self.word, tuple(self.unknown.values()))

    def replaced(self, found: re.Match[str]) -> tuple[str, int]:
        """Return what stands in the place of a shortcode, and where it ends."""
        if found["escaped"]:
            return self.piece(escape(_unescaped(found), quote=False)), found.end()
        if found["site"]:
            quoted = re.match(r"[\"']/?([^\"']*)", found["site"])
            return (f"/{quoted[1]}" if quoted else ""), found.end()
        written = found["hugo"] or found["liquid"] or found["wordpress"]
        if not written or not (written := written.strip()):
            return self.piece(""), found.end()
        if found["wordpress"] and written in _WORDS and self.enclosed(written, found) is None:
            return found[0], found.end()
        return self.called(written, found)

    def called(self, written: str, found: re.Match[str]) -> tuple[str, int]:
        call = call_of(written)
        if call.name in REFERENCES:
            return self.reference(call, found), found.end()
        if call.name == "raw" and (enclosed := self.enclosed("raw", found)):
            return enclosed
        if call.name.removeprefix("/") == "details":
            return self.piece(details(call)), found.end()
        if call.name in PAIRED and (enclosed := self.enclosed(call.name, found)):
            inner, end = enclosed
            meant = PAIRED[call.name](replace(call, inner=inner))
            if meant or call.name == "comment":
                return self.piece(meant), end
        elif call.name in SINGLE:
            return self.single(call, found)
        if not call.name.startswith(("/", "end")):
            self.report(call.name, found)
        return self.piece(""), found.end()

    def single(self, call: Call, found: re.Match[str]) -> tuple[str, int]:
        inner, end = (found["wordpress"] and self.enclosed(call.name, found)) or ("", found.end())
        call = replace(call, inner=inner)
        meant = SINGLE[call.name](call)
        if not meant:
            self.report(call.name, found)
        return self.piece(meant), end

    def reference(self, call: Call, found: re.Match[str]) -> str:
        target = ref_target(call)
        if _BEFORE_ADDRESS.search(self.body, max(0, found.start() - 200), found.start()):
            return target
        if not target:
            self.report(call.name, found)
            return self.piece("")
        words = call.first("path") or " ".join(call.arguments)
        return self.piece(f'<a href="{escape(target)}">{escape(words)}</a>')

    def piece(self, markup: str) -> str:
        self.pieces.append(markup)
        return f"{self.word}{len(self.pieces) - 1}z"

    def report(self, name: str, found: re.Match[str]) -> None:
        opening, closing = ("{{< ", " >}}") if found["hugo"] else ("{% ", " %}") if found["liquid"] else ("[", "]")
        written = f"{opening}{name[:40]}{closing}"
        if written not in self.unknown:
            self.unknown[written] = Unknown(written, self.body.count("\n", 0, found.start()) + 1)

    def enclosed(self, name: str, found: re.Match[str]) -> tuple[str, int] | None:
        """Return what a shortcode encloses, and where its end ends; nothing where it has no end."""
        kind = "hugo" if found["hugo"] else "liquid" if found["liquid"] else "wordpress"
        start = found.end()
        pattern = _ENDINGS[kind].format(name=re.escape(name))
        if name == "embed" or (kind == "wordpress" and name not in _ENCLOSE_MARKUP):
            ending = re.compile(rf"([^\[\]]{{0,2000}}){pattern}", re.IGNORECASE).match(self.body, start)
            return (ending[1], ending.end()) if ending else None
        if f"{kind} {name}" in self.endless:
            return None
        ending = re.compile(pattern, re.IGNORECASE).search(self.body, start)
        if ending is None:
            self.endless.add(f"{kind} {name}")
            return None
        return self.body[start : ending.start()], ending.end()


_ENDINGS = {
    "hugo": r"\{{\{{[<%]\s*/\s*{name}\s*[>%]\}}\}}",
    "liquid": r"\{{%-?\s*end{name}\s*-?%\}}",
    "wordpress": r"\[/{name}\]",
}


def _words() -> Iterator[str]:
    """Yield words that could stand for shortcodes: in lower case, as they may get into the id of a heading."""
    number = 0
    while True:
        yield f"zqx{number}w" if number else "zqxw"
        number += 1


def _unescaped(found: re.Match[str]) -> str:
    """Return `{{< x >}}` for `{{</* x */>}}`, which is how Hugo's own documentation shows shortcodes."""
    return found[0].replace("/*", "", 1).replace("*/", "", 1)
