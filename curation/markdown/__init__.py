"""Convert Markdown to sanitised HTML and plain text. All markup of bodies passes through this package."""

from .allowed_tags import ATTRIBUTES, TAGS
from .body import FLAVOURS, Flavour, Rendered, flavour_of, render
from .link_targets import EXTERNAL_REL, REF_SCHEME
from .replacing import replace_references
from .sanitiser import sanitise, with_absolute_links
from .stripping import strip_markup
from .text import CONTROL_CHARACTERS, excerpt, one_line, plain_text

__all__ = [
    "ATTRIBUTES",
    "CONTROL_CHARACTERS",
    "EXTERNAL_REL",
    "FLAVOURS",
    "REF_SCHEME",
    "TAGS",
    "Flavour",
    "Rendered",
    "excerpt",
    "flavour_of",
    "one_line",
    "plain_text",
    "render",
    "replace_references",
    "sanitise",
    "strip_markup",
    "with_absolute_links",
]
