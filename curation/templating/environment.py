"""The Jinja environment of reader pages, with the functions and filters that their templates use.

Reader pages are rendered often, and Django's own templates would take most of the time. The admin uses Django's.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.template.defaultfilters import capfirst, pluralize, truncatechars
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined
from jinja2.runtime import Macro

from curation.lib.design_tokens import THEME_COLOR
from curation.lib.media_types import PDF
from curation.lib.page_urls import url
from curation.lib.sentences import truncate_at_sentence
from curation.lib.time_zones import local_day
from curation.lib.web_urls import host_of
from curation.listing.summaries import ItemSummary
from curation.markdown import EXTERNAL_REL
from curation.search.query import MAX_LINK_LENGTH

from .bodies import body
from .pictures import picture


def environment(**options: Any) -> Environment:
    """Return the environment for Django's Jinja2 backend; undefined names raise an error in it."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    jinja = Environment(**options)  # noqa: S701  # Django's backend turns escaping on in the options
    jinja.globals |= {
        "MAX_SEARCH_LENGTH": MAX_LINK_LENGTH,
        "EXTERNAL_REL": EXTERNAL_REL,
        "THEME_COLOR": THEME_COLOR,
        "PDF_TYPE": PDF.content_type,
        "htmx_script": lru_cache(htmx_script),
        "picture": picture,
        "render_cached": render_cached,
        "static": lru_cache(static),
        "url": url,
    }
    jinja.filters |= {
        "body": body,
        "capfirst": capfirst,
        "day": day,
        "format_date": format_date,
        "host": host_of,
        "intcomma": intcomma,
        "pluralize": pluralize,
        "shorten": shorten,
        "truncatechars": truncatechars,
    }
    return jinja


#: In characters. A longer summary is rendered each time, so that the bytes of `_render` are bounded.
MAX_CACHED_SUMMARY = 2_000


def render_cached(macro: Macro, summary: ItemSummary, **options: bool) -> str:
    """Return the output of a macro for a summary, rendered once for equal values: many lists show the same items.

    Raises `TypeError` for anything but an `ItemSummary`: a model instance equals itself after its columns changed.
    """
    if not isinstance(summary, ItemSummary):
        raise TypeError(f"{summary!r} is not an ItemSummary.")
    render = _render if len(summary.summary) <= MAX_CACHED_SUMMARY else _render.__wrapped__
    return render(macro, summary, **options)


@lru_cache(maxsize=2_000)  # some 3 kB each; all other columns have a maximum length
def _render(macro: Macro, summary: ItemSummary, **options: bool) -> str:
    output: str = macro(summary, **options)
    return output


def day(moment: datetime) -> SafeString:
    """Return the date of a time, in the site's time zone, as a `<time>` element."""
    return _time_element(moment, local_day(moment))


@lru_cache(maxsize=2_000)  # the same times come again and again
def _time_element(moment: datetime, local: date) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), format_date(local))


@lru_cache(maxsize=1_000)
def format_date(date_: date, form: str = "j F Y") -> str:
    """Return a date in a format of Django's `date` filter."""
    return date_format(date_, form)


def intcomma(number: int) -> str:
    """Return a number with commas between thousands."""
    return f"{number:,}"


def shorten(text: str, length: int) -> str:
    """Return a text in at most `length` characters: whole sentences, or words with an ellipsis."""
    return text if len(text) <= length else truncate_at_sentence(text, length)
