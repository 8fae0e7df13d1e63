"""The site's own address: the setting `SITE_URL`, from which every absolute address of a page, feed or API is made."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.encoding import iri_to_uri

#: Names by which a machine reaches itself.
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_PORT = 65535

#: A host name, an IPv4 address or an IPv6 address in brackets, and a port.
HOST = re.compile(r"(?P<name>[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")


def is_public(name: str) -> bool:
    """Whether a host is one of the Internet: not of this machine, a private network, or a domain for tests.

    `*`, which stands for all hosts in `ALLOWED_HOSTS`, is one.
    """
    try:
        return ip_address(name.strip("[]")).is_global
    except ValueError:
        private = (".localhost", ".local", ".test", ".example", ".internal", ".lan")
        return name == "*" or ("." in name and not name.endswith(private))


def read_site_url(text: str) -> str:
    """Return an address like `https://news.example.org`, normalised: in lower case, without a default port or a slash.

    Raises `ValueError` with an explanation for any other text, such as an address with a path.
    """
    try:
        parts = urlsplit(text.strip())
    except ValueError:  # brackets that do not hold an IPv6 address
        parts = urlsplit("")
    if parts.scheme not in DEFAULT_PORTS or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueError(f"“{text}” is not the address of a site. Set it to one like https://news.example.org")
    host = normalised_host(parts.netloc, parts.scheme)
    if not host:
        raise ValueError(f"“{text}” has no valid host name. Set it to an address like https://news.example.org")
    return f"{parts.scheme}://{host}"


def normalised_host(host: str, scheme: str) -> str:
    """Return a host with its port as in URLs: in lower case, without a trailing dot and without the scheme's own port.

    Returns "" where it is not valid.

    >>> normalised_host("News.Example.org.:443", "https")
    'news.example.org'
    """
    found = HOST.fullmatch(re.sub(r"\.(?=:|$)", "", host.lower(), count=1))
    if found is None:
        return ""
    name, port = found["name"], int(found["port"] or DEFAULT_PORTS[scheme])
    if not 0 < port <= MAX_PORT:
        return ""
    return name if port == DEFAULT_PORTS[scheme] else f"{name}:{port}"


def name_of(host: str) -> str:
    """Return the name of a host without its port.

    >>> name_of("[::1]:8000")
    '[::1]'
    """
    return re.sub(r":[0-9]+$", "", host)


def absolute_url(path: str) -> str:
    """Return the absolute URL of a path of this site. A URL, such as one of a media store, stays as it is."""
    return str(iri_to_uri(f"{settings.SITE_URL}{path}" if path.startswith("/") else path))
