"""The title of an item: as written, else the first heading of its body, else the name of its file."""

import re

from curation.rendering import strip_markup

from .dates import without_date
from .headings import first_heading
from .languages import without_extension
from .limits import TITLE
from .source import Source
from .values import shown


def title(source: Source) -> str:
    """Return the title as plain text; a missing one is made, with a warning."""
    text = strip_markup(source.as_text(source.get("title"), "title"))
    if len(text) > TITLE:
        source.error("title-too-long", f"title longer than {TITLE} characters; shorten it", "title")
    if text:
        return text
    made, origin = first_heading(source.body), "the first heading"
    if not made:
        made, origin = title_of_file(source.path), "the file's name"
    source.warn("title-missing", f"title missing, {shown(made)} is used, {origin}; write one", "title")
    return made


def title_of_file(path: str) -> str:
    """Return a title made from a file's name, or its folder's where it is an `index`.

    >>> title_of_file("post/2024-05-06-a-story.md"), title_of_file("post/a_story/index.md")
    ('A story', 'A story')
    """
    *folders, name = path.split("/")
    stem = without_extension(name)
    if stem.partition(".")[0] in ("index", "README") and folders:
        stem = folders[-1]
    words = strip_markup(re.sub(r"[-_\s]+", " ", without_date(stem)))
    return (words[:1].upper() + words[1:])[:TITLE].strip() or "Untitled"
