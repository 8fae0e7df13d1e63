"""Helpers that upload Markdown files in the admin, as a browser would."""

import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django_tasks import task_backends
from django_tasks.backends.dummy import DummyBackend
from PIL import Image

from curation import tasks
from tests.admin.pages import text, tree

RUNS = "/admin/curation/importrun/"
UPLOAD = f"{RUNS}add/"


def story(title: str = "A story", slug: str = "a-story", body: str = "Some text.", **keys: Any) -> str:
    """Return a Markdown file."""
    lines = [f"{name}: {value}" for name, value in {"title": title, "slug": slug, "date": "2024-05-01", **keys}.items()]
    return "\n".join(["---", *lines, "---", body])


def picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(buffer, "PNG")
    return buffer.getvalue()


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def upload(client: Client, files: dict[str, str | bytes], **choices: str) -> HttpResponse:
    """Send files, and return the page after redirects: the preview, or the form with its errors."""
    chosen = [
        SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data) for name, data in files.items()
    ]
    return client.post(UPLOAD, {"chosen": chosen, "on_conflict": "keep", **choices}, follow=True)


def press(client: Client, page: HttpResponse, button: str) -> HttpResponse:
    """Press the button of a page whose form has an address that ends in `/button/`."""
    actions = [form.get("action", "") for form in tree(page).iter("form")]
    return client.post(next(action for action in actions if action.endswith(f"/{button}/")), follow=True)


def import_files(client: Client, files: dict[str, str | bytes], **choices: str) -> HttpResponse:
    """Upload files, confirm their preview, and return the page of the run."""
    return press(client, upload(client, files, **choices), "confirm")


def task_backend() -> DummyBackend:
    """Return the backend that holds the enqueued background tasks."""
    backend = task_backends["default"]
    assert isinstance(backend, DummyBackend)
    return backend


def run_tasks() -> list[str]:
    """Run the enqueued background tasks, and return their names."""
    backend = task_backend()
    enqueued = [result for result in backend.results if result.task.name != tasks.make_renditions.name]
    backend.clear()
    for result in enqueued:
        result.task.call(*result.args, **result.kwargs)
    return [result.task.name for result in enqueued]


def content_text(page: HttpResponse) -> str:
    """Return the text of a page's content, without header and navigation."""
    content = tree(page).find(".//div[@id='content-main']")
    assert content is not None
    return text(content)
