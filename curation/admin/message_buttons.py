"""Buttons in messages."""

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def message_button(request: HttpRequest, url: str, label: str, **values: object) -> SafeString:
    """Return a form for a message, with a button that posts values to an address; a list as several of one name."""
    template = '<form class="in-message" method="post" action="{}">{}<button type="submit">{}</button></form>'
    fields = {"csrfmiddlewaretoken": get_token(request), **values}
    pairs = ((name, one) for name, value in fields.items() for one in (value if isinstance(value, list) else [value]))
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
    return format_html(template, url, inputs, label)
