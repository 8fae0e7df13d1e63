"""What reader pages print again and again."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from curation.links import host_of
from curation.models import CuratedItem
from curation.rendering import OUTSIDE_REL

register = template.Library()


@register.filter
def body(item: CuratedItem) -> SafeString:
    """Return an item's body to print unescaped: `rendering.render` sanitised it when it was stored."""
    return mark_safe(item.body_html)  # noqa: S308


@register.simple_tag
def day(moment: datetime) -> SafeString:
    """Print the day of a moment, in words and for machines."""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), date_format(moment, "j F Y"))


@register.simple_tag
def outside_link(url: str, text: str = "", css_class: str = "outside") -> SafeString:
    """Print a link to another site, named by its host where `text` is blank; only the text if `url` is no web link."""
    host = host_of(url)
    if not host:
        return conditional_escape(text)
    return format_html('<a class="{}" href="{}" rel="{}">{}</a>', css_class, url, OUTSIDE_REL, text or host)
