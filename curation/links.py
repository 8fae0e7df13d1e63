"""Links to the outside: which are any, and what makes two of them the same."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

import ada_url
from django.core.validators import URLValidator

#: Query parameters that say where a reader came from, not what they read.
TRACKING_PARAMETERS = re.compile(
    r"^(utm_\w+|mtm_\w+|pk_\w+|hsa_\w+|_hs\w+|fbclid|gclid|gclsrc|dclid|msclkid|twclid|yclid|igshid|mc_cid|mc_eid|mkt_tok"
    r"|icid|cmpid|wt\.mc_id|ocid|trk|trkinfo|vero_\w+|oly_\w+|spm|sfmc_\w+|ref_src|ref_url|__twitter_impression|amp)$",
    re.IGNORECASE,
)

#: Raises `ValidationError` for what is no link with a host. A link is checked as it is read, and again as a column.
validate_http_link = lru_cache(maxsize=100)(
    URLValidator(schemes=["http", "https"], message="Enter a link that starts with http:// or https://.")
)

#: How much of a link tells it from others. Encoding can make one three times as long, and a column holds so much.
KEY_LENGTH = 2_000


def url_key(url: str) -> str:
    """Return the form under which two links to one page are equal, or "" for what is no `http(s)` link.

    Follows the WHATWG URL Standard for host case, default port, dot segments and punycode; then drops scheme, `www.`,
    the trailing slash, fragment, credentials and tracking parameters, and sorts the parameters that are left. A
    fragment that starts with `!` or `/` stays: single-page applications name their pages by it. Two links that first
    differ after `KEY_LENGTH` characters count as equal.

    >>> url_key("http://WWW.Example.org:80/a/?b=2&utm_source=x&a=1#top")
    'example.org/a?a=1&b=2'
    """
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return ""
    if parsed.protocol not in ("http:", "https:"):
        return ""
    host = parsed.host.removeprefix("www.")
    pairs = parse_qsl(parsed.search.removeprefix("?"), keep_blank_values=True)
    query = urlencode(sorted(pair for pair in pairs if not TRACKING_PARAMETERS.match(pair[0])))
    route = parsed.hash.rstrip("/") if parsed.hash.startswith(("#!", "#/")) else ""
    key = f"{host}{parsed.pathname.rstrip('/')}" + (f"?{query}" if query else "") + (route if len(route) > 1 else "")
    return key[:KEY_LENGTH]


def is_front_page(key: str) -> bool:
    """Whether a `url_key()` is that of a site's front page: two links to it say nothing of being the same story."""
    return bool(key) and not any(mark in key for mark in "/?#")


def host_of(url: str) -> str:
    """Return the host name of an `http(s)` link without `www.`, or ""."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return ""
    return str(parsed.hostname).removeprefix("www.") if parsed.protocol in ("http:", "https:") else ""
