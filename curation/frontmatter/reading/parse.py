"""Parse front matter of any syntax: text to a mapping of `Value`s."""

import json
import re
import tomllib
from datetime import date, datetime, time
from typing import Any, NoReturn

from curation.frontmatter.limits import MAX_DEPTH, MAX_KEY, MAX_TEXT, MAX_VALUES
from curation.frontmatter.problems import Rejected
from curation.frontmatter.text import header_text
from curation.frontmatter.values import UNSTORABLE, ParsedFrontMatter, Value, quote
from curation.markdown import CONTROL_CHARACTERS

from . import strict_yaml
from .split import FileParts, normalise_line_ends

# tomllib's memory grows with the square of a dotted key's parts.
_TOML_KEY = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*"|'[^'\n]*')"""
_LONG_TOML_KEY = re.compile(rf"{_TOML_KEY}(?:[ \t]*\.[ \t]*{_TOML_KEY}){{{MAX_DEPTH},}}", re.ASCII)


def parse(parts: FileParts) -> ParsedFrontMatter:
    """Return the parsed front matter of a file. Raises `Rejected`."""
    # Parsers refuse control characters, and YAML ends a line at U+2028; authors do not see them.
    text = CONTROL_CHARACTERS.sub(" ", normalise_line_ends(parts.front_matter))
    if parts.format == "yaml":
        return strict_yaml.load(text, parts.first_line)
    if parts.format == "meta":
        values, lines = header_text.load(text, parts.first_line)
        return ParsedFrontMatter(_Converter().mapping(values, "", 0), lines)
    load = _toml if parts.format == "toml" else _json
    try:
        return ParsedFrontMatter(_Converter().mapping(load(text, parts.first_line), "", 0), {})
    except RecursionError:
        raise _too_deep() from None


def _toml(text: str, first_line: int) -> dict[str, Any]:
    if _LONG_TOML_KEY.search(text):
        raise _too_deep()
    try:
        return tomllib.loads(text, parse_float=_toml_float)
    except tomllib.TOMLDecodeError as error:
        problem, line = str(error), None
        if place := re.search(r" \(at line (\d+), column \d+\)$", problem):
            problem, line = problem[: place.start()], int(place[1]) + first_line - 1
        raise Rejected.for_error("toml-syntax", f"TOML syntax: {problem}; correct it there", line=line) from None
    except ValueError:  # a number of more digits than Python converts, or an invalid date
        raise Rejected.for_error("toml-syntax", "TOML syntax: a number or date out of range; correct it") from None


def _toml_float(text: str) -> str | float:
    return float(text) if text.lstrip("+-") in ("nan", "inf") else text


def _json(text: str, first_line: int) -> dict[str, Any]:
    try:
        values = json.loads(
            text, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        message = f"JSON syntax: {error.msg}; correct it there"
        raise Rejected.for_error("json-syntax", message, line=error.lineno + first_line - 1) from None
    return values  # type: ignore[no-any-return]  # it starts with a brace


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise Rejected.for_error("duplicate-key", f"the key {quote(key)} is there twice; keep one", key[:MAX_KEY])
        values[key] = value
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise Rejected.for_error("json-syntax", f"JSON syntax: {name} is not JSON; write null")


def _too_deep() -> Rejected:
    return Rejected.for_error("too-deep", f"nested more than {MAX_DEPTH} levels; make it flatter")


class _Converter:
    """Converts the values of the TOML and JSON parsers to `Value`s, within the limits."""

    def __init__(self) -> None:
        self.count = 0

    def mapping(self, values: dict[str, Any], path: str, depth: int) -> dict[str, Value]:
        prefix = f"{path}." if path else ""
        return {self.key(key): self.value(value, prefix + key, depth + 1) for key, value in values.items()}

    def key(self, key: str) -> str:
        if len(key) > MAX_KEY:
            raise Rejected.for_error("key-too-long", f"a key longer than {MAX_KEY} characters; shorten it")
        return self.text(key, "")

    def value(self, value: Any, path: str, depth: int) -> Value:
        self.count += 1
        if self.count > MAX_VALUES:
            raise Rejected.for_error("too-many-values", f"more than {MAX_VALUES:,} values; remove some", path)
        if isinstance(value, dict | list) and depth >= MAX_DEPTH:
            raise _too_deep()
        if isinstance(value, dict):
            return self.mapping(value, path, depth)
        if isinstance(value, list):
            return [self.value(entry, f"{path}[{number}]", depth + 1) for number, entry in enumerate(value)]
        return self.scalar(value, path)

    def scalar(self, value: Any, path: str) -> Value:
        if value is None or isinstance(value, float):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, date | datetime | time):
            return value.isoformat()
        return self.text(str(value), path)

    def text(self, text: str, path: str) -> str:
        if len(text) > MAX_TEXT:
            message = f"{path or 'text'} longer than {MAX_TEXT:,} characters; shorten it"
            raise Rejected.for_error("text-too-long", message, path)
        if UNSTORABLE.search(text):
            raise Rejected.for_error("unstorable", "NUL or half a surrogate pair in the text; remove it", path)
        return text
