"""Parts of pages that are made on their own, so that they can be kept."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


def part(name: str, **context: Any) -> SafeString:
    """Return a template of `templates/reader/parts/` as HTML, with what it shows."""
    return mark_safe(render_to_string(f"parts/{name}.html", context))  # noqa: S308  # the template escapes
