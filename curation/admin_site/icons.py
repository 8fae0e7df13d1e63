"""The icons of the desk: symbols of one SVG file, `static/admin-curation/icons.svg`."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a symbol of the icon file, in the colour and size of the text. Screen readers pass over it."""
    address = static("admin-curation/icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', address, name)
