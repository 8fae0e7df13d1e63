"""Paths of imported files in the words of the desk: uploaded files have the names that their senders gave them."""

from django import template

from curation.importing.sources.discover import UPLOAD_PREFIX

register = template.Library()


@register.filter
def file_names(text: str) -> str:
    """Return a path, or a message with paths, for editors.

    >>> file_names("upload:/up.zip!/content/a.md")
    'up.zip › content/a.md'
    """
    return text.replace(f"{UPLOAD_PREFIX}/", "").replace("!/", " › ")
