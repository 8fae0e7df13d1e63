"""The values of parsed front matter, the same for YAML, TOML and JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from curation.markdown import one_line

#: A text as it was written, a list, a mapping or nothing. Numbers, dates and booleans are texts, which each read rule
#: interprets. A float is never finite: it is the `.nan` or `.inf` of a pipeline that had no value.
Value: TypeAlias = "str | float | list[Value] | dict[str, Value] | None"

#: Words for true and false: those of YAML 1.1, and digits. An empty text is false.
BOOLEAN_WORDS = {
    **dict.fromkeys(("", "false", "no", "off", "n", "0"), False),
    **dict.fromkeys(("true", "yes", "on", "y", "1"), True),
}

#: Characters that a database cannot store or UTF-8 cannot encode: NUL, and half a surrogate pair.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ParsedFrontMatter:
    """Front matter as a mapping. `lines` maps dotted keys (`link.href`, `tags[0]`) to lines, where those are known.

    `spelled` maps dotted keys to their name in the file, if that is in another case. `repeated` are keys that are
    there a second time in another case, each with the one that counts (`reading/key_case.py`).
    """

    values: dict[str, Value]
    lines: dict[str, int]
    spelled: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[tuple[str, str], ...] = ()


def quote(value: Value) -> str:
    """Return a value in quotation marks for a message: short, on one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        entries = ("a list" if isinstance(entry, list) else quote(entry) for entry in value[:10])
        return f"[{_cut(', '.join(entries))}]"
    if value is None:
        return "null"
    return f"“{_cut(one_line(value))}”" if isinstance(value, str) else f".{value}".replace(".-", "-.")


def _cut(text: str, limit: int = 40) -> str:
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(character if character.isprintable() else "�" for character in text)
