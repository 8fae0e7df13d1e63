"""Reader pages as tests read them."""

import json
from http import HTTPStatus
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from django.http import HttpResponse
from django.test import Client


class ParsedPage:
    """A page, parsed as strictly as HTML allows: markup that is not well formed fails the test."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        self.root: Element = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(response.content)

    def all(self, path: str) -> list[Element]:
        return self.root.findall(f".//{path}")

    def one(self, path: str) -> Element:
        (found,) = self.all(path)
        return found

    def texts(self, path: str) -> list[str]:
        return [text(element) for element in self.all(path)]

    @property
    def text(self) -> str:
        return text(self.one("main"))

    @property
    def titles(self) -> list[str]:
        """The titles of the items that the page lists, in order."""
        return self.texts("article//h3")

    @property
    def links(self) -> list[str]:
        return [link.get("href", "") for link in self.all("a")]

    def link(self, words: str) -> str:
        """Return where the one link of these words leads."""
        (found,) = {link.get("href", "") for link in self.all("a") if words in (text(link), link.get("aria-label"))}
        return found

    def meta(self, name: str) -> str | None:
        """Return the content of a `<meta>` of this name or property; `None` where there is none."""
        found = [tag.get("content") for tag in self.all("meta") if name in (tag.get("name"), tag.get("property"))]
        assert len(found) <= 1, f"{name} is there twice"
        return found[0] if found else None

    def data(self, kind: str) -> dict[str, Any]:
        """Return the one thing of this type that the page describes as JSON-LD."""
        (described,) = [script for script in self.all("script") if script.get("type") == "application/ld+json"]
        (found,) = [thing for thing in json.loads(described.text or "")["@graph"] if thing["@type"] == kind]
        return dict(found)


def text(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def get(path: str, status: int = HTTPStatus.OK) -> ParsedPage:
    response = Client().get(path)
    assert response.status_code == status, f"{response.status_code} for {path}"
    return ParsedPage(response)
