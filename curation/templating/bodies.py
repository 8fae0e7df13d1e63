"""Bodies as pages and feeds show them: with pictures, and with links to the pages that readers find now."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator

from django.core.files.storage import default_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from curation.listing.body_targets import NO_TARGET, Kind, Targets, targets_of
from curation.listing.summaries import ItemPicture
from curation.markdown import with_absolute_links
from curation.markdown.references import Reference, has_references
from curation.models import CuratedItem
from curation.site_links.resolve import is_uncertain

from .pictures import picture

#: The layout width of a picture in a body, as the `sizes` attribute of HTML.
SIZES = "(min-width: 48rem) 44rem, 100vw"

#: Returns the markup of a picture, given its alternative text and its title.
ShowPicture = Callable[[ItemPicture, str, str], str]

_ALIGNED = re.compile(r'(<t[dh](?:[^">]|"[^"]*")*?) align="([a-z]+)"')
_TAG = re.compile(r'<(/?)(a|img)(?=[ >])((?:[^">]|"[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([a-z\-]+)="([^"]*)"')
#: Links that stay as they are: to other sites, or within the page.
_UNCHANGED = re.compile(r"#|(?!ref:)[a-z][a-z0-9+.-]*:")


def body(item: CuratedItem) -> SafeString:
    """Return an item's body to print unescaped: it was sanitised when it was rendered and stored."""
    return mark_safe(_with_classes(_with_targets(item.body_html, targets_of(item), _picture_in_page)))  # noqa: S308


def body_with_absolute_urls(item: CuratedItem, page_url: str) -> str:
    """Return an item's body for reading on other sites; `page_url` is the absolute URL of the item's page."""
    return with_absolute_links(_with_targets(item.body_html, targets_of(item), _picture_in_feed), page_url)


def _with_classes(markup: str) -> str:
    """Return *sanitised* HTML with a class in place of each `align`, which HTML calls obsolete.

    Feeds and the API keep `align`, since our style sheet is missing where they are shown.
    """
    return _ALIGNED.sub(r'\1 class="align-\2"', markup) if ' align="' in markup else markup


def _with_targets(markup: str, targets: Targets, show: ShowPicture) -> str:
    """Return *sanitised* HTML with its pictures, and without the links that have no target; their text stays."""
    return "".join(_pieces(markup, targets, show)) if has_references(markup) else markup


def _pieces(markup: str, targets: Targets, show: ShowPicture) -> Iterator[str]:
    end, is_left_out = 0, False
    for match in _TAG.finditer(markup):
        yield markup[end : match.start()]
        end = match.end()
        closing, name, rest = match.groups()
        if name == "img":
            yield _image(rest, targets, show)
        elif closing:
            yield "" if is_left_out else match[0]
            is_left_out = False
        else:
            start_tag = _link(rest, targets)
            is_left_out = not start_tag
            yield start_tag
    yield markup[end:]


def _image(rest: str, targets: Targets, show: ShowPicture) -> str:
    """Return a picture, or its alternative text where there is none."""
    attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(rest)}
    alt, title = attributes.get("alt", ""), attributes.get("title", "")
    target = targets.get((Kind.PICTURE, attributes.get("src", "")), NO_TARGET)
    return show(target.picture, alt, title) if target.picture else html.escape(alt or title)


def _link(rest: str, targets: Targets) -> str:
    """Return the start tag of a link, "" where it has no target.

    A link without a target keeps its `id`, to which something else may link.
    """
    attributes = dict(_ATTRIBUTE.findall(rest))
    href = html.unescape(attributes.get("href", ""))
    if not href or _UNCHANGED.match(href) or not is_uncertain(Reference(False, href)):
        return f"<a{rest}>"
    if url := targets.get((Kind.LINK, href), NO_TARGET).url:
        # Replaced attribute by attribute, since a title may hold text that looks like one: `title="x href="`.
        replacement = f'href="{html.escape(url)}"'
        return f"<a{_ATTRIBUTE.sub(lambda match: replacement if match[1] == 'href' else match[0], rest)}>"
    return f'<a id="{attributes["id"]}">' if "id" in attributes else ""


def _picture_in_page(shown: ItemPicture, alt: str, title: str) -> str:
    return picture(shown, alt, SIZES, title=title)


def _picture_in_feed(shown: ItemPicture, alt: str, _title: str) -> str:
    image = '<img src="{}" alt="{}" width="{}" height="{}">'
    return format_html(image, default_storage.url(shown.name), alt, shown.width, shown.height)
