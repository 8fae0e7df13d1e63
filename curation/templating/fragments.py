"""Parts of pages that are rendered on their own, so that they can be memoised."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe


def render_fragment(name: str, **context: Any) -> SafeString:
    """Render a template of `templates/reader/includes/` to HTML."""
    return mark_safe(render_to_string(f"includes/{name}.html", context))  # noqa: S308  # the template escapes
