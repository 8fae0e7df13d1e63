"""Images and PDFs: uploaded, verified, shown, chosen, deleted."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from curation.admin import file_fields
from curation.items.bin import delete_for_ever, move_to_bin
from curation.items.workflow import Verb, perform
from curation.lib.image_subprocess import clean_file_in_subprocess
from curation.lib.images import CleanImage
from curation.models import CuratedItem, Image, ItemDraft
from tests.factories import COMMAND, make_item

from .images import make_image, picture_bytes
from .pages import ADD, edit_page, errors, links, messages, query_count, rows, submit, text, tree

IMAGES = "/admin/curation/image/"


def upload(client: Client, data: bytes, name: str = "photo.png") -> HttpResponse:
    return client.post(f"{IMAGES}add/", {"upload": SimpleUploadedFile(name, data)}, follow=True)


def test_an_uploaded_picture_is_stored_under_its_name(editor: Client) -> None:
    assert messages(upload(editor, picture_bytes())) == ["The image “photo.png” was added successfully."]
    image = Image.objects.get()
    assert (image.original_name, image.width, image.height, image.format) == ("photo.png", 8, 6, "PNG")


def test_uploading_the_same_picture_redirects_to_the_stored_one(editor: Client) -> None:
    data = picture_bytes()
    upload(editor, data)
    response = upload(editor, data, "again.png")
    assert messages(response) == ["This picture is here already, as photo.png; it is stored once."]
    assert Image.objects.count() == 1


def test_the_same_picture_uploaded_in_a_popup_is_chosen(editor: Client) -> None:
    image = make_image()
    data = {"_popup": "1", "upload": SimpleUploadedFile("again.png", image.file.read())}
    assert f"&quot;value&quot;: &quot;{image.pk}&quot;".encode() in editor.post(f"{IMAGES}add/", data).content


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"<?xml version='1.0'?><Error/>", "“x.png” is not an image (XML text); use JPEG, PNG, GIF, WebP or AVIF."),
        (picture_bytes()[:-30], "“x.png” is damaged or cut off; save it again from its source."),
        (b"<svg onload='alert(1)'/>", "“x.png” is an SVG drawing; use JPEG, PNG, GIF, WebP or AVIF."),
    ],
)
def test_a_file_that_is_not_a_picture_is_refused_with_the_reason(editor: Client, data: bytes, reason: str) -> None:
    assert errors(upload(editor, data, "x.png")) == [reason]
    assert errors(submit(editor, ADD, title="News", new_image=SimpleUploadedFile("x.png", data))) == [reason]
    assert not Image.objects.exists()
    assert not CuratedItem.objects.exists()


def test_a_picture_is_decoded_before_the_transaction_in_which_it_is_saved(
    editor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    depths, data = [], picture_bytes()

    def clean_and_note(*paths: Path) -> CleanImage:
        depths.append(len(connection.savepoint_ids))
        return clean_file_in_subprocess(*paths)

    monkeypatch.setattr(file_fields, "clean_file_in_subprocess", clean_and_note)
    outside = len(connection.savepoint_ids)
    upload(editor, data)
    submit(editor, ADD, title="News", new_image=SimpleUploadedFile("x.png", data))
    page = edit_page(make_item(status=CuratedItem.Status.PUBLISHED))
    submit(editor, page, _keep_draft="1", new_image=SimpleUploadedFile("x.png", data))
    assert depths == [outside] * 3
    assert ItemDraft.objects.exists()


def test_deleting_a_picture_redirects_to_the_list(editor: Client) -> None:
    response = editor.post(f"{IMAGES}{make_image().pk}/delete/", {"post": "yes"}, follow=True)
    assert response.redirect_chain == [(IMAGES, 302)]
    assert not Image.objects.exists()


def test_a_picture_is_uploaded_with_the_item(editor: Client) -> None:
    submit(editor, ADD, title="News", new_image=SimpleUploadedFile("new.png", picture_bytes()))
    image = CuratedItem.objects.get().image
    assert image is not None
    assert image.original_name == "new.png"


def test_an_uploaded_picture_replaces_the_old_one(editor: Client) -> None:
    item = make_item(image=make_image())
    submit(editor, edit_page(item), new_image=SimpleUploadedFile("new.png", picture_bytes()))
    item.refresh_from_db()
    assert item.image is not None
    assert item.image.original_name == "new.png"


def test_an_items_picture_is_shown_with_its_dimensions(editor: Client) -> None:
    image = make_image()
    page = editor.get(edit_page(make_item(image=image)))
    assert image.file.url.encode() in page.content
    assert "8 × 6 pixels · PNG".encode() in page.content


def test_a_chosen_picture_is_shown_before_it_is_saved(editor: Client, clerk: Client) -> None:
    image = make_image()
    url = f"{IMAGES}{image.pk}/picture/"
    assert image.file.url.encode() in editor.get(url).content
    assert editor.get(f"{IMAGES}0/picture/").status_code == 404
    assert clerk.get(url).status_code == 403


def test_a_picture_is_found_by_its_name(editor: Client) -> None:
    image = make_image()
    make_image()
    query = {"app_label": "curation", "model_name": "curateditem", "field_name": "image", "term": image.original_name}
    (result,) = editor.get("/admin/autocomplete/", query).json()["results"]
    assert result["id"] == str(image.pk)


def test_an_images_page_names_the_items_that_show_it(editor: Client) -> None:
    item = make_item(image=make_image())
    assert edit_page(item) in links(editor.get(f"{IMAGES}{item.image_id}/change/"))


def test_the_content_of_an_image_is_never_edited(editor: Client) -> None:
    image = make_image()
    data = {"alt": "", "focus_x": 50, "focus_y": 50, "upload": SimpleUploadedFile("x.png", picture_bytes())}
    editor.post(f"{IMAGES}{image.pk}/change/", data)
    assert Image.objects.values_list("sha256", "width").get() == (image.sha256, image.width)


def test_an_image_that_items_show_is_deleted_with_a_warning(editor: Client) -> None:
    item = make_item(image=make_image())
    url = f"{IMAGES}{item.image_id}/delete/"
    page = text(tree(editor.get(url)))
    assert "1 item loses this image; the item stays." in page
    assert "put the former state back" not in page  # a deleted image is gone
    assert {edit_page(item), f"{IMAGES}{item.image_id}/replace/"} <= links(editor.get(url))
    editor.post(url, {"post": "yes"})
    item.refresh_from_db()
    assert item.image is None


def test_the_list_of_images_costs_the_same_queries_for_any_number_of_them(editor: Client) -> None:
    counts = []
    for size in range(2):
        for _ in range(4):
            make_item(image=make_image())
        assert len(rows(editor.get(IMAGES))) == 4 * (size + 1)
        counts.append(query_count(editor, IMAGES))
    assert counts[0] == counts[1] <= 11


def attach(client: Client, data: bytes, name: str = "../Évil name.pdf") -> HttpResponse:
    return submit(client, ADD, title="News", body="Text", pdf=SimpleUploadedFile(name, data))


def test_an_attached_pdf_is_served_to_readers_once_its_item_is(editor: Client, client: Client) -> None:
    attach(editor, b"%PDF-1.7 one")
    item = CuratedItem.objects.get()
    assert client.get(item.pdf.url).status_code == 404
    perform(Verb.PUBLISHED, CuratedItem.objects.all(), COMMAND)
    response = client.get(item.pdf.url)
    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content) == b"%PDF-1.7 one"  # type: ignore[attr-defined]


def test_the_same_pdf_is_stored_once(editor: Client, media_root: Path) -> None:
    attach(editor, b"%PDF-1.7 one")
    first = CuratedItem.objects.get()
    submit(editor, ADD, title="More news", pdf=SimpleUploadedFile("b.pdf", b"%PDF-1.7 one"))
    second = CuratedItem.objects.exclude(pk=first.pk).get()
    assert first.pdf.name == second.pdf.name
    assert len(list((media_root / "documents").iterdir())) == 1


def test_a_pdf_is_deleted_with_the_last_item_that_has_or_had_it(
    editor: Client, media_root: Path, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[Any]]
) -> None:
    attach(editor, b"%PDF-1.7 one")
    submit(editor, ADD, title="More news", pdf=SimpleUploadedFile("b.pdf", b"%PDF-1.7 one"))
    first, second = CuratedItem.objects.order_by("pk")
    stored = media_root / str(first.pdf.name)
    with django_capture_on_commit_callbacks(execute=True):
        first.delete()
    assert stored.exists()
    with django_capture_on_commit_callbacks(execute=True):
        submit(editor, edit_page(second), pdf=SimpleUploadedFile("c.pdf", b"%PDF-1.7 two"))
    second.refresh_from_db()
    assert (stored.exists(), (media_root / str(second.pdf.name)).exists()) == (True, True)
    with django_capture_on_commit_callbacks(execute=True):
        move_to_bin(CuratedItem.objects.all(), COMMAND)
        delete_for_ever(CuratedItem.objects.all(), COMMAND)
    assert not list((media_root / "documents").iterdir())


def test_a_file_that_is_not_a_pdf_is_refused(editor: Client) -> None:
    assert errors(attach(editor, b"MZ", "a.pdf")) == ["“a.pdf” is not a PDF file."]
    assert not CuratedItem.objects.exists()


def test_a_large_pdf_is_refused(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("curation.admin.file_fields.MAX_PDF_BYTES", 10)
    assert "is larger than" in errors(attach(editor, b"%PDF-1.7 one"))[0]
