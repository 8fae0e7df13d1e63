"""Where links and pictures of a body lead, as browsers read it."""

import re

import ada_url

#: What a link to another host says of itself (https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links).
OUTSIDE_REL = "noopener nofollow ugc"
OUTSIDE = ("http:", "https:")
#: What links lead to that is no page: a picture cannot be there.
TO_PEOPLE = ("mailto:", "tel:")
#: What `ref` and `relref` of Hugo, `post_url` and `link` of Jekyll become: a link to another file, which only the
#: database can resolve. The target is percent-encoded: `ref:other%20file.md#part`.
REF_SCHEME = "ref:"
# Stands for this site, whatever its host, where a link is resolved.
_HERE = "https://site.invalid"
_PATH_AND_REST = re.compile(r"([^?#]*)(.*)", re.DOTALL)
_DOT = {".", "%2e"}
_DOTS = {"..", ".%2e", "%2e.", "%2e%2e"}
# What the URL standard removes from a link before it reads it.
_IGNORED = re.compile("^[\x00-\x20]+|[\x00-\x20]+$|[\t\n\r]+")


def link_target(value: str) -> str | None:
    """Return where a link leads as the WHATWG URL Standard reads it, or `None` where that is no place for readers.

    A whole URL for another host; for this site a path, query or fragment as its author meant it: from the root, from
    the item's page (`../other.md`, `?page=2`), or within the page. What is written may say something else: `/\\host`
    and `/<tab>/host` leave the site, `java<tab>script:` is a script.
    """
    if not (written := _IGNORED.sub("", value)):
        return None
    try:
        url = ada_url.URL(written, _HERE)
    except ValueError:
        return None
    if url.origin != _HERE or not url.protocol.startswith("http"):
        return url.href if url.protocol in (*OUTSIDE, *TO_PEOPLE, REF_SCHEME) else None
    if written[0] == "#":
        return url.hash or "#"
    if written[0] == "?":
        return url.search + url.hash or None
    if written[0] in "/\\" or "site.invalid" in written:
        return "/" + url.pathname.lstrip("/") + url.search + url.hash
    return _relative(written)


def _relative(written: str) -> str:
    """Return a relative link with its dots resolved as far as that is possible without the page that it is on."""
    path, rest = _PATH_AND_REST.fullmatch(written).groups()  # type: ignore[union-attr]  # it matches everything
    kept: list[str] = []
    segments = path.replace("\\", "/").split("/")
    up = 0
    for segment in segments:
        if segment.lower() in _DOTS:
            up, kept = (up, kept[:-1]) if kept else (up + 1, kept)
        elif segment.lower() not in _DOT:
            kept.append(segment)
    if segments[-1].lower() in _DOT | _DOTS and kept:
        kept.append("")
    url = ada_url.URL(f"{_HERE}/{'/'.join(kept)}{rest}")
    below = url.pathname.lstrip("/")
    # `./` where nothing else is left, and so that no first step can be read as a scheme.
    start = "../" * up or ("./" if not below or ":" in below.partition("/")[0] else "")
    return start + below + url.search + url.hash
