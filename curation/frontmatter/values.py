"""What front matter may hold once it is parsed, in one form for YAML, TOML and JSON."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from curation.rendering import one_line

#: A text as it was written, a list, a mapping or nothing. Numbers, dates and booleans are texts, so that each field can
#: say what it makes of them; a float is never finite: it is the `.nan` or `.inf` of a pipeline that had no value.
Value: TypeAlias = "str | float | list[Value] | dict[str, Value] | None"

#: Words for true and false, of YAML 1.1 and of people; nothing is false.
FLAGS = {
    **dict.fromkeys(("", "false", "no", "off", "n", "0"), False),
    **dict.fromkeys(("true", "yes", "on", "y", "1"), True),
}

#: What no database stores, or no encoding writes: NUL, and half a surrogate pair.
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parsed:
    """Front matter as a mapping. `lines` maps dotted keys (`link.href`, `tags[0]`) to lines, where known.

    `spelled` maps dotted keys to the name in the file, where that is in another case; `repeated` are keys that stand
    there in another case as well, each with the one that counts (`frontmatter.keys`).
    """

    values: dict[str, Value]
    lines: dict[str, int]
    spelled: Mapping[str, str] = field(default_factory=dict)
    repeated: tuple[tuple[str, str], ...] = ()


def shown(value: Value) -> str:
    """Return a value as a message quotes it: short, on one line."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        entries = ("a list" if isinstance(entry, list) else shown(entry) for entry in value[:10])
        return f"[{_cut(', '.join(entries))}]"
    if value is None:
        return "null"
    return f"“{_cut(one_line(value))}”" if isinstance(value, str) else f".{value}".replace(".-", "-.")


def _cut(text: str, limit: int = 40) -> str:
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(character if character.isprintable() else "�" for character in text)
