"""Many pictures at once: a result for each file."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from curation.admin.images import uploads
from curation.models import Image

from .images import picture_bytes
from .pages import text, tree

UPLOAD = "/admin/curation/image/upload/"


def upload(client: Client, *files: tuple[str, bytes], **fields: str) -> HttpResponse:
    pictures = [SimpleUploadedFile(name, data) for name, data in files]
    return client.post(UPLOAD, {"pictures": pictures, **fields})


def results(response: HttpResponse) -> list[str]:
    return [text(entry) for entry in tree(response).iter("li") if entry.get("data-outcome")]


def test_each_file_gets_its_result(editor: Client) -> None:
    known = picture_bytes()
    upload(editor, ("known.png", known))
    shown = upload(
        editor,
        ("new.png", picture_bytes()),
        ("again.png", known),
        ("damaged.png", picture_bytes()[:-30]),
        ("x.svg", b"<svg onload='alert(1)'/>"),
    )
    assert results(shown) == [
        "new.png is stored.",
        "again.png is known already, as known.png.",
        "Refused: “damaged.png” is damaged or cut off; save it again from its source.",
        "Refused: “x.svg” is an SVG drawing; use JPEG, PNG, GIF, WebP or AVIF.",
    ]
    assert "1 stored, 1 known already, 2 refused." in text(tree(shown))
    assert {*Image.objects.values_list("original_name", flat=True)} == {"known.png", "new.png"}
    assert LogEntry.objects.count() == 2


def test_the_script_gets_the_lines_alone(editor: Client) -> None:
    shown = upload(editor, ("new.png", picture_bytes()), fragment="1")
    assert results(shown) == ["new.png is stored."]
    assert b"<html" not in shown.content


def test_a_form_takes_a_limited_number_of_files(editor: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_FILES", 1)
    shown = upload(editor, ("a.png", picture_bytes()), ("b.png", picture_bytes()))
    assert results(shown)[1] == "Refused: “b.png” was not read: a form takes 1 files. Send it again."
    assert Image.objects.count() == 1


def test_a_form_without_a_file_says_so(editor: Client) -> None:
    assert "Choose one picture at least." in text(tree(upload(editor)))


def test_who_may_not_add_images_is_offered_no_upload(viewer: Client) -> None:
    assert b"image-upload" not in viewer.get("/admin/curation/image/").content
    assert upload(viewer, ("a.png", picture_bytes())).status_code == 403
