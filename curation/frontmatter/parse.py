"""Front matter as text to a mapping of plain values, whatever its syntax."""

import json
import re
import tomllib
from datetime import date, datetime, time
from typing import Any, NoReturn

from curation.rendering import CONTROL_CHARACTERS

from . import meta_text, strict_yaml
from .limits import MAX_DEPTH, MAX_KEY, MAX_TEXT, MAX_VALUES
from .records import Rejected
from .split import Parts, unix_line_ends
from .values import UNSTORABLE, Parsed, Value, shown

# tomllib's memory grows with the square of a dotted key's parts.
_TOML_KEY = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*"|'[^'\n]*')"""
_LONG_TOML_KEY = re.compile(rf"{_TOML_KEY}(?:[ \t]*\.[ \t]*{_TOML_KEY}){{{MAX_DEPTH},}}", re.ASCII)


def parse(parts: Parts) -> Parsed:
    """Return what the front matter of a file says, or raise `Rejected`."""
    # Control characters would be an error to every parser (and YAML ends a line at U+2028); to people they are nothing.
    text = CONTROL_CHARACTERS.sub(" ", unix_line_ends(parts.front_matter))
    if parts.format == "yaml":
        return strict_yaml.load(text, parts.first_line)
    if parts.format == "meta":
        values, lines = meta_text.load(text, parts.first_line)
        return Parsed(_Plain().mapping(values, "", 0), lines)
    load = _toml if parts.format == "toml" else _json
    try:
        return Parsed(_Plain().mapping(load(text, parts.first_line), "", 0), {})
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
        raise Rejected.because("toml-syntax", f"TOML syntax: {problem}; correct it there", line=line) from None
    except ValueError:  # a number of more digits than Python converts, a date that is none
        raise Rejected.because("toml-syntax", "TOML syntax: a number or date out of range; correct it") from None


def _toml_float(text: str) -> str | float:
    return float(text) if text.lstrip("+-") in ("nan", "inf") else text


def _json(text: str, first_line: int) -> dict[str, Any]:
    try:
        values = json.loads(
            text, object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        message = f"JSON syntax: {error.msg}; correct it there"
        raise Rejected.because("json-syntax", message, line=error.lineno + first_line - 1) from None
    return values  # type: ignore[no-any-return]  # it starts with a brace


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise Rejected.because("duplicate-key", f"the key {shown(key)} is there twice; keep one", key[:MAX_KEY])
        values[key] = value
    return values


def _refuse_constant(name: str) -> NoReturn:
    raise Rejected.because("json-syntax", f"JSON syntax: {name} is no JSON; write null")


def _too_deep() -> Rejected:
    return Rejected.because("too-deep", f"nested more than {MAX_DEPTH} levels; make it flatter")


class _Plain:
    """Turns what the TOML and JSON parsers return into `Value`s, and holds it to the limits."""

    def __init__(self) -> None:
        self.count = 0

    def mapping(self, values: dict[str, Any], path: str, depth: int) -> dict[str, Value]:
        prefix = f"{path}." if path else ""
        return {self.key(key): self.value(value, prefix + key, depth + 1) for key, value in values.items()}

    def key(self, key: str) -> str:
        if len(key) > MAX_KEY:
            raise Rejected.because("key-too-long", f"a key longer than {MAX_KEY} characters; shorten it")
        return self.text(key, "")

    def value(self, value: Any, path: str, depth: int) -> Value:
        self.count += 1
        if self.count > MAX_VALUES:
            raise Rejected.because("too-many-values", f"more than {MAX_VALUES:,} values; remove some", path)
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
            raise Rejected.because("text-too-long", message, path)
        if UNSTORABLE.search(text):
            raise Rejected.because("unstorable", "NUL or half a surrogate pair in the text; remove it", path)
        return text
