"""The input of a link in the forms of the admin: Django's repeats the link above it, as if it were stored."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.db.models import URLField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_HTTP_LINK = re.compile(r"https?://\S+", re.IGNORECASE)


class LinkInput(forms.URLInput):
    """An input with “Open” beside it, which is hidden without a link. The script keeps it at the link that is typed."""

    class Media:
        js = (forms.Script("admin-curation/link-input.js", type="module"),)

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"class": "vURLField", **(attrs or {})})

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        rendered = super().render(name, value, attrs, renderer)
        is_link = bool(value and _HTTP_LINK.fullmatch(value))
        href, hidden = (value, "") if is_link else ("", mark_safe(" hidden"))
        return format_html('{} <a class="open-link" href="{}" target="_blank"{}>Open</a>', rendered, href, hidden)


#: `formfield_overrides` of every model admin.
LINK_FIELDS: dict[Any, Any] = {URLField: {"widget": LinkInput}}
