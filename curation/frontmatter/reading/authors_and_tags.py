"""Authors and tags."""

from curation.frontmatter.limits import MAX_AUTHOR, MAX_TAG

from .file_values import FileValues
from .lists import (
    Splitter,
    keep_whole,
    split_as_jekyll,
    split_at_separators,
    split_entries,
    split_names,
    unique_names,
    warn_of_separators,
    warn_of_text,
)

#: The keys of authors and tags in the order they are read, each with the function that splits one text under it.
AUTHOR_KEYS: dict[str, Splitter] = {"author": keep_whole, "authors": split_names}
TAG_KEYS: dict[str, Splitter] = {"tags": split_as_jekyll, "tag": split_as_jekyll, "keywords": split_at_separators}
#: Keys under which one text with commas is usual, and not warned of.
_USUALLY_TEXT = ("author", "keywords")


def read_authors(file: FileValues) -> tuple[str, ...]:
    """Return the authors in order, each name once."""
    return _read_names(file, AUTHOR_KEYS, MAX_AUTHOR)


def read_tags(file: FileValues) -> tuple[str, ...]:
    """Return the tags, each once; none contains a separator."""
    return _read_names(file, TAG_KEYS, MAX_TAG, splits_entries=True)


def _read_names(
    file: FileValues, keys: dict[str, Splitter], limit: int, *, splits_entries: bool = False
) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for key in file.present(keys):
        found = list(split_entries(file, key, keys[key], splits_entries=splits_entries))
        if key not in _USUALLY_TEXT:
            warn_of_text(file, key, found)
        if splits_entries:
            warn_of_separators(file, key)
        for name, text in unique_names(file, found, limit).items():
            names.setdefault(name, text)
    return tuple(names.values())
