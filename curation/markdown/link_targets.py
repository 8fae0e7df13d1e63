"""Resolve hrefs of links and pictures as browsers do."""

import re

import ada_url

#: The `rel` of links to other hosts (https://developers.google.com/search/docs/crawling-indexing/qualify-outbound-links).
EXTERNAL_REL = "noopener nofollow ugc"
WEB_SCHEMES = ("http:", "https:")
#: Schemes of links that are not pages; a picture cannot have them.
CONTACT_SCHEMES = ("mailto:", "tel:")
#: The scheme of links by `ref` and `relref` of Hugo, `post_url` and `link` of Jekyll to another file, which are
#: resolved in the database. The target is percent-encoded: `ref:other%20file.md#part`.
REF_SCHEME = "ref:"
# The base URL for resolving links, in place of this site's host.
_HERE = "https://site.invalid"
_PATH_AND_REST = re.compile(r"([^?#]*)(.*)", re.DOTALL)
_DOT = {".", "%2e"}
_DOTS = {"..", ".%2e", "%2e.", "%2e%2e"}
# The scheme of the page itself has no meaning without a host: `https:a.md` leads to `a.md`.
_OWN_SCHEME = re.compile("^https:", re.IGNORECASE)
# Characters that the URL standard removes before parsing.
_IGNORED = re.compile("^[\x00-\x20]+|[\x00-\x20]+$|[\t\n\r]+")


def link_target(value: str) -> str | None:
    """Return the target of an href by the WHATWG URL Standard; `None` if readers must not follow it.

    The target is an absolute URL on another host, or a path, query or fragment on this site: from the root, relative to
    the item's page (`../other.md`, `?page=2`), or within the page. The written text may mislead: `/\\host` and
    `/<tab>/host` lead to another site, `java<tab>script:` is a script. Spaces and backslashes are percent-encoded: the
    URL standard leaves them as they are in the path of `tel:`, and backslashes in any query and fragment.
    """
    target = _target_by_the_standard(value)
    return target and target.replace(" ", "%20").replace("\\", "%5C")


def _target_by_the_standard(value: str) -> str | None:
    written = _IGNORED.sub("", value)
    try:
        url = ada_url.URL(written, _HERE)
    except ValueError:
        return None
    if url.origin != _HERE or not url.protocol.startswith("http"):
        return url.href if url.protocol in (*WEB_SCHEMES, *CONTACT_SCHEMES, REF_SCHEME) else None
    if not (written := _OWN_SCHEME.sub("", written)):
        return None
    if written[0] == "#":
        return url.hash or "#"
    if written[0] == "?":
        return (url.search or "?") + url.hash
    if written[0] in "/\\":
        return "/" + url.pathname.lstrip("/") + url.search + url.hash
    return _relative(written)


def _relative(written: str) -> str:
    """Return a relative link with dot segments resolved, except leading `..`, which depend on the page."""
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
