"""Error pages of the admin: in its frame, with what was typed and a button that sends it again."""

import errno
import sqlite3
from pathlib import Path
from unittest import mock

import psycopg
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client

from curation.admin.items.item_admin import ItemAdmin
from curation.admin_site import error_pages
from curation.db import availability
from curation.models import CuratedItem
from tests.factories import make_item

from .conftest import client_of
from .images import picture_bytes
from .pages import ADD, LIST, edit_page, form_data, submit, text, tree
from .test_lost_sessions import sent_again


def fail(client: Client, url: str, error: Exception, **fields: object) -> HttpResponse:
    """Send a form of an item while saving raises an exception."""
    client.raise_request_exception = False
    with mock.patch.object(ItemAdmin, "save_model", side_effect=error):
        return submit(client, url, **fields)


@pytest.mark.parametrize("error", [OperationalError("database is locked"), InterfaceError("connection closed")])
def test_a_failure_of_the_database_keeps_the_text(editor: Client, error: Exception) -> None:
    item = make_item("Old")
    page = fail(editor, edit_page(item), error, title="New", body="Line 1\nLine 2", tags="a, b")
    assert page.status_code == 503
    assert "Nothing was saved." in text(tree(page))
    assert "Your text is kept on this page." in text(tree(page))
    assert "Medigy Curation" in text(tree(page))
    shown = [text(label) for label in tree(page).iter("dt")]
    assert {"Title", "Body", "Published at (date)"} <= set(shown)
    assert "Version" not in shown
    url, kept = sent_again(page)
    assert editor.post(url, kept).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.body, set(item.tags.names())) == ("New", "Line 1\nLine 2", {"a", "b"})


def test_the_page_waits_less_for_the_database_than_the_form_did(
    editor: Client, settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []

    def other_typist(*_arguments: object) -> str:
        limits.append(availability._limit.get())
        return ""

    monkeypatch.setattr(error_pages, "other_typist", other_typist)
    assert fail(editor, ADD, OperationalError("lock timeout"), title="New").status_code == 503
    assert limits == [settings.PROBE_TIMEOUT_SECONDS]


@pytest.mark.django_db(transaction=True)
def test_a_save_that_waits_too_long_for_the_lock_of_another_keeps_the_text(settings: LazySettings) -> None:
    settings.LOCK_TIMEOUT_SECONDS = 0.1
    client, item = client_of(User.objects.create_superuser("ann")), make_item("Old")
    data = form_data(client.get(edit_page(item)), "curateditem_form") | {"title": "New"}
    client.raise_request_exception = False
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE curation_curateditem SET slug = slug WHERE id = %s", [item.pk])
        page = client.post(edit_page(item), data)
    finally:
        other.rollback()  # closing does not end it in the memory of SQLite
        other.close()
    assert page.status_code == 503
    assert client.post(*sent_again(page)).status_code == 302
    item.refresh_from_db()
    assert item.title == "New"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")
@pytest.mark.parametrize(
    "state",
    {
        "deadlock": "40P01",
        "serialization": "40001",
        "cancelled": "57014",
        "shutdown": "57P01",
        "read-only": "25006",
    }.items(),
)
def test_a_failure_of_the_database_server_is_one_of_the_database(editor: Client, state: tuple[str, str]) -> None:
    def raise_in_database(*_args: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION SQLSTATE '{state[1]}'; END $$")

    editor.raise_request_exception = False
    with mock.patch.object(ItemAdmin, "save_model", side_effect=raise_in_database):
        assert submit(editor, ADD, title="News").status_code == 503


def test_any_other_error_keeps_the_text_and_shows_none_of_the_code(editor: Client) -> None:
    page = fail(editor, ADD, RuntimeError("a canary"), title="News <b>")
    assert page.status_code == 500
    assert "Something went wrong here" in text(tree(page))
    assert "canary" not in page.content.decode()
    assert sent_again(page)[1]["title"] == "News <b>"
    assert "<b>" not in page.content.decode()


@pytest.mark.parametrize("error", [OperationalError("database is locked"), RuntimeError("a bug")])
def test_chosen_files_are_kept_for_the_button(editor: Client, form_uploads: Path, error: Exception) -> None:
    unsaved = submit(editor, ADD, source_url="x:y", pdf=SimpleUploadedFile("paper.pdf", b"%PDF-"))
    data = form_data(unsaved, "curateditem_form") | {"title": "News", "source_url": "", "pdf-slot-remove": "on"}
    other = SimpleUploadedFile("other.pdf", b"%PDF-other")
    editor.raise_request_exception = False
    with mock.patch.object(ItemAdmin, "save_model", side_effect=error):
        page = editor.post(ADD, {**data, "new_image": SimpleUploadedFile("photo.png", picture_bytes()), "pdf": other})
    assert "and the chosen files for a day" in text(tree(page))
    editor.post(*sent_again(page))
    item = CuratedItem.objects.get()
    assert item.pdf.read() == b"%PDF-other"
    assert item.image is not None
    assert item.image.original_name == "photo.png"
    assert list(form_uploads.iterdir()) == []


def test_files_that_cannot_be_kept_are_named_as_lost(editor: Client) -> None:
    pdf = SimpleUploadedFile("paper.pdf", b"%PDF-")
    with mock.patch("curation.admin_site.upload_slots.UploadSlot.store", side_effect=OSError):
        page = fail(editor, ADD, OperationalError(), title="News", pdf=pdf)
    assert "Chosen files are not: paper.pdf." in text(tree(page))
    assert sent_again(page)[1]["title"] == "News"


def test_files_that_the_form_does_not_ask_for_are_not_kept(editor: Client, form_uploads: Path) -> None:
    page = fail(editor, ADD, OperationalError(), title="News", other=SimpleUploadedFile("x.pdf", b"%PDF-"))
    assert "Chosen files are not: x.pdf." in text(tree(page))
    assert not form_uploads.exists()


@pytest.mark.django_db
def test_the_page_needs_no_database() -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "x" * 32
    away = OperationalError("the database is away")
    with mock.patch("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", side_effect=away):
        page = client.post(ADD, {"title": "News"})
    assert page.status_code == 503
    assert sent_again(page)[1]["title"] == "News"


def test_without_static_files_the_plain_page_answers(editor: Client, settings: LazySettings) -> None:
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "no.such.Storage"}}
    editor.raise_request_exception = False
    page = editor.post(ADD, {"title": "News"})
    assert (page.status_code, "Something went wrong here" in page.content.decode()) == (500, True)


