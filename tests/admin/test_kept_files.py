"""Files chosen in a form survive errors: they are kept in upload slots, also without script."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from curation.admin_site.upload_slots import UploadSlot
from curation.models import CuratedItem, Image
from tests.factories import make_item

from .images import picture_bytes
from .pages import ADD, edit_page, form_data, messages, submit, text, tree

PDF = b"%PDF-1.4 text"


def picture(name: str = "photo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_bytes())


def pdf(name: str = "paper.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF)


def slots() -> list[Path]:
    """Return the paths of all slots."""
    return list(Path(settings.FORM_UPLOADS).glob("*"))


def send_again(client: Client, page: HttpResponse, **changes: Any) -> HttpResponse:
    """Send a form that came back with errors again, from its page."""
    data = form_data(page, "curateditem_form") | {name.replace("__", "-"): value for name, value in changes.items()}
    return client.post(page.request["PATH_INFO"], data, follow=True)  # type: ignore[attr-defined]


def shown_files(page: HttpResponse) -> list[str]:
    return [text(span) for span in tree(page).iter("span") if span.get("class") == "kept-file"]


def test_files_survive_an_error_and_are_saved_at_the_next_try(editor: Client, form_uploads: Path) -> None:
    unsaved = submit(editor, ADD, title="News", source_url="x:y", new_image=picture(), pdf=pdf())
    photo, paper = shown_files(unsaved)
    assert photo.startswith("photo.png (")
    assert paper == "paper.pdf (13 bytes): chosen; will be used when you save. remove"
    send_again(editor, unsaved, source_url="")
    item = CuratedItem.objects.get()
    assert item.image is not None
    assert item.image.original_name == "photo.png"
    assert item.pdf.read() == PDF
    assert slots() == []
    assert list(form_uploads.iterdir()) == []


def test_files_survive_a_confirmation_and_an_error_of_a_row(editor: Client) -> None:
    make_item(source_url="https://example.org/a")
    unsaved = submit(editor, ADD, title="News", source_url="https://example.org/a", new_image=picture())
    assert len(shown_files(unsaved)) == 1
    again = send_again(editor, unsaved, itemtopic_set__0__topic="999")
    assert len(shown_files(again)) == 1
    assert len(slots()) == 1


def test_a_file_that_is_refused_is_not_kept(editor: Client) -> None:
    unsaved = submit(editor, ADD, title="News", source_url="x:y", pdf=SimpleUploadedFile("x.pdf", b"text"))
    assert shown_files(unsaved) == []
    assert slots() == []


def test_a_kept_file_is_verified_again(editor: Client) -> None:
    unsaved = submit(editor, ADD, title="News", source_url="x:y", pdf=pdf())
    slots()[0].write_bytes(b"no such file")
    again = send_again(editor, unsaved, source_url="")
    assert "“paper.pdf” is not a PDF file." in text(tree(again))
    assert not CuratedItem.objects.exists()


def test_a_kept_file_can_be_removed_or_replaced(editor: Client) -> None:
    unsaved = submit(editor, ADD, title="News", source_url="x:y", new_image=picture(), pdf=pdf())
    changes = {"new_image": picture("other.png"), "pdf-slot-remove": "on"}
    send_again(editor, unsaved, source_url="", **changes)
    item = CuratedItem.objects.get()
    assert [image.original_name for image in Image.objects.all()] == ["other.png"]
    assert not item.pdf
    assert slots() == []


def test_a_file_of_another_user_is_not_used(editor: Client, admin_client: Client) -> None:
    unsaved = submit(editor, ADD, title="News", source_url="x:y", pdf=pdf())
    response = send_again(admin_client, unsaved, source_url="")
    assert "The file chosen for “pdf” is no longer kept, and was not saved: choose it again." in messages(response)
    assert not CuratedItem.objects.get().pdf
    assert len(slots()) == 1


def test_a_required_file_that_is_kept_need_not_be_chosen_again(editor: Client) -> None:
    slot = UploadSlot.store(int(editor.session["_auth_user_id"]), picture(), "photo.png")
    editor.post("/admin/curation/image/add/", {"upload-slot": slot.token})
    assert Image.objects.get().original_name == "photo.png"


def test_pages_that_are_only_opened_store_nothing(editor: Client) -> None:
    assert shown_files(editor.get(edit_page(make_item()))) == []
    assert slots() == []


@pytest.mark.parametrize("token", ["", "x", "x:y", "\x00"])
def test_a_malformed_token_is_no_error(editor: Client, token: str) -> None:
    submit(editor, ADD, title="News", pdf__slot=token)
    assert CuratedItem.objects.filter(title="News").exists()
