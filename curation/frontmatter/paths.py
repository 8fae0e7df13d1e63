"""Paths of this site: old addresses of an item, and its breadcrumb trail."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from curation.names import name_key
from curation.rendering import strip_markup

from .languages import LANGUAGES
from .limits import CRUMB, PATH
from .records import Crumb
from .source import Source
from .values import Value, shown

_PERMALINK = re.compile(r"/post/\d{4}/\d\d/\d\d/", re.ASCII)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


_NAME_LANGUAGE = re.compile(r"\.([a-z]{2}(?:-[A-Za-z]{2})?)\.\w+$", re.ASCII)


def language_of_name(path: str) -> str:
    """Return the language that a file's name ends with (`story.fr.md`, `story.pt-BR.md`), or ""."""
    match = _NAME_LANGUAGE.search(path)
    return match[1] if match and match[1][:2] in LANGUAGES else ""


def section_of(path: str) -> str:
    """Return the folder of a file's page below the site's content: that of the file, or of its page bundle.

    >>> section_of("content/post/story.md"), section_of("post/story/index.md")
    ('/post', '/post')
    """
    folders = path.split("/")[:-1]
    if "content" in folders:
        folders = folders[folders.index("content") + 1 :]
    if path.rpartition("/")[2].partition(".")[0] == "index":
        folders = folders[:-1]
    return "/" + "/".join(folders) if folders else ""


def logical_path(path: str) -> str:
    """Return the path that Hugo knows a file's page by: below the content folder, without language and extension."""
    name = _NAME_LANGUAGE.sub("", path.rpartition("/")[2]).partition(".")[0]
    page = path.split("/")[-2] if name == "index" and "/" in path else name
    return f"{section_of(path)}/{page}"


def site_path(text: str) -> str:
    """Return a path of this site as aliases are kept (decoded, one leading slash, no trailing one), or ""."""
    try:
        path = unquote(text.strip(), errors="strict")
    except UnicodeDecodeError:
        return ""
    if path.startswith("//") or _SCHEME.match(path) or re.search(r"[?#\\ ]", path) or not path.isprintable():
        return ""
    path = "/" + path.strip("/")
    is_inside = not {"", ".", ".."} & set(path[1:].split("/"))
    return path if is_inside and len(path) <= PATH else ""


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
    """Yield the old addresses that follow from other keys than `aliases`, where those are written."""
    yield from _address(source)
    if not any(_PERMALINK.match(path) for path in written):
        yield from _permalink(source)


def _written(source: Source) -> Iterator[str]:
    for key, value in source.entries("aliases"):
        if path := _path(source, key, value):
            yield path


def _address(source: Source) -> Iterator[str]:
    value = source.get("url")
    if isinstance(value, str):
        value = re.sub(r"^https?://[^/]+", "", value, flags=re.IGNORECASE)  # WordPress's own host, whatever it was
    if not value or (isinstance(value, str) and value.startswith("/?")):  # the preview of a draft has no path
        return
    if path := _path(source, "url", value):
        yield path


def _permalink(source: Source) -> Iterator[str]:
    published_at, slug = source.fields["published_at"], source.fields["slug"]
    if source.dialect == "bookmark" and published_at and slug:
        yield f"/post/{published_at.date().isoformat().replace('-', '/')}/{slug}"


def _path(source: Source, key: str, value: Value) -> str:
    path = site_path(value) if isinstance(value, str) else ""
    if not path:
        message = f"{shown(value)} is no path of this site and ignored; write one like /news/old-name"
        source.warn("alias-path", message, key)
    return path


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
    path = site_path(text)
    return f"{path}/" if path and text.endswith("/") else path or ("/" if text == "/" else "")
