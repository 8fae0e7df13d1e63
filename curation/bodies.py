"""Bodies as readers, feeds, programs and editors get them: with pictures, and with links that lead somewhere.

`CuratedItem.body_html` names pictures and links as their author wrote them. What they lead to was looked up when they
were written (`resolving.py`); whether readers find something there is asked when they are shown.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import BigIntegerField, DateTimeField, Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from curation.markup import picture
from curation.models import BodyReference, CuratedItem, Image
from curation.models.addresses import address
from curation.prepared import Given, Prepared
from curation.references import Reference, has_references, path_of, references_in, suffix_of
from curation.rendering import with_whole_links
from curation.resolving import is_uncertain, needs_row, resolve
from curation.sitepages import is_there, leads, page_url
from curation.teasers import Picture

KIND = BodyReference.Kind
#: How wide a picture of a body is laid out.
SIZES = "(min-width: 48rem) 44rem, 100vw"
#: Items whose references are loaded by one query.
MOST = 101


@dataclass(frozen=True, slots=True)
class Lead:
    """What a reference leads readers to: an address of this site, or a picture that is shown; nothing for nowhere."""

    url: str = ""
    picture: Picture | None = None


#: What the references of an item lead to, by kind and `href`.
Leads = Mapping[tuple[str, str], Lead]
NOWHERE = Lead()
_ATTACHED = "_leads"


def load(items: Sequence[CuratedItem], *, crumbs: bool = False) -> None:
    """Load what the bodies of some items lead to, and with `crumbs` their breadcrumbs: in one query for every `MOST`,
    in none where they lead nowhere on this site.
    """
    needing = [item for item in items if _is_uncertain(item.body_html) or (crumbs and _has_crumbs(item))]
    found: defaultdict[int, dict[tuple[str, str], Lead]] = defaultdict(dict)
    for start in range(0, len(needing), MOST):
        keys = [item.pk for item in needing[start : start + MOST]]
        for pk, kind, href, *led in _rows(keys=keys, now=timezone.now()):
            found[pk][kind, href] = _lead(kind, href, *led)
    for item in items:
        item.__dict__[_ATTACHED] = found.get(item.pk, {})


def load_unsaved(item: CuratedItem) -> None:
    """Load what the body of an item leads to that is not saved as it is here."""
    rows = resolve(item)
    images = Image.objects.in_bulk([row.image_id for row in rows if row.image_id])
    ids = [row.target_id for row in rows if row.target_id]
    slugs = dict(CuratedItem.objects.published_among(ids).values_list("pk", "slug"))
    item.__dict__[_ATTACHED] = {
        (row.kind, row.href): _lead(
            row.kind,
            row.href,
            row.document,
            row.page,
            row.key,
            bool(row.page) and is_there(row.page, row.key),
            slugs.get(row.target_id or 0),
            row.target_id in slugs,
            *_columns(images.get(row.image_id or 0)),
        )
        for row in rows
    }


def leads_of(item: CuratedItem) -> Leads:
    if _ATTACHED not in item.__dict__:
        load([item])
    found: Leads = item.__dict__[_ATTACHED]
    return found


def body(item: CuratedItem) -> SafeString:
    """Return an item's body to print unescaped: `rendering.render` sanitised it when it was stored."""
    return mark_safe(_with_leads(item.body_html, leads_of(item), _in_page))  # noqa: S308


def body_elsewhere(item: CuratedItem, page: str) -> str:
    """Return an item's body for reading elsewhere, with whole addresses; `page` is the whole address of the item."""
    return with_whole_links(_with_leads(item.body_html, leads_of(item), _in_feed), page)


def crumb_path(item: CuratedItem, path: str) -> str:
    """Return where a breadcrumb of an item leads readers, "" for nowhere; `load()` was asked for crumbs before."""
    return leads_of(item).get((KIND.CRUMB, path), NOWHERE).url if needs_row(path) else path


def _is_uncertain(markup: str) -> bool:
    return any(map(is_uncertain, references_in(markup)))


def _has_crumbs(item: CuratedItem) -> bool:
    crumbs = item.breadcrumbs if isinstance(item.breadcrumbs, list) else []
    return any(needs_row(str(crumb.get("path") or "")) for crumb in crumbs if isinstance(crumb, dict))


# What references lead to

