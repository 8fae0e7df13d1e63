"""The publisher of a source link: the one that has its host, or a new one of that name."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, JsonResponse

from curation.frontmatter.reading.links import HOST_NAME
from curation.lib.web_urls import host_of
from curation.models import Publisher

#: The permission to make a publisher of an unknown host.
ADD_PUBLISHER = "curation.add_publisher"


def publisher_host(link: str) -> str:
    """Return the host of a link, as a publisher has it; "" if no publisher can have it, as of an IP address."""
    host = host_of(link)
    return host if HOST_NAME.fullmatch(host) else ""


def publisher_of(link: str) -> Publisher | None:
    """Return the publisher of a link's host, or of the nearest domain above it; `None` if none is known."""
    domains = list(_domains(publisher_host(link)))
    found = Publisher.objects.filter(domain__in=domains).select_related("icon")
    return max(found, key=lambda publisher: len(publisher.domain), default=None)


def publisher_view(request: HttpRequest) -> JsonResponse:
    """Answer the script of the form: the `host` of the parameter `url`, and the `id` and `name` of its publisher.

    `host` is "" for a link that no publisher can have, `id` `null` if the host is not known. `may_add` tells whether
    the user may make it a publisher.
    """
    link = request.GET.get("url", "")
    publisher = publisher_of(link)
    answer = {"host": publisher_host(link), "id": None, "name": "", "may_add": request.user.has_perm(ADD_PUBLISHER)}
    return JsonResponse({**answer, "id": publisher.pk, "name": publisher.name} if publisher else answer)


def _domains(host: str) -> Iterator[str]:
    """Yield a host and the domains above it, without the last label.

    >>> list(_domains("news.example.org"))
    ['news.example.org', 'example.org']
    """
    labels = host.split(".")
    yield from (".".join(labels[start:]) for start in range(len(labels) - 1))
