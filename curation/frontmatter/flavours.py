"""Which Markdown a body is written in: what the tool reads that the file was made for."""

from curation.rendering import FLAVOURS, Flavour, flavour_of

from .source import Source
from .values import shown


def flavour(source: Source) -> Flavour:
    """Return the flavour that a file names, else that of its dialect."""
    named = source.get("flavour")
    if named in FLAVOURS:
        return flavour_of(named)
    if named:
        choices = " or ".join(FLAVOURS)
        source.warn("flavour", f"{shown(named)} is no flavour of Markdown known here; write {choices}", "flavour")
    return "markdown" if source.dialect == "pelican" else "commonmark"
