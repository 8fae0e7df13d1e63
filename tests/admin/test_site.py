"""The admin site: its title, the order of models, and no page with inline code, which the CSP forbids."""

from xml.etree.ElementTree import Element

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse

from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic

from .conftest import client_of
from .images import make_image
from .pages import text, tree


def test_the_navigation_lists_pages_in_the_order_of_work(editor: Client) -> None:
    page = tree(editor.get("/admin/"))
    names = [text(link) for link in page.findall(".//nav[@id='desk-nav']//a")]
    others = ["Items in the bin", "Actions", "Conflicts", "Vocabularies", "Offerings", "Publishers", "Authors", "Tags"]
    expected = ["Today", "Items", "Review", "Imports", "Topics", "Images", *others, "Redirects"]
    assert names[: len(expected)] == expected
    assert "Medigy Curation" in text(page)


def test_the_admin_links_to_the_site(editor: Client) -> None:
    assert [link.get("href") for link in tree(editor.get("/admin/")).iter("a") if text(link) == "View site"] == ["/"]


def test_no_address_leads_to_the_page_of_any_object(root: Client) -> None:
    topic, draft = make_topic("Care"), make_item("Secret", status="draft")
    for row in (topic, draft):
        model = ContentType.objects.get_for_model(row)
        assert root.get(f"/admin/r/{model.pk}/{row.pk}/").status_code == 404
    page = tree(root.get(reverse("admin:curation_topic_change", args=[topic.pk])))
    assert [link.get("href") for link in page.iter("a") if text(link) == "View on site"] == [topic.get_absolute_url()]


@pytest.fixture
def root(db: None) -> Client:
    return client_of(User.objects.create_superuser("root"))


MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
NAMES = [f"{model._meta.app_label}_{model._meta.model_name}" for model in MODELS]


def inline_code(page: Element) -> list[str]:
    """Return what the Content-Security-Policy would block: inline scripts, styles and event handlers."""
    found = [
        f"<{element.tag}>"
        for element in page.iter()
        if (element.tag == "script" and not element.get("src") and element.get("type") != "application/json")
        or element.tag == "style"
    ]
    attributes = (name for element in page.iter() for name in element.attrib)
    return found + [name for name in attributes if name == "style" or name.startswith("on")]


def make_one_of_each() -> None:
    publisher = make_publisher(icon=make_image())
    item = make_item(
        topics=[make_topic()], offerings=[make_offering()], authors=[make_author()], publisher=publisher, tags=["AI"]
    )
    item.aliases.create(path="/old")


@pytest.mark.parametrize("name", NAMES)
def test_no_page_holds_inline_code_or_a_title_of_django(root: Client, name: str) -> None:
    make_one_of_each()
    first = admin.site._registry[MODELS[NAMES.index(name)]].model._default_manager.first()
    urls = [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")]
    if first is not None:
        urls += [reverse(f"admin:{name}_{page}", args=[first.pk]) for page in ("change", "history", "delete")]
    for url in urls:
        response = root.get(url, follow=True)
        assert response.status_code in (200, 403), url
        page = tree(response)
        assert inline_code(page) == [], url
        headings = [text(heading) for heading in page.findall(".//div[@id='content']/h1")]
        assert not any(heading.startswith(("Select ", "Change ", "Add ", "View ")) for heading in headings), headings


@pytest.mark.parametrize("url", ["/admin/", "/admin/password_change/", "/admin/curation/", "/admin/login/"])
def test_no_common_page_holds_inline_code(root: Client, client: Client, url: str) -> None:
    assert inline_code(tree((client if "login" in url else root).get(url))) == []
