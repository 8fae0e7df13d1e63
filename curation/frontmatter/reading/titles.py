"""The title of an item: the key, else the first heading of its body, else the name of its file."""

import re

from curation.frontmatter.limits import MAX_TITLE
from curation.frontmatter.values import quote
from curation.markdown import strip_markup

from .dates import strip_date_prefix
from .file_values import FileValues
from .headings import find_first_heading
from .languages import strip_extension


def read_title(file: FileValues) -> str:
    """Return the title as plain text; a missing one is derived, with a warning."""
    text = strip_markup(file.as_text(file.get("title"), "title"))
    if len(text) > MAX_TITLE:
        file.error("title-too-long", f"title longer than {MAX_TITLE} characters; shorten it", "title")
    if text:
        return text
    derived, origin = find_first_heading(file.body), "the first heading"
    if not derived:
        derived, origin = title_from_file_name(file.path), "the file's name"
    file.warn("title-missing", f"title missing, {quote(derived)} is used, {origin}; write one", "title")
    return derived


def title_from_file_name(path: str) -> str:
    """Return a title made from a file's name, or its folder's where it is an `index`.

    >>> title_from_file_name("post/2024-05-06-a-story.md"), title_from_file_name("post/a_story/index.md")
    ('A story', 'A story')
    """
    *folders, name = path.split("/")
    stem = strip_extension(name)
    if stem.partition(".")[0] in ("index", "README") and folders:
        stem = folders[-1]
    words = strip_markup(re.sub(r"[-_\s]+", " ", strip_date_prefix(stem)))
    return (words[:1].upper() + words[1:])[:MAX_TITLE].strip() or "Untitled"