def test_a_missing_page_and_a_refused_one_wear_the_frame_of_the_admin(editor: Client, clerk: Client) -> None:
    missing, refused = editor.get("/admin/no/such/page/"), clerk.get(LIST)
    assert (missing.status_code, refused.status_code) == (404, 403)
    for page, heading in ((missing, "There is no such page"), (refused, "You may not do this")):
        assert "Medigy Curation" in text(tree(page))
        assert [text(h1) for h1 in tree(page).iter("h1")] == [heading]
    assert editor.get("/no/such/page/").content != missing.content


def test_a_refused_form_shows_its_text_to_copy(clerk: Client) -> None:
    page = clerk.post(ADD, {"title": "My long text"})
    assert page.status_code == 403
    assert "My long text" in text(tree(page))
    main = tree(page).find(".//main")
    assert main is not None
    assert not list(main.iter("input"))


def database_error(code: int = 0, state: str = "") -> OperationalError:
    """An error of the database as Django raises it: caused by one of the driver, with its code."""
    cause = sqlite3.OperationalError("x") if code else psycopg.OperationalError("x")
    if code:
        cause.sqlite_errorcode = code  # type: ignore[union-attr]
    else:
        cause.sqlstate = state  # type: ignore[union-attr]
    error = OperationalError("x")
    error.__cause__ = cause
    return error


FULL = [OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x"), database_error(sqlite3.SQLITE_FULL)]
FULL += [database_error(state="53100")]
READ_ONLY = [OSError(errno.EROFS, "x"), PermissionError(errno.EACCES, "x"), database_error(sqlite3.SQLITE_READONLY)]
READ_ONLY += [database_error(sqlite3.SQLITE_IOERR_WRITE), database_error(state="25006")]


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        *((error, 507, "The disk of the server is full") for error in FULL),
        *((error, 503, "The server cannot write") for error in READ_ONLY),
        (OSError(errno.ENOENT, "x"), 500, "Something went wrong here"),
    ],
    ids=repr,
)
def test_a_disk_that_is_full_or_read_only_is_told_and_keeps_the_text(
    editor: Client, error: Exception, status: int, title: str
) -> None:
    item = make_item("Old")
    page = fail(editor, edit_page(item), error, title="New", body="Line 1")
    assert page.status_code == status
    assert title in text(tree(page))
    assert "Your text is kept on this page." in text(tree(page))
    url, kept = sent_again(page)
    assert editor.post(url, kept).status_code == 302
    item.refresh_from_db()
    assert (item.title, item.body) == ("New", "Line 1")


@pytest.mark.django_db
def test_logging_in_on_a_full_disk_says_so(client: Client) -> None:
    User.objects.create_superuser("ann", password=(password := "a long password"))
    client.raise_request_exception = False
    with mock.patch("django.contrib.sessions.backends.db.SessionStore.save", side_effect=FULL[2]):
        page = client.post("/admin/login/", {"username": "ann", "password": password})
    assert page.status_code == 507
    assert "The disk of the server is full" in text(tree(page))
    assert password not in page.text


def test_an_upload_that_the_disk_has_no_space_for_is_told(editor: Client) -> None:
    editor.raise_request_exception = False
    upload = SimpleUploadedFile("a.png", picture_bytes(), "image/png")
    with mock.patch("django.http.multipartparser.MultiPartParser.parse", side_effect=FULL[0]):
        page = editor.post("/admin/curation/image/add/", {"upload": upload})
    assert page.status_code == 507
    assert "The disk of the server is full" in text(tree(page))
