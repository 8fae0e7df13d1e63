"""The network address of the client of a request, behind as many proxies as the settings trust."""

import logging
from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

log = logging.getLogger(__name__)

#: The prefix that providers give to one customer: who has one IPv6 address has 2**64.
IPV6_PREFIX_BITS = 64
#: The address of clients that have none, such as those of a unix socket without a trusted proxy.
UNKNOWN = "0.0.0.0"  # noqa: S104  # nothing is bound to it


def client_address(request: HttpRequest) -> str:
    """Return the IP address of the client, in its shortest form; an IPv4 address that is mapped to IPv6 as IPv4.

    Each proxy appends the address of its own client to `X-Forwarded-For`. With `BEHIND_PROXY = N`, the last N entries
    come from trusted proxies, so the first of these is the client. Entries before it come from the client, who may
    write anything.
    """
    for text in _trusted_addresses(request):
        if address := _parse(text):
            return str(address)
    return UNKNOWN


def client_network(request: HttpRequest) -> str:
    """Return the address by which clients are counted and limited: of IPv6, the first address of its /64."""
    address = client_address(request)
    if ":" not in address:
        return address
    return str(ip_network(f"{address}/{IPV6_PREFIX_BITS}", strict=False).network_address)


def site_prefix(address: str) -> str:
    """Return how the addresses of an IPv6 network of 48 bits begin, which providers give to whoever asks; "" for IPv4.
    A network whose third group is 0 leaves it out in the shortest form of one address of 65,536.
    """
    if ":" not in address:
        return ""
    return "".join(f"{int(group, 16):x}:" for group in ip_address(address).exploded.split(":")[:3])


def _trusted_addresses(request: HttpRequest) -> Iterator[str]:
    """Yield the address from the outermost trusted proxy, then that of the connection."""
    if settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        yield forwarded[-min(settings.BEHIND_PROXY, len(forwarded))]
    elif "HTTP_X_FORWARDED_FOR" in request.META:
        _warn_of_proxy()
    yield request.META.get("REMOTE_ADDR", "")


@cache
def _warn_of_proxy() -> None:
    """Log once in each process: clients may send the header as well."""
    log.warning(
        "A request has X-Forwarded-For, and BEHIND_PROXY is 0. If there is a proxy in front of the site, set "
        "BEHIND_PROXY to 1: until then all clients have its address, and ten wrong passwords keep everybody out."
    )


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address of an entry like `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
