"""What reader pages print again and again."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html, format_html_join
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
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), _in_words(moment.date()))


@lru_cache(maxsize=1_000)
def _in_words(day: date) -> str:
    return date_format(day, "j F Y")


@register.filter
def shortened(text: str, length: int) -> str:
    """Return a text in at most so many characters, with an ellipsis where some are left out."""
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


@register.simple_tag
def byline(item: CuratedItem, undated: bool = False) -> SafeString:
    """Print who published an item's source, and the item's day unless the page says it already."""
    publisher = item.publisher
    link = _link(publisher.get_absolute_url(), publisher.name) if publisher else ""
    when = day(item.published_at) if item.published_at and not undated else ""
    return format_html('<p class="meta">{} {}</p>', link, when)


@lru_cache(maxsize=2_000)  # publishers and topics come again and again
def _link(address: str, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, text)


@register.simple_tag
def topic_chips(item: CuratedItem) -> SafeString:
    """Print an item's first topics, as a list has loaded them; nothing where there are none."""
    chips = format_html_join(" ", "<li>{}</li>", ((_link(address, label),) for label, address in item.first_topics))
    return format_html('<ul class="chips" aria-label="Topics">{}</ul>', chips) if chips else chips


@register.simple_tag
def outside_link(url: str, text: str = "", css_class: str = "outside") -> SafeString:
    """Print a link to another site, named by its host where `text` is blank; only the text if `url` is no web link."""
    host = host_of(url)
    if not host:
        return conditional_escape(text)
    return format_html('<a class="{}" href="{}" rel="{}">{}</a>', css_class, url, OUTSIDE_REL, text or host)
