"""Tags as one line of a form: written so that reading gives them back, whatever they contain.

Commas stand between tags. A tag with a comma, a quote in front or space around it stands in double quotes, as in CSV
(RFC 4180): a quote within is doubled. Any other is written as it is; spaces and quotes within it mean nothing.
"""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError

from curation.models import ItemTag
from curation.rendering import one_line

MAX_TAG = ItemTag._meta.get_field("tag").related_model._meta.get_field("name").max_length or 0
ENTRY = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"\s*(?=,|\Z)|(?P<plain>[^,]*))(?:,|\Z)')
#: What browsers remove from the value of a text input (HTML Standard, value sanitization algorithm).
LINE_ENDS = re.compile(r"[\r\n]")


def write_tags(names: Iterable[str]) -> str:
    """Return tags as one line."""
    return ", ".join(map(_written, names))


def read_tags(line: str) -> list[str]:
    """Return the tags of a line, each once, in order; reads any text.

    >>> read_tags('AI, say "ah", two words, "with, comma", two words')
    ['AI', 'say "ah"', 'two words', 'with, comma']
    """
    found = (_read(entry["quoted"], entry["plain"]) for entry in ENTRY.finditer(line))
    return list(dict.fromkeys(filter(None, found)))


def _written(name: str) -> str:
    if "," in name or name.startswith('"') or name != name.strip():
        return '"' + name.replace('"', '""') + '"'
    return name


def _read(quoted: str | None, plain: str | None) -> str:
    return (plain or "").strip() if quoted is None else quoted.replace('""', '"')


class TagsField(forms.CharField):
    """The tags of an object, `initial` as tags with a name. Those that it has stay as they are, character by character;
    new ones are tidied, and refused where they are too long or hold a comma.
    """

    widget = AdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": "Commas stand between tags.", **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else write_tags(_names(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(_as_sent(self.prepare_value(initial) or ""), _as_sent(data or ""))

    def clean_tags(self, value: str, initial: Any) -> list[str]:
        """Return the names that were typed. Raises `ValidationError`."""
        had = {_as_sent(name): name for name in _names(initial or ())}
        names = [had.get(name, one_line(name)) for name in read_tags(value)]
        new = set(names) - set(had.values())
        if any(len(name) > MAX_TAG for name in new):
            raise ValidationError(f"A tag has at most {MAX_TAG} characters; put commas between tags.")
        if any("," in name for name in new):
            raise ValidationError("A tag holds no comma; write two tags, or one without it.")
        return [name for name in names if name]


def _names(tags: Iterable[Any]) -> list[str]:
    return [str(getattr(tag, "name", tag)) for tag in tags]


def _as_sent(text: str) -> str:
    return LINE_ENDS.sub("", text)
