"""Markdown to sanitised HTML and plain text: the only place that decides what markup readers get."""

from .body import FLAVOURS, Flavour, Rendered, flavour_of, render
from .sanitiser import sanitise, with_whole_links
from .stripping import strip_markup
from .tags import ATTRIBUTES, TAGS
from .targets import OUTSIDE_REL, REF_SCHEME
from .text import CONTROL_CHARACTERS, excerpt, one_line, plain_text

__all__ = [
    "ATTRIBUTES",
    "CONTROL_CHARACTERS",
    "FLAVOURS",
    "OUTSIDE_REL",
    "REF_SCHEME",
    "TAGS",
    "Flavour",
    "Rendered",
    "excerpt",
    "flavour_of",
    "one_line",
    "plain_text",
    "render",
    "sanitise",
    "strip_markup",
    "with_whole_links",
]
