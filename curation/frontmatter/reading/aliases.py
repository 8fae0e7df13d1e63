"""Aliases: the paths on this site that an item had before."""

import re
from collections.abc import Iterable, Iterator

from curation.frontmatter.values import BOOLEAN_WORDS, Value, quote

from .dates import strip_date_prefix
from .file_values import FileValues
from .languages import strip_language
from .lists import entry_label, keep_whole, split_as_jekyll, split_entries
from .paths import SCHEME, content_section, page_path, parse_site_path

#: The addresses of bookmarks on the old site.
_BOOKMARK_PERMALINK = re.compile(r"/post/\d{4}/\d\d/\d\d/", re.ASCII)


#: Keys of lists of aliases.
ALIAS_KEYS = ("aliases", "alias", "redirect_from")
#: Keys of the one address that the page had at its source.
ADDRESS_KEYS = ("url", "permalink", "save_as")


def resolve_alias(file: FileValues, text: str) -> str:
    """Return the path of an alias, or "". Without a leading slash it is relative to the folder of the file's page."""
    text = text.strip()
    if not text or text[0] in "/?#" or SCHEME.match(text):
        return parse_site_path(text)
    folders = [*content_section(file.path).split("/")[1:]]
    for part in text.split("/"):
        if part == "..":
            if not folders:
                return ""  # above the root
            folders.pop()
        elif part != ".":
            folders.append(part)
    return parse_site_path("/" + "/".join(folders))


def read_aliases(file: FileValues) -> tuple[str, ...]:
    """Return the item's aliases, each once, without the path of its own page."""
    explicit = list(_explicit_aliases(file))
    paths = dict.fromkeys((*explicit, *derive_aliases(file, explicit)))
    return tuple(path for path in paths if path != own_page_path(file))


def own_page_path(file: FileValues) -> str:
    """Return the path of the item's own page."""
    return page_path(file.fields["slug"])


def derive_aliases(file: FileValues, explicit: Iterable[str]) -> Iterator[str]:
    """Yield the aliases that follow from other keys than `ALIAS_KEYS`; `explicit` are those of these keys."""
    for key in file.present(ADDRESS_KEYS):
        if path := _former_address(file, key):
            yield path
    if not any(_BOOKMARK_PERMALINK.match(path) for path in explicit):
        yield from _bookmark_permalink(file)


def _explicit_aliases(file: FileValues) -> Iterator[str]:
    for key in file.present(ALIAS_KEYS):
        for entry_key, value in file.entries(key):
            path = resolve_alias(file, value) if isinstance(value, str) else ""
            if path:
                yield path
            else:
                _warn_of_path(file, entry_key, value)


def _former_address(file: FileValues, key: str) -> str:
    """Return the path of the address under a key of `ADDRESS_KEYS`, or "", with a warning or note."""
    value = file.get(key)
    text = value.strip() if isinstance(value, str) else ""
    if value is None or value == "" or BOOLEAN_WORDS.get(text.lower()) is False:
        return ""  # `permalink: false` hides the item
    text = value if isinstance(value, str) else ""
    text = re.sub(r"^https?://[^/]+", "", text, flags=re.IGNORECASE)  # the host was that of the old site
    if key == "save_as":  # the file in which Pelican saves the page
        text = re.sub(r"(^|/)index\.html?$", r"\1", text)
    if text.startswith("/?"):
        file.note("alias-query", f"{quote(value)} is an address without a path, so nothing leads from it here", key)
        return ""
    path = parse_site_path(expand_permalink(file, text))
    if not path or "{{" in path:
        _warn_of_path(file, key, value)
        return ""
    return path


#: Jekyll's built-in permalink styles (https://jekyllrb.com/docs/permalinks/).
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}

#: Placeholders of the publication time, and their forms for `strftime()`.
_TIMES = {
    "year": "%Y",
    "month": "%m",
    "day": "%d",
    "short_year": "%y",
    "y_day": "%j",
    "hour": "%H",
    "minute": "%M",
    "second": "%S",
    "monthname": "%B",
    "long_month": "%B",
    "short_month": "%b",
}


def expand_permalink(file: FileValues, pattern: str) -> str:
    """Return an address with its placeholders (`:year`, `:title`) filled in. Unknown ones stay."""
    pattern = _STYLES.get(pattern, pattern)
    if ":" not in pattern:
        return pattern
    name, when = strip_language(file.name), file.fields["published_at"]
    stem = strip_date_prefix(name)
    values = {
        **dict.fromkeys(("title", "slug"), file.fields["slug"]),
        **dict.fromkeys(("name", "basename", "filename", "contentbasename", "slugorfilename"), stem),
        "categories": "/".join(_categories(file)),
        "output_ext": ".html",
    }
    if when:
        values |= {name: when.strftime(form) for name, form in _TIMES.items()}
        values |= {"i_month": str(when.month), "i_day": str(when.day)}
    path = re.sub(r":([a-z_]+)", lambda found: values.get(found[1], found[0]), pattern)
    return re.sub(r"//+", "/", path) if ":" not in path else ""


def _categories(file: FileValues) -> Iterator[str]:
    """Yield the categories of a page in the form and order that Jekyll gives them in a permalink."""
    for key in file.present(("category", "categories")):
        split = keep_whole if key == "category" else split_as_jekyll
        yield from (entry_label(value).lower() for _key, value in split_entries(file, key, split))


def _bookmark_permalink(file: FileValues) -> Iterator[str]:
    """Yield the address that a bookmark had on the old site, by its date in UTC."""
    published_at, slug = file.fields["published_at"], file.fields["slug"]
    if file.dialect == "bookmark" and published_at and slug:
        yield f"/post/{published_at.date().isoformat().replace('-', '/')}/{slug}"


def _warn_of_path(file: FileValues, key: str, value: Value) -> None:
    message = f"{quote(value)} is not a path of this site and is ignored; write one like /news/old-name"
    file.warn("alias-path", message, key)
