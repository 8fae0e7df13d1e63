"""Tags as one line of text: writing and reading give the same tags back, whatever characters they contain.

Commas separate tags. As in CSV (RFC 4180), a tag with a comma, a leading quote or surrounding space is written in
double quotes, and a quote inside them is doubled. Any other tag is written as it is; its spaces and quotes are literal.
"""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import ValidationError

from curation.markdown import one_line
from curation.models import ItemTag

MAX_TAG_CHARS = ItemTag._meta.get_field("tag").related_model._meta.get_field("name").max_length or 0
ENTRY = re.compile(r'\s*(?:"(?P<quoted>(?:[^"]|"")*)"\s*(?=,|\Z)|(?P<plain>[^,]*))(?:,|\Z)')
#: Characters that browsers remove from the value of a text input (HTML Standard, value sanitization algorithm).
LINE_BREAKS = re.compile(r"[\r\n]")


def write_tags(names: Iterable[str]) -> str:
    """Return tags as one line."""
    return ", ".join(map(_written, names))


def read_tags(line: str) -> list[str]:
    """Return the distinct tags of a line, in order. Any text is valid.

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
    """The tags of an object; `initial` is an iterable of tags or names.

    Tags that the object has stay as they are, character by character. New ones are stripped of surplus space, and
    refused if they are too long or contain a comma.
    """

    widget = AdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, "help_text": "Separate tags by commas.", **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, str) else write_tags(_names(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(_as_sent(self.prepare_value(initial) or ""), _as_sent(data or ""))

    def clean_tags(self, value: str, initial: Any) -> list[str]:
        """Return the names in a line; `initial` are the tags that the object has. Raises `ValidationError`."""
        existing = {_as_sent(name): name for name in _names(initial or ())}
        names = [existing.get(name, one_line(name)) for name in read_tags(value)]
        new = set(names) - set(existing.values())
        if any(len(name) > MAX_TAG_CHARS for name in new):
            raise ValidationError(f"A tag has at most {MAX_TAG_CHARS} characters; put commas between tags.")
        if any("," in name for name in new):
            raise ValidationError("A tag cannot contain a comma; write two tags, or one without it.")
        return [name for name in names if name]


def _names(tags: Iterable[Any]) -> list[str]:
    return [str(getattr(tag, "name", tag)) for tag in tags]


def _as_sent(text: str) -> str:
    """Return a text as a browser sends it from a text input."""
    return LINE_BREAKS.sub("", text)
