"""The flavour of Markdown of a body: that of the generator that the file was written for."""

from curation.frontmatter.values import quote
from curation.markdown import FLAVOURS, Flavour, flavour_of

from .file_values import FileValues


def read_flavour(file: FileValues) -> Flavour:
    """Return the flavour under the key `flavour`, else that of the dialect."""
    named = file.get("flavour")
    if named in FLAVOURS:
        return flavour_of(named)
    if named:
        choices = " or ".join(FLAVOURS)
        file.warn("flavour", f"{quote(named)} is not a known flavour of Markdown; write {choices}", "flavour")
    return "markdown" if file.dialect == "pelican" else "commonmark"
