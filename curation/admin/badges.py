"""States as badges. The stylesheets of `static/admin-curation/` give each state its colour."""

from django.utils.html import format_html
from django.utils.safestring import SafeString


def badge(state: str, label: str) -> SafeString:
    """Return a label as a badge with the CSS class `state-STATE`."""
    return format_html('<span class="state state-{}">{}</span>', state, label)


def state_badge(label: str) -> SafeString:
    """Return the label of an item's state as its badge."""
    return badge(label.lower().replace(" ", "-"), label)
