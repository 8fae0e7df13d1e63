"""Split the bytes of a file into front matter and body, both as text, and join them again."""

import re
from dataclasses import dataclass, replace

from curation.frontmatter.limits import MAX_FILE_BYTES, MAX_FRONT_MATTER
from curation.frontmatter.problems import Rejected
from curation.frontmatter.record import Format
from curation.frontmatter.text.header_text import blank_line_end, header_end

from .headings import find_first_heading

BYTE_ORDER_MARK = "\ufeff"
#: YAML between `---`, TOML between `+++`, each alone on its line. YAML may end with `...` as well.
_OPENING = re.compile(r"\s*^(---|\+\+\+)[ \t]*\r?\n", re.MULTILINE)
# The patterns start with the line end before the delimiter: searching for a literal first character is fast.
_CLOSING = {
    "---": re.compile(r"\n(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)"),
    "+++": re.compile(r"\n\+\+\+[ \t]*\r?(?:\n|\Z)"),
}
# Tokens that determine the end of JSON: braces, and strings, in which braces do not count.
_JSON_TOKEN = re.compile(r'"(?:\\.|[^"\\])*(?:"|\Z)|[{}]', re.DOTALL)
_REST_OF_LINE = re.compile(r"[ \t]*\r?(?:\n|\Z)")
_JSON_START = re.compile(r"\s*\{\s*[\"}]")


@dataclass(frozen=True, slots=True)
class FileParts:
    """The parts of a file. `front_matter` is exactly as read (JSON with its braces), `body` has `\\n` line ends.

    `first_line` is the number of the front matter's first line in the file. `opening` is the text before the front
    matter, `closing` the text between it and the body. `raw_body` is the body with its own line ends, or "" if those
    are `\\n`. `join()` makes the same bytes of them.
    """

    format: Format
    front_matter: str
    body: str
    first_line: int
    opening: str = ""
    closing: str = ""
    raw_body: str = ""

    @property
    def is_body_alone(self) -> bool:
        """Whether the file has no front matter, not even an empty one (a README, for example)."""
        return self.closing == "" and self.front_matter == "" and self.opening in ("", BYTE_ORDER_MARK)


def split(data: bytes) -> FileParts:
    """Return the parts of a file. Raises `Rejected`."""
    text = _decode(data)
    mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK.encode()) else ""
    if opening := _OPENING.match(text):
        parts = _delimited(text, opening)
    elif _JSON_START.match(text):
        parts = _json(text)
    elif end := header_end(text):
        parts = _parts("meta", text, 0, end, blank_line_end(text, end))
    elif not text.lstrip().startswith(("---", "+++", "{")) and find_first_heading(normalise_line_ends(text)):
        parts = _parts("yaml", text, 0, 0, 0)
    else:
        message = (
            "no front matter; start the file with a line --- (YAML) or +++ (TOML), or with Title: and a text (Pelican)"
        )
        raise Rejected.for_error("no-front-matter", message)
    return replace(parts, opening=mark + parts.opening)


def join(opening: str, front_matter: str, closing: str, body: str) -> bytes:
    """Return the bytes of a file from its parts. `body` has the line ends to write."""
    return (opening + front_matter + closing + body).encode()


def _decode(data: bytes) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise Rejected.for_error("file-too-large", f"file larger than {MAX_FILE_BYTES // 1_000_000} MB; shorten it")
    try:
        text = data.decode().removeprefix(BYTE_ORDER_MARK)
    except UnicodeDecodeError as error:
        message = f"not UTF-8 (byte 0x{data[error.start]:02x} at offset {error.start}); save the file as UTF-8"
        raise Rejected.for_error("not-utf8", message, line=data.count(b"\n", 0, error.start) + 1) from None
    if not text.strip():
        raise Rejected.for_error("empty-file", "empty file; write front matter and a body, or delete it")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise Rejected.for_error("nul", "NUL character in the file; remove it", line=line)
    return text


def _delimited(text: str, opening: re.Match[str]) -> FileParts:
    delimiter = opening[1]
    closing = _CLOSING[delimiter].search(text, opening.end() - 1)
    if closing is None:
        raise _not_closed(f"a line {delimiter}")
    form: Format = "yaml" if delimiter == "---" else "toml"
    return _parts(form, text, opening.end(), closing.start() + 1, closing.end())


def _json(text: str) -> FileParts:
    start, depth = text.index("{"), 0
    for token in _JSON_TOKEN.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            rest = _REST_OF_LINE.match(text, token.end())
            if rest is None:
                break
            return _parts("json", text, start, token.end(), rest.end())
    raise _not_closed("a closing } alone on its line")


def _parts(form: Format, text: str, start: int, end: int, body: int) -> FileParts:
    if form != "yaml" and end - start > MAX_FRONT_MATTER:
        message = f"front matter longer than {MAX_FRONT_MATTER:,} characters; shorten it"
        raise Rejected.for_error("front-matter-too-long", message)
    raw_body = text[body:]
    return FileParts(
        form,
        text[start:end],
        normalise_line_ends(raw_body),
        text.count("\n", 0, start) + 1,
        opening=text[:start],
        closing=text[end:body],
        raw_body=raw_body if "\r" in raw_body else "",
    )


def _not_closed(closing: str) -> Rejected:
    return Rejected.for_error("front-matter-not-closed", f"front matter not closed; end it with {closing}")


def normalise_line_ends(text: str) -> str:
    """Return a text with `\\n` at the end of every line."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