KEYS: Any = Given.many("keys", BigIntegerField(), MOST)
NOW: Any = Given("now", DateTimeField())


@Prepared
def _rows() -> QuerySet[BodyReference, tuple[Any, ...]]:
    seen = CuratedItem.objects.published_among([OuterRef("target")], NOW)
    rows = BodyReference.objects.filter(item__pk__in=KEYS).order_by()
    return rows.annotate(is_seen=Exists(seen), leads=leads(NOW)).values_list(
        *("item", "kind", "href", "document", "page", "key", "leads", "target__slug", "is_seen"),
        *("image__file", "image__width", "image__height", "image__has_renditions"),
    )


def _columns(image: Image | None) -> tuple[Any, ...]:
    return (image.name, image.width, image.height, image.has_renditions) if image else (None, 0, 0, False)


def _lead(
    kind: str, href: str, document: str, page: str, key: str, leads: bool, slug: str | None, seen: bool, *image: Any
) -> Lead:
    """Return what a reference leads to, from the columns of its row."""
    shown = Picture(*image) if image[0] else None
    if kind == KIND.PICTURE:
        return Lead(picture=shown)
    if shown or document:
        return Lead(default_storage.url(shown.name if shown else document))
    if slug and seen:
        return Lead(address("item", slug) + suffix_of(href))
    if page and leads:
        path = path_of(href)
        own = path if path.startswith("/") and "." in path.rpartition("/")[2] else page_url(page, key)
        return Lead(own + suffix_of(href))
    return NOWHERE


# HTML

_TAG = re.compile(r'<(/?)(a|img)(?=[ >])((?:[^">]|"[^"]*")*)>')
_ATTRIBUTE = re.compile(r'([a-z\-]+)="([^"]*)"')
#: Links that are as they are: of other hosts, or within the page.
_LEFT = re.compile(r"#|(?!ref:)[a-z][a-z0-9+.-]*:")


def _with_leads(markup: str, found: Leads, show: Callable[[Picture, str, str], str]) -> str:
    """Return *sanitised* HTML with its pictures shown, and the links left out that lead nowhere; their words stay."""
    return "".join(_pieces(markup, found, show)) if has_references(markup) else markup


def _pieces(markup: str, found: Leads, show: Callable[[Picture, str, str], str]) -> Iterator[str]:
    end, is_left_out = 0, False
    for match in _TAG.finditer(markup):
        yield markup[end : match.start()]
        end = match.end()
        closing, name, rest = match.groups()
        if name == "img":
            yield _image(rest, found, show)
        elif closing:
            yield "" if is_left_out else match[0]
            is_left_out = False
        else:
            start = _link(rest, found)
            is_left_out = not start
            yield start
    yield markup[end:]


def _image(rest: str, found: Leads, show: Callable[[Picture, str, str], str]) -> str:
    """Return a picture, or its words where there is none."""
    attributes = {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(rest)}
    alt, title = attributes.get("alt", ""), attributes.get("title", "")
    shown = found.get((KIND.PICTURE, attributes.get("src", "")), NOWHERE).picture
    return show(shown, alt, title) if shown else html.escape(alt or title)


def _link(rest: str, found: Leads) -> str:
    """Return the start tag of a link; "" for one that leads nowhere, unless something else leads to it."""
    attributes = dict(_ATTRIBUTE.findall(rest))
    href = html.unescape(attributes.get("href", ""))
    if not href or _LEFT.match(href):
        return f"<a{rest}>"
    if not is_uncertain(Reference(False, href)):
        return f"<a{rest}>"
    if url := found.get((KIND.LINK, href), NOWHERE).url:
        # By attributes, for what a title holds may look like one: `title="x href="`.
        target = f'href="{html.escape(url)}"'
        return f"<a{_ATTRIBUTE.sub(lambda found: target if found[1] == 'href' else found[0], rest)}>"
    return f'<a id="{attributes["id"]}">' if "id" in attributes else ""


def _in_page(shown: Picture, alt: str, title: str) -> str:
    return picture(shown, alt, SIZES, title=title)


def _in_feed(shown: Picture, alt: str, _title: str) -> str:
    image = '<img src="{}" alt="{}" width="{}" height="{}">'
    return format_html(image, default_storage.url(shown.name), alt, shown.width, shown.height)
