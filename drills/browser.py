"""A minimal browser: cookies, redirects, the values of forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener
from xml.etree.ElementTree import Element

import html5lib

TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class BrowserPage:
    """The response of a server. `address` is the one after redirects, if it `was_redirected`."""

    address: str
    status: int
    text: str
    was_redirected: bool = False

    def links(self) -> list[str]:
        """Return the addresses on the same site that the page links to."""
        return re.findall(r'<a [^>]*href="(/[^"/][^"]*)"', self.text)

    def form(self, form_id: str) -> dict[str, str]:
        """Return the data that a browser would send for an unchanged form."""
        form = html5lib.parse(self.text, namespaceHTMLElements=False).find(f".//form[@id='{form_id}']")
        return dict(_fields(form)) if form is not None else {}


def _fields(form: Element) -> Iterator[tuple[str, str]]:
    for element in form.iter():
        name, kind = element.get("name"), element.get("type")
        if not name:
            continue
        if element.tag == "textarea":
            yield name, (element.text or "").removeprefix("\n")
        elif element.tag == "select":
            chosen = (option.get("value", "") for option in element.iter("option") if "selected" in option.attrib)
            yield name, next(chosen, "")
        elif element.tag == "input" and kind not in ("submit", "file") and _is_sent(element):
            yield name, element.get("value", "on" if kind == "checkbox" else "")


def _is_sent(element: Element) -> bool:
    return element.get("type") not in ("checkbox", "radio") or "checked" in element.attrib


@dataclass(slots=True)
class Browser:
    site: str
    _jar: CookieJar = field(default_factory=CookieJar)
    _opener: OpenerDirector = field(init=False)

    def __post_init__(self) -> None:
        self._opener = build_opener(HTTPCookieProcessor(self._jar))

    @property
    def cookies(self) -> str:
        """The cookies of the site, as the header `Cookie`."""
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._jar)

    def get(self, path: str) -> BrowserPage:
        return self._open(Request(urljoin(self.site, path)))

    def post(self, path: str, data: dict[str, str]) -> BrowserPage:
        return self._open(Request(urljoin(self.site, path), urlencode(data).encode()))

    def _open(self, request: Request) -> BrowserPage:
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return _page(response)
        except HTTPError as error:
            with error:
                text = error.read().decode(errors="replace")
                return BrowserPage(error.geturl(), error.code, text, hasattr(request, "redirect_dict"))


def _page(response: HTTPResponse) -> BrowserPage:
    return BrowserPage(response.geturl(), response.status, response.read().decode(errors="replace"))
