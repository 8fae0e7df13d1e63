"""Paths of imported files in the words of the desk: uploads as their senders named them, no folders of the server."""

from pathlib import PurePath
from typing import Any

from django import template

from curation.importing.sources.discover import UPLOAD_PREFIX

register = template.Library()

#: Number of paths of a run whose folders are left out of names.
MAX_ROOTS = 20


@register.filter
def file_names(text: str, run: Any = None) -> str:
    """Return a path, or a message with paths, for editors; for those of a run without the folders above its paths.

    >>> file_names("upload:/up.zip!/content/a.md")
    'up.zip › content/a.md'
    """
    for path in run.paths[:MAX_ROOTS] if run else ():
        folder = str(PurePath(path).parent)
        text = text.replace(f"{folder}/", "") if len(folder) > 1 else text
    return text.replace(f"{UPLOAD_PREFIX}/", "").replace("!/", " › ")
