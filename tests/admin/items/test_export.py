"""The bulk action that downloads items."""

import zipfile
from io import BytesIO

from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client

from curation.frontmatter import read
from curation.models import CuratedItem
from tests.admin.pages import LIST
from tests.factories import make_item


def download(client: Client, *items: CuratedItem) -> zipfile.ZipFile:
    response = run_action(client, *items)
    assert isinstance(response, StreamingHttpResponse)
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="items-20')
    return zipfile.ZipFile(BytesIO(b"".join(response)))


def run_action(client: Client, *items: CuratedItem) -> HttpResponse:
    return client.post(LIST, {"action": "export_items", "_selected_action": [item.pk for item in items]})


def test_the_selected_items_are_downloaded_as_files_that_an_import_reads(editor: Client) -> None:
    chosen, _other = make_item("Chosen", body="The *body*."), make_item("Other")
    archive = download(editor, chosen)
    assert archive.testzip() is None
    assert archive.namelist() == ["content/news/chosen.md"]
    record = read(archive.read("content/news/chosen.md"), "chosen.md").record
    assert (record.title, record.slug, record.body) == ("Chosen", "chosen", "The *body*.")


def test_every_item_of_a_filtered_list_is_downloaded(editor: Client) -> None:
    for _ in range(3):
        make_item(status="draft")
    make_item()
    first = CuratedItem.objects.filter(status="draft")[0]
    chosen = {"action": "export_items", "select_across": "1", "_selected_action": [first.pk]}
    response = editor.post(f"{LIST}?state=draft", chosen)
    archive = zipfile.ZipFile(BytesIO(b"".join(response)))
    assert len(archive.namelist()) == 3


def test_the_permission_to_view_is_enough_to_download(viewer: Client, clerk: Client) -> None:
    item = make_item()
    assert len(download(viewer, item).namelist()) == 1
    assert run_action(clerk, item).status_code == 403
