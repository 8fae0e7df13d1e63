"""Links to other sites: validation, host names, cleaning, and the key by which two links to one page are equal."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import parse_qsl, unquote_plus, urlencode

import ada_url
from django.core.validators import URLValidator

from .link_rules import (
    AMP_PATH,
    AMP_RULES,
    CASED_HOSTS,
    MOBILE_LABEL_SITES,
    SAME_SITE_LABELS,
    SHARE_RULES,
    TRACKING_RULES,
    VIEWER_RULES,
    ParameterRule,
)

#: Raises `ValidationError` unless a text is an `http(s)` link with a host. Cached: every link is checked twice, when
#: it is read and as a column.
validate_http_link = lru_cache(maxsize=100)(
    URLValidator(schemes=["http", "https"], message="Enter a link that starts with http:// or https://.")
)

#: Maximum length of a key in characters, as of its column. Percent-encoding can triple the length of a link.
KEY_LENGTH = 2_000


#: Names under which countries register sites (`co.uk`): no site by themselves.
_SECOND_LEVEL = {"ac", "co", "com", "edu", "gob", "gov", "gouv", "ne", "net", "or", "org"}
_PERCENT_ENCODED = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)


def is_site_path(path: str) -> bool:
    """Whether browsers take a path for one of the site itself, in contrast to `//host`, `/\\host` and `/<tab>/host`.

    >>> is_site_path("/news/"), is_site_path("//example.org/"), is_site_path("/\\t/example.org/")
    (True, False, False)
    """
    try:
        return path.startswith("/") and ada_url.URL(path, base="https://site.invalid").host == "site.invalid"
    except ValueError:
        return False


def _names_pattern(rules: Iterable[ParameterRule]) -> re.Pattern[str]:
    names = (name for rule in rules for name in rule.names)
    patterns = (re.escape(name.removesuffix("*")) + (r"\w+" if name.endswith("*") else "") for name in names)
    # `amp;`: of links that were copied from HTML without decoding it.
    return re.compile(rf"(?:amp;)?(?:{'|'.join(patterns)})", re.IGNORECASE | re.ASCII)


_TRACKING = _names_pattern(TRACKING_RULES)
_SAME_PAGE_RULES = (*SHARE_RULES, *AMP_RULES)
_SAME_PAGE = _names_pattern(_SAME_PAGE_RULES)


def is_tracking(name: str) -> bool:
    """Whether a query parameter tracks readers and does not change the page (`TRACKING_RULES`)."""
    return _TRACKING.fullmatch(name) is not None


def without_tracking(url: str) -> str:
    """Return a link without its tracking parameters. The rest stays as written.

    >>> without_tracking("https://example.org/a?b=%7e&utm_source=x#top")
    'https://example.org/a?b=%7e#top'
    """
    before, mark, fragment = url.partition("#")
    address, _, query = before.partition("?")
    pairs = query.split("&")
    kept = [pair for pair in pairs if not is_tracking(unquote_plus(pair.partition("=")[0]))]
    if len(kept) == len(pairs):
        return url
    return address + ("?" + "&".join(kept) if kept else "") + mark + fragment


def url_key(url: str) -> str:
    """Return a key that is equal for two links to one page; "" for a text that is no `http(s)` link.

    Follows the WHATWG URL Standard for host case, default port, dot segments and punycode; then drops scheme, the
    trailing slash, fragment, credentials and everything that the rules in `link_rules` name, and sorts the parameters
    that are left. A fragment that starts with `!` or `/` stays: single-page applications name their pages by it. Two
    links that first differ after `KEY_LENGTH` characters count as equal.

    >>> url_key("http://WWW.Example.org:80/a/?b=2&utm_source=x&a=1#top")
    'example.org/a?a=1&b=2'
    """
    parsed = _parse(url)
    if parsed is None:
        return ""
    parsed = _page_in_viewer(parsed) or parsed
    host = _site_of(parsed.host)
    query = _query_key(parsed.search, host)
    route = parsed.hash.rstrip("/") if parsed.hash.startswith(("#!", "#/")) else ""
    key = (
        f"{host}{_path_key(parsed.pathname, host)}" + (f"?{query}" if query else "") + (route if len(route) > 1 else "")
    )
    return key[:KEY_LENGTH]


def _parse(url: str) -> ada_url.URL | None:
    """Return an `http(s)` link, parsed; `None` for another text."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return None
    return parsed if parsed.protocol in ("http:", "https:") else None


def _page_in_viewer(parsed: ada_url.URL) -> ada_url.URL | None:
    """Return the page that an AMP viewer shows; `None` for a link to another site."""
    for rule in VIEWER_RULES:
        match = rule.host.fullmatch(parsed.hostname) and rule.path.fullmatch(parsed.pathname)
        if match:
            return _parse(f"https://{match['page']}{parsed.search}{parsed.hash}")
    return None


def _site_of(host: str) -> str:
    """Return a host without the labels of its mobile and AMP versions."""
    first, dot, rest = host.partition(".")
    while first in SAME_SITE_LABELS and _is_site(rest):
        host = rest
        first, dot, rest = host.partition(".")
    site = rest.removeprefix("m.")
    return f"{first}{dot}{site}" if site in MOBILE_LABEL_SITES else host


def _is_site(host: str) -> bool:
    """Whether a host can be a site: it has a dot, and is not `co.uk` or the like."""
    first, dot, rest = host.partition(".")
    return bool(dot) and not (first in _SECOND_LEVEL and len(rest.partition(":")[0]) == len("uk"))


def _path_key(path: str, host: str) -> str:
    path = path.rstrip("/")
    if path.lower().endswith(AMP_PATH) and len(path) > len(AMP_PATH):
        path = path[: -len(AMP_PATH)].rstrip("/")
    return _PERCENT_ENCODED.sub(lambda match: match[0].upper(), path if _is_below(host, CASED_HOSTS) else path.lower())


def _query_key(search: str, host: str) -> str:
    pairs = parse_qsl(search.removeprefix("?"), keep_blank_values=True)
    return urlencode(sorted(pair for pair in pairs if not (is_tracking(pair[0]) or _is_same_page(host, *pair))))


def _is_same_page(host: str, name: str, value: str) -> bool:
    """Whether a rule of `SHARE_RULES` or `AMP_RULES` is of a parameter of a link to a host."""
    if not _SAME_PAGE.fullmatch(name):  # most names: without a look at each rule
        return False
    name, value = name.lower().removeprefix("amp;"), value.lower()
    return any(
        name in rule.names
        and (not rule.values or value in rule.values)
        and (not rule.hosts or _is_below(host, rule.hosts))
        for rule in _SAME_PAGE_RULES
    )


def _is_below(host: str, sites: Iterable[str]) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in sites)


def is_front_page(key: str) -> bool:
    """Whether a `url_key()` is that of a front page: two items that link to it need not be the same story."""
    return bool(key) and not any(mark in key for mark in "/?#")


def host_of(url: str) -> str:
    """Return the host name of an `http(s)` link without `www.`, or ""."""
    parsed = _parse(url)
    return str(parsed.hostname).removeprefix("www.") if parsed else ""
