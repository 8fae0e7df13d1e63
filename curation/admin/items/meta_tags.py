"""The meta tags that an item sets itself, as inputs: one for each known tag, and rows of name and value for others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from curation.frontmatter.reading.meta import GROUPS
from curation.templating.head import OVERRIDES

#: The title of each group of tags.
TITLES = {"openGraph": "Open Graph", "twitter": "Twitter", "html": "HTML"}
#: Further rows for tags that are not known.
EMPTY_ROWS = 2
MAX_ROWS = 200
_NAME = re.compile(r"[A-Za-z0-9._:-]{1,100}")
#: Characters that browsers remove from the value of a text input (HTML Standard, value sanitization algorithm).
_LINE_BREAKS = re.compile(r"[\r\n]")

#: The texts of tags by group and name, as `CuratedItem.meta` has them: `{"openGraph": {"ogtitle": "A title"}}`.
MetaTags = dict[str, dict[str, str]]


def group_of(name: str) -> str:
    """Return the group of a known tag.

    >>> group_of("ogtitle"), group_of("twittercard"), group_of("robots")
    ('openGraph', 'twitter', 'html')
    """
    if name.startswith("twitter"):
        return "twitter"
    return "openGraph" if ":" in OVERRIDES[name] else "html"


#: The known tags, as group and name.
KNOWN = [(group, name) for group in GROUPS for name in OVERRIDES if group_of(name) == group]


class MetaInput(forms.Widget):
    """Inputs named `NAME-GROUP-TAG` for known tags, and rows of `NAME-N-group`, `NAME-N-name` and `NAME-N-value`."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:  # noqa: ARG002  # as the base class has it
        known, others = _parts(value)
        others += [("html", "", "")] * EMPTY_ROWS
        groups = [
            (title, [(tag, OVERRIDES[tag], known[group, tag]) for other, tag in KNOWN if other == group], group)
            for group, title in TITLES.items()
        ]
        own = {key: text for key, text in (attrs or {}).items() if key.startswith("aria-")}
        context = {
            "id": (attrs or {}).get("id", ""),
            "name": name,
            "groups": groups,
            "others": others,
            "titles": TITLES.items(),
            "attrs": flatatt(own),
        }
        return SafeString(render_to_string("admin/curation/curateditem/meta_tags.html", context))

    def id_for_label(self, _id: str, _index: str = "0") -> str:
        return ""  # each input has a label of its own

    def value_from_datadict(self, data: Mapping[str, Any], _files: Any, name: str) -> list[tuple[str, str, str]]:
        """Return the sent tags: group, name and text of each."""
        known = [(group, tag, data.get(f"{name}-{group}-{tag}", "")) for group, tag in KNOWN]
        rows = []
        for row in range(MAX_ROWS):
            parts = [data.get(f"{name}-{row}-{part}") for part in ("group", "name", "value")]
            if None in parts:
                break
            rows.append(tuple(parts))
        return [*known, *rows]  # type: ignore[list-item]  # none of the parts is missing

    def value_omitted_from_data(self, data: Mapping[str, Any], _files: Any, name: str) -> bool:
        return not any(key.startswith(f"{name}-") for key in data)


class MetaField(forms.Field):
    """A form field whose value is a `MetaTags` without empty texts."""

    widget = MetaInput

    def to_python(self, value: Any) -> MetaTags:
        meta: MetaTags = {}
        for group, name, text in value:
            if not (text := _as_sent(text)):
                continue
            if group not in GROUPS or not _NAME.fullmatch(name.strip()):
                message = "Give the tag with “{}” a name of letters, digits and the signs . _ : - alone, like robots."
                raise ValidationError(message.format(text[:60]))
            names = meta.setdefault(group, {})
            if names.setdefault(name.strip(), text) != text:
                raise ValidationError(f"{TITLES[group]} has {name} twice: empty one of the two.")
        return meta

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            sent = self.to_python(data)
        except ValidationError:
            return True
        return dict(texts_of(sent)) != {tag: _as_sent(text) for tag, text in texts_of(initial) if _as_sent(text)}


def texts_of(value: Any) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the tags of a stored value: group and name, and the text. Others than texts are left out."""
    for group, tags in value.items() if isinstance(value, Mapping) else ():
        if group in GROUPS and isinstance(tags, Mapping):
            yield from (((group, name), text) for name, text in tags.items() if isinstance(text, str))


def _parts(value: Any) -> tuple[dict[tuple[str, str], str], list[tuple[str, str, str]]]:
    """Return the texts of known tags, and the rows of others, of a stored value or as they were sent."""
    if isinstance(value, list) and len(value) >= len(KNOWN):
        known = {(group, name): text for group, name, text in value[: len(KNOWN)]}
        return known, [row for row in value[len(KNOWN) :] if row[1] or row[2]]
    texts = dict(texts_of(value))
    return {tag: texts.pop(tag, "") for tag in KNOWN}, [(*tag, text) for tag, text in texts.items()]


def with_untouched(sent: MetaTags, former: Any) -> MetaTags:
    """Return sent tags, with the stored text of those that a text input shows as they were sent."""
    stored = dict(texts_of(former))
    return {
        group: {
            name: stored[group, name] if _as_sent(stored.get((group, name), "")) == text else text
            for name, text in tags.items()
        }
        for group, tags in sent.items()
    }


def _as_sent(text: str) -> str:
    """Return a text as a browser sends it from a text input, and the field reads it."""
    return _LINE_BREAKS.sub("", text).strip()
