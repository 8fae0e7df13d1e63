"""What the site says of itself to crawlers and browsers."""

from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import LazySettings
from django.contrib.staticfiles import finders
from django.test import Client
from PIL import Image

from curation.lib.design_tokens import THEME_COLOR, read_tokens
from tests.factories import make_item

from .pages import get

pytestmark = pytest.mark.django_db

OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"


def test_robots_keep_out_of_the_admin_and_of_searches_and_find_the_sitemap() -> None:
    response = Client().get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = response.content.decode().splitlines()
    assert {"User-agent: *", "Disallow: /admin/", "Disallow: /search/"} <= set(lines)
    assert "Sitemap: http://testserver/sitemap.xml" in lines


def test_browsers_and_phones_get_the_brand_colour_of_the_style_sheets() -> None:
    manifest = Client().get("/manifest.webmanifest").json()
    assert (manifest["theme_color"], manifest["background_color"]) == (THEME_COLOR, read_tokens()["color-background"])
    assert get("/no/page/", 404).meta("theme-color") == THEME_COLOR


def test_the_manifest_names_icons_that_are_there_in_their_sizes() -> None:
    response = Client().get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert (manifest["name"], manifest["start_url"]) == ("Medigy", "/")
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        file = finders.find(icon["src"].removeprefix("/static/"))
        assert "{}x{}".format(*Image.open(file).size) == icon["sizes"]


@pytest.mark.parametrize("name", ["Medigy", "R&D <News>"])
def test_browsers_learn_how_to_search(settings: LazySettings, name: str) -> None:
    settings.SITE_NAME = name
    response = Client().get("/opensearch.xml")
    assert response["Content-Type"].startswith("application/opensearchdescription+xml")
    described = ElementTree.fromstring(response.content)
    assert described.findtext(f"{OPENSEARCH}ShortName") == name
    templates = {url.get("type"): url.get("template") for url in described.iter(f"{OPENSEARCH}Url")}
    assert templates["text/html"] == "http://testserver/search/?q={searchTerms}"


@pytest.mark.django_db
def test_the_search_that_browsers_learn_finds() -> None:
    make_item("A needle"), make_item("Hay")
    described = ElementTree.fromstring(Client().get("/opensearch.xml").content)
    (template, *_) = [url.get("template", "") for url in described.iter(f"{OPENSEARCH}Url")]
    assert get(template.replace("{searchTerms}", "needle").removeprefix("http://testserver")).titles == ["A needle"]


@pytest.mark.django_db
def test_pages_lead_to_them() -> None:
    links = {link.get("rel"): link.get("href", "") for link in get("/").all("link")}
    assert links["manifest"] == "/manifest.webmanifest"
    assert links["search"] == "/opensearch.xml"
    assert finders.find(links["apple-touch-icon"].removeprefix("/static/"))


def test_browsers_that_ask_at_the_top_get_an_icon() -> None:
    response = Client().get("/favicon.ico")
    assert response.status_code == 200
    icon = Image.open(BytesIO(response.getvalue()))
    assert icon.format == "ICO"


def test_the_share_picture_is_as_large_as_pages_say() -> None:
    file = finders.find("icons/share.png")
    assert Image.open(file).size == (1200, 630)
    assert Path(file).stat().st_size < 10_000
