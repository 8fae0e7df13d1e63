"""The breadcrumb trail of an item."""

from curation.frontmatter.limits import MAX_CRUMB
from curation.frontmatter.record import Crumb
from curation.frontmatter.values import Value
from curation.lib.names import name_key
from curation.markdown import strip_markup

from .file_values import FileValues
from .paths import parse_site_path


def read_breadcrumbs(file: FileValues) -> tuple[Crumb, ...]:
    """Return the trail without the item itself: labels of `breadcrumbs`, paths of `breadcrumbLinks`."""
    labels, links = _labels(file), _links(file)
    if trail_ends_at_item(file):
        labels.pop()
    links += [None] * len(labels)  # a trail may have fewer links than labels
    crumbs = (Crumb(_label(file, *label), _link_path(link)) for label, link in zip(labels, links, strict=False))
    return tuple(crumb for crumb in crumbs if crumb.label)


def trail_ends_at_item(file: FileValues) -> bool:
    """Return whether the last step is the item: its label is the title, or (a former title) its link is empty."""
    labels = _labels(file)
    if not labels:
        return False
    is_title = name_key(_label(file, *labels[-1])) == name_key(file.fields["title"])
    return is_title or _links(file)[len(labels) - 1 :] == [""]


def _labels(file: FileValues) -> list[tuple[str, Value]]:
    return file.entries("breadcrumbs")


def _links(file: FileValues) -> list[Value]:
    return [value for _key, value in file.entries("breadcrumbLinks")]


def _label(file: FileValues, key: str, value: Value) -> str:
    return file.cut(strip_markup(file.as_text(value, key)), MAX_CRUMB, key)


def _link_path(value: Value) -> str:
    """Return the path of a link, with its trailing slash; "" for one that is not a path of this site."""
    text = value.strip() if isinstance(value, str) else ""
    path = parse_site_path(text) if " " not in text else ""
    return f"{path}/" if path and text.endswith("/") else path or ("/" if text == "/" else "")
