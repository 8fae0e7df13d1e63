"""Authors and tags."""

from .limits import AUTHOR, TAG
from .lists import Split, as_jekyll_does, as_names, at_separators, distinct, parts, tell_separators, tell_text, whole
from .source import Source

#: The keys of authors and tags, in the order they are read, and how one text under each is split.
AUTHOR_KEYS: dict[str, Split] = {"author": whole, "authors": as_names}
TAG_KEYS: dict[str, Split] = {"tags": as_jekyll_does, "tag": as_jekyll_does, "keywords": at_separators}
#: Where one text with commas is the usual way to write several.
_USUALLY_TEXT = ("author", "keywords")


def authors(source: Source) -> tuple[str, ...]:
    """Return the authors in order, each name once."""
    return _names(source, AUTHOR_KEYS, AUTHOR)


def tags(source: Source) -> tuple[str, ...]:
    """Return the tags, each once; none holds a separator."""
    return _names(source, TAG_KEYS, TAG, splits_entries=True)


def _names(source: Source, keys: dict[str, Split], limit: int, *, splits_entries: bool = False) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for key in source.present(keys):
        split = keys[key]
        found = list(parts(source, key, split, splits_entries=splits_entries))
        if key not in _USUALLY_TEXT:
            tell_text(source, key, found)
        if splits_entries:
            tell_separators(source, key)
        for name, text in distinct(source, found, limit).items():
            names.setdefault(name, text)
    return tuple(names.values())
