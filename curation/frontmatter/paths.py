"""Paths of this site: old addresses of an item, and its breadcrumb trail."""

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize
from urllib.parse import unquote

from curation.names import name_key
from curation.rendering import strip_markup

from .dates import without_date
from .languages import without_language
from .limits import CRUMB, PATH
from .lists import as_jekyll_does, label, parts, whole
from .records import Crumb
from .source import Source
from .values import FLAGS, Value, shown

#: A part of a path that is empty, `.` or `..`.
_LEADS_OUT = re.compile(r"/ *(?:\.{1,2} *)?(?:/|$)")
_PERMALINK = re.compile(r"/post/\d{4}/\d\d/\d\d/", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def section_of(path: str) -> str:
    """Return the folder of a file's page below the site's content: that of the file, or of its page bundle.

    >>> section_of("content/post/story.md"), section_of("post/story/index.md")
    ('/post', '/post')
    """
    folders = path.split("/")[:-1]
    if "content" in folders:
        folders = folders[folders.index("content") + 1 :]
    if without_language(path.rpartition("/")[2]) == "index":
        folders = folders[:-1]
    return "/" + "/".join(folders) if folders else ""


def logical_path(path: str) -> str:
    """Return the path that Hugo knows a file's page by: below the content folder, without language and extension."""
    name = without_language(path.rpartition("/")[2])
    page = path.split("/")[-2] if name == "index" and "/" in path else name
    return f"{section_of(path)}/{page}"


#: The keys of old addresses that lead to the item, and those of the address that it had.
ALIAS_KEYS = ("aliases", "alias", "redirect_from")
ADDRESS_KEYS = ("url", "permalink", "save_as")


def site_path(text: str) -> str:
    """Return a path of this site as aliases are kept, or "".

    That is decoded, in composed form (NFC), with one leading slash and no trailing one.
    """
    try:
        path = unquote(text.strip(), errors="strict")
    except UnicodeDecodeError:
        return ""
    if path.startswith("//") or _SCHEME.match(path) or re.search(r"[?#\\]|  ", path) or not path.isprintable():
        return ""
    path = "/" + (path if path.isascii() else normalize("NFC", path)).strip("/ ")
    return path if not _LEADS_OUT.search(path) and len(path) <= PATH else ""


def alias_path(source: Source, text: str) -> str:
    """Return the path that an alias means, or "". One without a leading slash is relative to the page's folder."""
    text = text.strip()
    if not text or text[0] in "/?#" or _SCHEME.match(text):
        return site_path(text)
    folders = [*section_of(source.path).split("/")[1:]]
    for part in text.split("/"):
        if part == "..":
            if not folders:
                return ""  # it leads out of the site
            folders.pop()
        elif part != ".":
            folders.append(part)
    return site_path("/" + "/".join(folders))


def aliases(source: Source) -> tuple[str, ...]:
    """Return the item's old addresses, each once, its own left out."""
    written = list(_written(source))
    paths = dict.fromkeys((*written, *derived_aliases(source, written)))
    return tuple(path for path in paths if path != own_page(source))


def page_path(slug: str) -> str:
    """Return the path of an item's page as aliases are written."""
    return f"/news/{slug}"


def own_page(source: Source) -> str:
    """Return the path of the item's own page."""
    return page_path(source.fields["slug"])


def derived_aliases(source: Source, written: Iterable[str]) -> Iterator[str]:
    """Yield the old addresses that follow from other keys than those of aliases, where those are `written`."""
    for key in source.present(ADDRESS_KEYS):
        if path := _address(source, key):
            yield path
    if not any(_PERMALINK.match(path) for path in written):
        yield from _permalink(source)


def _written(source: Source) -> Iterator[str]:
    for key in source.present(ALIAS_KEYS):
        for entry_key, value in source.entries(key):
            path = alias_path(source, value) if isinstance(value, str) else ""
            if path:
                yield path
            else:
                _warn(source, entry_key, value)


def _address(source: Source, key: str) -> str:
    """Return the path of the address that an item had, or ""; where that has none, it is told."""
    value = source.get(key)
    if value is None or value == "" or FLAGS.get(value.strip().lower() if isinstance(value, str) else "") is False:
        return ""  # `permalink: false` hides the item
    text = value if isinstance(value, str) else ""
    text = re.sub(r"^https?://[^/]+", "", text, flags=re.IGNORECASE)  # the site's own host, whatever it was
    if key == "save_as":  # the file that Pelican writes the page to
        text = re.sub(r"(^|/)index\.html?$", r"\1", text)
    if text.startswith("/?"):
        source.note("alias-query", f"{shown(value)} is an address without a path, so nothing leads from it here", key)
        return ""
    path = site_path(expanded(source, text))
    if not path or "{{" in path:
        _warn(source, key, value)
        return ""
    return path


#: Jekyll's names for whole patterns (https://jekyllrb.com/docs/permalinks/).
_STYLES = {
    "date": "/:categories/:year/:month/:day/:title.html",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title.html",
    "none": "/:categories/:title.html",
}


def expanded(source: Source, pattern: str) -> str:
    """Return an address with its placeholders (`:year`, `:title`) filled in; those that are not known stay."""
    pattern = _STYLES.get(pattern, pattern)
    if ":" not in pattern:
        return pattern
    name, when = without_language(source.name), source.fields["published_at"]
    stem = without_date(name)
    values = {
        **dict.fromkeys(("title", "slug"), source.fields["slug"]),
        **dict.fromkeys(("name", "basename", "filename", "contentbasename", "slugorfilename"), stem),
        "categories": "/".join(_categories(source)),
        "output_ext": ".html",
    }
    if when:
        values |= {name: when.strftime(form) for name, form in _TIMES.items()}
        values |= {"i_month": str(when.month), "i_day": str(when.day)}
    path = re.sub(r":([a-z_]+)", lambda found: values.get(found[1], found[0]), pattern)
    return re.sub(r"//+", "/", path) if ":" not in path else ""


def _categories(source: Source) -> Iterator[str]:
    """Yield the categories of a page as Jekyll has them in its address, in the order in which it reads the keys."""
    for key in source.present(("category", "categories")):
        split = whole if key == "category" else as_jekyll_does
        yield from (label(value).lower() for _key, value in parts(source, key, split))


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


def _permalink(source: Source) -> Iterator[str]:
    published_at, slug = source.fields["published_at"], source.fields["slug"]
    if source.dialect == "bookmark" and published_at and slug:
        yield f"/post/{published_at.date().isoformat().replace('-', '/')}/{slug}"


def _warn(source: Source, key: str, value: Value) -> None:
    message = f"{shown(value)} is no path of this site and ignored; write one like /news/old-name"
    source.warn("alias-path", message, key)


def breadcrumbs(source: Source) -> tuple[Crumb, ...]:
    """Return the trail to the item, itself left out: labels of `breadcrumbs`, paths of `breadcrumbLinks`."""
    labels, links = source.entries("breadcrumbs"), [value for _key, value in source.entries("breadcrumbLinks")]
    if ends_at_item(source):
        labels.pop()
    links += [None] * len(labels)  # a trail may have fewer links than labels
    crumbs = (Crumb(_crumb_label(source, *label), _link(link)) for label, link in zip(labels, links, strict=False))
    return tuple(crumb for crumb in crumbs if crumb.label)


def ends_at_item(source: Source) -> bool:
    """Return whether the last step of the trail is the item: under its title, or an older one that leads nowhere."""
    labels, links = source.entries("breadcrumbs"), [value for _key, value in source.entries("breadcrumbLinks")]
    if not labels:
        return False
    says_title = name_key(_crumb_label(source, *labels[-1])) == name_key(source.fields["title"])
    return says_title or links[len(labels) - 1 :] == [""]


def _crumb_label(source: Source, key: str, value: Value) -> str:
    return source.cut(strip_markup(source.as_text(value, key)), CRUMB, key)


def _link(value: Value) -> str:
    text = value.strip() if isinstance(value, str) else ""
    path = site_path(text) if " " not in text else ""
    return f"{path}/" if path and text.endswith("/") else path or ("/" if text == "/" else "")
