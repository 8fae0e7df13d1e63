"""Pictures that editors insert into a body, and the preview of its links and pictures."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from curation.models import BodyReference, CuratedItem, Image
from tests.admin.images import picture_bytes
from tests.admin.pages import edit_page, submit, tree
from tests.factories import make_item
from tests.views.pages import get

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/curation/curateditem/upload-picture/"
PREVIEW = "/admin/curation/curateditem/preview/"


def upload(client: Client, name: str = "my chart (1).png", data: bytes | None = None) -> tuple[int, dict[str, str]]:
    file = SimpleUploadedFile(name, picture_bytes() if data is None else data)
    response = client.post(UPLOAD, {"picture": file})
    return response.status_code, response.json()


def test_an_uploaded_picture_is_stored_once_and_shown_where_its_markdown_is(editor: Client) -> None:
    item, data = make_item("A story"), picture_bytes()
    status, answer = upload(editor, data=data)
    assert (status, upload(editor, data=data)[1]) == (200, answer)
    image = Image.objects.get()
    markdown = f"![](/images/{image.sha256[:16]}/my%20chart%20%281%29.png)"
    assert answer == {"id": str(image.pk), "name": "my chart (1).png", "markdown": markdown}
    markdown = answer["markdown"].replace("[]", "[A chart]")
    submit(editor, edit_page(item), body=f"Before.\n\n{markdown}\n\nAfter.")
    (shown,) = get("/news/a-story/").all("div[@class='body']//picture/img")
    assert (shown.get("alt"), shown.get("width"), shown.get("loading")) == ("A chart", "8", "lazy")


@pytest.mark.parametrize(
    ("data", "message"), [(b"%PDF-1.4", "“my chart (1).png”"), (b"", "“my chart (1).png”"), (b"<svg/>", "“my chart")]
)
def test_a_file_that_is_not_a_picture_is_refused_with_name_and_reason(
    data: bytes, message: str, editor: Client
) -> None:
    status, answer = upload(editor, data=data)
    assert status == 400
    assert answer["error"].startswith(message)
    assert not Image.objects.exists()


def test_an_upload_without_a_file_is_refused(editor: Client) -> None:
    response = editor.post(UPLOAD)
    assert (response.status_code, response.json()) == (400, {"error": "Choose a picture."})
    assert editor.get(UPLOAD).status_code == 405


def test_uploading_a_picture_needs_permission_to_edit(viewer: Client, client: Client) -> None:
    file = {"picture": SimpleUploadedFile("x.png", picture_bytes())}
    assert viewer.post(UPLOAD, file).status_code == 403
    assert client.post(UPLOAD, file).status_code == 302
    assert not Image.objects.exists()


def test_an_upload_needs_the_token_of_the_form(editor: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = editor.cookies
    assert strict.post(UPLOAD, {"picture": SimpleUploadedFile("x.png", picture_bytes())}).status_code == 403


def test_the_preview_shows_pictures_and_links_as_readers_see_them(editor: Client) -> None:
    item = make_item("A story")
    make_item("Shown")
    make_item("Hidden", status=CuratedItem.Status.DRAFT)
    markdown = upload(editor)[1]["markdown"]
    links = "[a](../shown/#x) [b](/news/hidden/) [c](gone.md) [d](/topic/gone/) [e](/news/) [f](?page=2)"
    response = editor.post(PREVIEW, {"title": "A story", "slug": "a-story", "item": item.pk, "body": markdown + links})
    page = tree(response)
    assert [link.get("href") for link in page.findall(".//div[@class='body']//a")] == [
        *("/news/shown/#x", "/news/", "/news/a-story/?page=2"),
    ]
    assert len(page.findall(".//main//picture/img")) == 1
    assert not BodyReference.objects.exists(), "a preview keeps nothing"


@pytest.mark.parametrize("item", ["", "x", "0", "9" * 30])
def test_a_new_item_has_a_preview_too(item: str, editor: Client) -> None:
    make_item("Shown")
    response = editor.post(PREVIEW, {"title": "New", "item": item, "body": "[a](/news/shown/) [b](../shown/)"})
    assert [link.get("href") for link in tree(response).findall(".//div[@class='body']//a")] == [
        "/news/shown/",
        "/news/shown/",
    ]


def test_the_form_gives_its_script_the_upload_address(editor: Client, viewer: Client) -> None:
    item = make_item()
    body = tree(editor.get(edit_page(item))).find(".//textarea[@name='body']")
    assert body is not None
    assert body.get("data-upload-url") == UPLOAD
    assert "image/png" in (body.get("data-picture-types") or "")
    assert body.get("data-item") == str(item.pk)
    assert tree(viewer.get(edit_page(item))).find(".//textarea[@name='body']") is None


def test_an_image_names_the_items_whose_bodies_show_it_before_it_is_deleted(editor: Client) -> None:
    markdown = upload(editor)[1]["markdown"]
    make_item("A story", body=markdown)
    image = Image.objects.get()
    page = f"/admin/curation/image/{image.pk}/"
    assert "A story" in editor.get(f"{page}change/").content.decode()
    assert "Pictures in bodies: 1" in editor.get(f"{page}delete/").content.decode()
    editor.post(f"{page}delete/", {"post": "yes"})
    assert get("/news/a-story/").all("div[@class='body']//img") == []
