"""Stored files, as the site serves them; and images, as pages show them."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries

from curation.lib.images import clean
from curation.lib.media_types import PILLOW_FORMATS
from curation.lib.stored_files import image_name, pdf_name
from curation.models import BodyReference, Image
from curation.templating.pictures import picture
from curation.views.media import MEDIA_NAME
from tests.factories import make_item, make_publisher

DIGEST = "ab" * 32


def store(name: str, data: bytes = b"bytes") -> str:
    """Store a file, and return its address."""
    return default_storage.url(default_storage.save(name, ContentFile(data)))


def shown(name: str, data: bytes = b"bytes", digest: str = DIGEST) -> str:
    """Store a file of a picture that a published item has, and return its address."""
    image = Image.objects.create(file=name, sha256=digest, width=900, height=600, format="JPEG", size=1)
    make_item(image=image)
    return store(name, data)


def make_image(width: int = 900, height: int = 600) -> Image:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "teal").save(buffer, "JPEG")
    return Image.objects.store(clean(buffer.getvalue()), "teal.jpg")[0]


def attributes(tag: str) -> dict[str, str]:
    return dict(re.findall(r'([a-z]+)="([^"]*)"', tag))


# Files


@pytest.mark.django_db
@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "webp", "avif"])
def test_an_image_is_served_and_as_nothing_but_an_image(client: Client, suffix: str) -> None:
    response = client.get(shown(f"images/ab/{DIGEST}.{suffix}", b"<script>alert(1)</script>"))

    assert response.getvalue() == b"<script>alert(1)</script>"
    assert response["Content-Type"] == f"image/{suffix}".replace("jpg", "jpeg")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert response["Content-Security-Policy"].endswith("; sandbox")
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Content-Disposition"] == "inline"
    assert response["Cache-Control"] == "public, max-age=300, s-maxage=60"
    assert response["Content-Length"] == "25"
    assert "Vary" not in response


@pytest.mark.django_db
def test_a_rendition_is_served(client: Client) -> None:
    response = client.get(shown(f"images/ab/{DIGEST}/1600w.avif"))

    assert (response.status_code, response["Content-Type"]) == (200, "image/avif")


@pytest.mark.django_db
def test_a_document_is_handed_over_and_asked_for_again(client: Client) -> None:
    make_item(pdf="documents/annual-report_2026.pdf")
    response = client.get(store("documents/annual-report_2026.pdf"))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment"
    assert response["Cache-Control"] == "no-cache"


HIDDEN: list[dict[str, Any]] = [
    {"status": "draft"},
    {"status": "archived"},
    {"published_at": datetime(2999, 1, 1, tzinfo=UTC)},
    {"expires_at": datetime(2024, 1, 1, tzinfo=UTC)},
]


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", [None, *HIDDEN], ids=["no item", "draft", "archived", "future", "expired"])
@pytest.mark.parametrize("as_icon", [False, True], ids=["picture", "icon"])
def test_a_picture_and_its_renditions_that_no_item_shows_are_for_editors(
    client: Client, admin_client: Client, hidden: dict[str, Any] | None, *, as_icon: bool
) -> None:
    image = make_image()
    image.make_renditions()
    image.refresh_from_db()
    publisher = make_publisher(icon=image if as_icon else None)
    if hidden:
        make_item(image=None if as_icon else image, publisher=publisher, **hidden)
    addresses = re.findall(r"/media/[^ \",]+", picture(image))

    assert {client.get(address).status_code for address in addresses} == {404}
    assert {admin_client.get(address)["Cache-Control"] for address in addresses} == {"private, no-store"}

    make_item(publisher=publisher, image=None if as_icon else image)
    assert {client.get(address).status_code for address in addresses} == {200}


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", [*HIDDEN, {}], ids=["draft", "archived", "future", "expired", "shown"])
def test_what_a_body_shows_is_there_as_long_as_readers_see_the_item(client: Client, hidden: dict[str, Any]) -> None:
    image, item = make_image(), make_item(**hidden)
    BodyReference.objects.create(item=item, kind="picture", href="a.jpg", image=image)
    BodyReference.objects.create(item=item, kind="link", href="a.pdf", document="documents/a.pdf")
    urls = (image.file.url, store("documents/a.pdf"))

    assert {client.get(url).status_code for url in urls} == {404 if hidden else 200}


@pytest.mark.django_db
def test_a_picture_costs_one_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    url = shown(f"images/ab/{DIGEST}.png")

    with django_assert_num_queries(1):
        client.get(url)


@pytest.mark.django_db
def test_a_stranger_with_an_account_sees_no_hidden_picture(client: Client) -> None:
    client.force_login(User.objects.create_user("stranger", is_staff=True))

    assert client.get(make_image().file.url).status_code == 404


@pytest.mark.parametrize("fields", [None, *HIDDEN])
@pytest.mark.django_db
def test_a_document_that_no_item_shows_is_for_editors(
    client: Client, admin_client: Client, fields: dict[str, Any] | None
) -> None:
    url = store("documents/report.pdf")
    if fields:
        make_item(pdf="documents/report.pdf", **fields)

    assert client.get(url).status_code == 404
    assert admin_client.get(url)["Cache-Control"] == "private, no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("header", ["ETag", "Last-Modified"])
def test_a_file_that_a_reader_has_is_not_sent_again(client: Client, header: str) -> None:
    url = shown(f"images/ab/{DIGEST}.png")
    known = client.get(url)[header]
    asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[header]

    response = client.get(url, headers={asked: known})

    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"] == "public, max-age=300, s-maxage=60"


@pytest.mark.django_db
def test_only_reading_is_allowed(client: Client) -> None:
    url = shown(f"images/ab/{DIGEST}.png")

    assert client.head(url).status_code == 200
    assert client.post(url).status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        f"images/ab/{DIGEST}.jpg",  # not there
        "images/ab/",
        "images/",
        "",
        f"images/ab/{DIGEST}",
        f"images/ab/{DIGEST}.svg",
        f"images/ab/{DIGEST}.html",
        f"images/ab/{DIGEST}.png/",
        f"images/ab/{DIGEST}.png%0A",
        f"images/ab/{DIGEST}.png%00",
        f"images/ab/../../{DIGEST}.png",
        "images/../secret.pdf",
        "../secret.pdf",
        "%2e%2e/secret.pdf",
        "documents/../secret.pdf",
        "documents/..%2Fsecret.pdf",
        "documents/.secret.pdf",
        "documents/..pdf",
        "documents/report.html",
        "documents/report.pdf.html",
        "documents/sub.pdf",  # a folder
        "documents/" + "é" * 140 + ".pdf",  # a longer name than file systems take
        "db.sqlite3",
        "/etc/passwd",
    ],
)
def test_nothing_else_is_served(client: Client, media_root: Path, path: str) -> None:
    for name in [
        "secret.pdf",
        "db.sqlite3",
        "documents/.secret.pdf",
        "documents/report.html",
        f"images/ab/{DIGEST}.svg",
    ]:
        store(name)
    store(f"images/ab/{DIGEST}.html")
    shown(f"images/ab/{DIGEST}.png")
    (media_root / "documents" / "sub.pdf").mkdir()

    assert client.get(f"/media/{path}").status_code == 404


def test_every_stored_file_has_a_name_that_may_be_asked_for() -> None:
    images = [image_name(DIGEST, image_format) for image_format in PILLOW_FORMATS]
    assert [name for name in [*images, pdf_name(DIGEST)] if not re.fullmatch(MEDIA_NAME, name)] == []


# Images on pages


@pytest.mark.django_db
def test_until_there_are_renditions_the_original_is_shown() -> None:
    image = make_image()

    html = picture(image, alt="A quiet sea")

    assert "<source" not in html
    shown = attributes(html)
    assert shown["src"] == image.file.url
    assert (shown["width"], shown["height"], shown["alt"]) == ("900", "600", "A quiet sea")
    assert (shown["loading"], shown["decoding"]) == ("lazy", "async")


@pytest.mark.django_db
def test_renditions_are_offered_by_format_and_width() -> None:
    image = make_image()
    image.make_renditions()
    image.refresh_from_db()

    html = picture(image, sizes="(min-width: 60em) 50vw, 100vw")

    avif, webp = (attributes(tag) for tag in re.findall(r"<source[^>]*>", html))
    folder = image.file.url.removesuffix(".jpg")
    assert (avif["type"], webp["type"]) == ("image/avif", "image/webp")
    assert avif["srcset"] == ", ".join(f"{folder}/{width}w.avif {width}w" for width in (200, 400, 900))
    assert avif["sizes"] == webp["sizes"] == "(min-width: 60em) 50vw, 100vw"
    assert attributes(re.findall(r"<img[^>]*>", html)[0])["src"] == image.file.url


@pytest.mark.django_db
def test_every_address_that_a_page_offers_is_served(client: Client) -> None:
    image = make_image()
    image.make_renditions()
    image.refresh_from_db()
    make_item(image=image)

    addresses = re.findall(r"/media/[^ \",]+", picture(image))

    assert len(addresses) == 7
    assert {client.get(address).status_code for address in addresses} == {200}


@pytest.mark.django_db
def test_the_picture_that_a_page_opens_with_is_loaded_first() -> None:
    html = picture(make_image(), priority=True)

    assert attributes(html)["fetchpriority"] == "high"
    assert "loading=" not in html


@pytest.mark.django_db
def test_words_about_an_image_are_escaped() -> None:
    assert 'alt="&quot;&gt;&lt;script&gt;"' in picture(make_image(), alt='"><script>')


@pytest.mark.django_db
def test_showing_an_image_reads_neither_file_nor_database(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Image.objects.filter(pk=make_image().pk).update(has_renditions=True)
    image = Image.objects.get()
    default_storage.delete(image.file.name)

    with django_assert_num_queries(0):
        assert picture(image).count("<source") == 2


def test_no_image_shows_nothing() -> None:
    assert picture(None) == ""
