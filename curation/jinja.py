"""The templates of reader pages: Jinja2, with what all of them may use.

Reader pages are made often, and Django's own templates would be most of the work; the admin's are Django's.
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

from curation.bodies import body
from curation.links import host_of
from curation.markup import picture
from curation.models.addresses import url
from curation.rendering import OUTSIDE_REL
from curation.sentences import beginning
from curation.teasers import Teaser


def environment(**options: Any) -> Environment:
    """Return the environment that Django's backend for Jinja2 asks for; a name that nobody gave is an error in it."""
    options |= {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**options)  # noqa: S701  # escapes by itself: Django says so in the options
    made.globals |= {
        "OUTSIDE_REL": OUTSIDE_REL,
        "htmx_script": lru_cache(htmx_script),
        "once": once,
        "picture": picture,
        "static": lru_cache(static),
        "url": url,
    }
    made.filters |= {
        "body": body,
        "capfirst": capfirst,
        "comma": comma,
        "day": day,
        "host": host_of,
        "in_words": in_words,
        "pluralize": pluralize,
        "shortened": shortened,
        "truncatechars": truncatechars,
    }
    return made


@lru_cache(maxsize=2_000)  # some 3 kB each
def once(macro: Macro, story: Teaser, **how: bool) -> str:
    """Return what a macro prints of a story, made once for the same values: the same stories stand in many lists.

    Raises `TypeError` for anything but a `Teaser`. An item itself would be the same whatever became of it.
    """
    if not isinstance(story, Teaser):
        raise TypeError(f"{story!r} is no teaser.")
    printed: str = macro(story, **how)
    return printed


@lru_cache(maxsize=2_000)  # the same moments and days come again and again
def day(moment: datetime) -> SafeString:
    """Return the day of a moment as markup, in words and for machines."""
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), in_words(moment.date()))


@lru_cache(maxsize=1_000)
def in_words(day: date, form: str = "j F Y") -> str:
    """Return a day in words, in a format of Django's `date` filter."""
    return date_format(day, form)


def comma(number: int) -> str:
    """Return a number with commas between thousands."""
    return f"{number:,}"


def shortened(text: str, length: int) -> str:
    """Return a text in at most so many characters: whole sentences, or words with an ellipsis."""
    return text if len(text) <= length else beginning(text, length)
