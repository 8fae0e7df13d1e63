"""Serve the modules and the style sheets that a page links to as one file of each kind.

A template puts `{% combine %}` around its links. The address of a combined file names its parts, so that every process
can make it, and changes with their content, so that browsers keep it.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.core.signing import BadSignature, Signer
from django.http import Http404, HttpRequest, HttpResponse
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .script_modules import NotCombinable, combine

register = template.Library()

#: The folder of the modules: one that is linked to from another folder stays apart.
SCRIPTS = "admin-curation/"
#: Seconds for which browsers keep a file of an address with the digest of its content.
MAX_AGE = 365 * 24 * 3600
MAX_PARTS = 60
#: Signs the list of parts: with any other list, anybody could have large files made.
_signer = Signer(salt="curation.admin_site.combined_files")
TYPES = {"js": "text/javascript", "css": "text/css"}

_LINKS = {
    "js": re.compile(
        r'<script\b(?=[^>]*\btype="module")(?P<before>[^>]*?)\ssrc="(?P<url>[^"]+)"(?P<after>[^>]*)></script>'
    ),
    "css": re.compile(r'<link\b(?P<before>(?=[^>]*\brel="stylesheet")[^>]*?)\shref="(?P<url>[^"]+)"(?P<after>[^>]*)>'),
}
_ANY_LINK = re.compile(
    r'<script\b[^>]*\bsrc="(?P<url>[^"]+)"[^>]*></script>|<link\b[^>]*\bhref="(?P<sheet>[^"]+)"[^>]*>'
)
#: What marks an element for the scripts of its module.
_OWN_ATTRIBUTES = re.compile(r'\b(?:id|data-[\w-]+)="[^"]*"')
_DIGEST_IN_NAME = re.compile(r"\.[0-9a-f]{12}(?=\.(?:js|css)$)")
_RELATIVE_URL = re.compile(r"url\(([\"']?)(?![\"']?(?:data:|https?:|/|#))([^\"')]+)\1\)")
_COMMENT, _SPACE = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"\s*\n\s*")
_IMPORT = re.compile(r"@import (?:url\()?[\"']([\w.-]+\.css)[\"']\)?;")


@dataclass(frozen=True, slots=True)
class CombinedFile:
    body: bytes
    compressed: bytes
    digest: str


def read_static(path: str) -> str:
    """Return the text of a static file, where it is kept. Raises `FileNotFoundError`."""
    found = finders.find(path)
    if not isinstance(found, str):
        raise FileNotFoundError(f"No static file has the path {path}.")
    return Path(found).read_text()


def read_style_sheet(path: str) -> str:
    """Return a style sheet and those that it imports, without comments, with absolute addresses of pictures."""
    folder = dirname(path)
    plain = _SPACE.sub("\n", _COMMENT.sub("", read_static(path)))
    text = _IMPORT.sub(lambda match: read_style_sheet(join(folder, match[1])), plain)
    return _RELATIVE_URL.sub(partial(_absolute, folder), text)


def combined_file(kind: str, parts: tuple[str, ...]) -> CombinedFile:
    """Return the combined file of static files of one kind. Each process caches it, except in development.

    Raises `FileNotFoundError` and `NotCombinable`.
    """
    return _make(kind, parts) if settings.DEBUG else _make_once(kind, parts)


def _make(kind: str, parts: tuple[str, ...]) -> CombinedFile:
    if kind == "js":
        names = [part.removeprefix(SCRIPTS) for part in parts]
        text = combine(names, lambda name: read_static(SCRIPTS + name), partial(_static_url, SCRIPTS))
    else:
        text = "\n".join(map(read_style_sheet, parts))
    body = text.encode()
    return CombinedFile(body, gzip.compress(body, 9, mtime=0), sha256(body).hexdigest()[:12])


_make_once = lru_cache(maxsize=32)(_make)


def combined_file_view(request: HttpRequest, digest: str, kind: str) -> HttpResponse:
    """Answer with the combined file of the parameter `files`: the signed paths of static files.

    It is public as they are. A browser that asks for another version, as while servers are replaced one by one, gets
    the present one uncached.
    """
    try:
        parts = tuple(_signer.unsign(request.GET.get("files", "")).split(","))
    except BadSignature as error:
        raise Http404 from error
    prefix = SCRIPTS if kind == "js" else ""
    if (
        kind not in TYPES
        or len(parts) > MAX_PARTS
        or not all(part.startswith(prefix) and part.endswith(f".{kind}") for part in parts)
    ):
        raise Http404
    try:
        file = combined_file(kind, parts)
    except (OSError, ValueError, SuspiciousFileOperation, NotCombinable) as error:
        raise Http404 from error
    is_compressed = "gzip" in request.headers.get("Accept-Encoding", "")
    body = file.compressed if is_compressed else file.body
    response = HttpResponse(body, content_type=f"{TYPES[kind]}; charset=utf-8")
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = f"public, max-age={MAX_AGE}, immutable" if digest == file.digest else "no-cache"
    if is_compressed:
        response["Content-Encoding"] = "gzip"
    return response


class CombineNode(template.Node):
    """`{% combine %}…{% endcombine %}`: links to modules and style sheets become one link of each kind."""

    def __init__(self, nodes: NodeList, left_out: Sequence[FilterExpression]) -> None:
        self.nodelist, self.left_out = nodes, left_out

    def render(self, context: Context) -> SafeString:
        html: str = self.nodelist.render(context)
        left_out = {url.resolve(context) for url in self.left_out}
        html = _ANY_LINK.sub(lambda match: "" if (match["url"] or match["sheet"]) in left_out else match[0], html)
        for kind in TYPES:
            html = _with_one_link(html, kind)
        return mark_safe(html)  # noqa: S308  # rendered templates


@register.tag("combine")
def combine_tag(parser: Parser, token: Token) -> CombineNode:
    """Combine the links of the block, without those to the addresses that the tag names."""
    nodes = parser.parse(("endcombine",))
    parser.delete_first_token()
    return CombineNode(nodes, [parser.compile_filter(part) for part in token.split_contents()[1:]])


def _with_one_link(html: str, kind: str) -> str:
    parts: dict[str, None] = {}

    def take(match: re.Match[str]) -> str:
        path = _static_path(match["url"])
        if not path or not path.startswith(SCRIPTS if kind == "js" else ""):
            return match[0]
        parts[path] = None
        own = " ".join(_OWN_ATTRIBUTES.findall(match["before"] + match["after"]))
        return f"<template {own}></template>" if own else ""

    html = _LINKS[kind].sub(take, html)
    return f"{html}{_link(kind, tuple(parts))}" if parts else html


def _link(kind: str, parts: tuple[str, ...]) -> SafeString:
    digest = combined_file(kind, parts).digest
    url = reverse("admin:combined_file", args=[digest, kind], query={"files": _signer.sign(",".join(parts))})
    if kind == "js":
        return format_html('<script type="module" src="{}"></script>', url)
    return format_html('<link rel="stylesheet" href="{}">', url)


def _static_path(url: str) -> str:
    """Return the path of a static file by its address, "" for another address."""
    if not url.startswith(settings.STATIC_URL):
        return ""
    path = url.removeprefix(settings.STATIC_URL)
    plain = _DIGEST_IN_NAME.sub("", path)
    return next((name for name in (plain, path) if finders.find(name)), "")


def _absolute(folder: str, match: re.Match[str]) -> str:
    return f'url("{_static_url(folder, match[2])}")'


def _static_url(folder: str, path: str) -> str:
    """Return the address of a static file by its path from the folder of another one."""
    return static(normpath(join(folder, path)))
