"""A form of a new object that is sent twice makes one object."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django.utils.crypto import salted_hmac

from curation.admin_site import sent_twice
from curation.admin_site.change_forms import KeepingAdmin
from curation.items.workflow import perform
from curation.models import Author, CuratedItem, Image, Revision, SavedForm, Tag
from curation.operations import pruning
from tests.factories import COMMAND, make_item

from .conftest import member_of
from .images import picture_bytes
from .pages import ADD, edit_page, form_data, messages, tree


def token_of(page: HttpResponse) -> str:
    """Return the token of a page's form, "" without one."""
    return next(
        (field.get("value", "") for field in tree(page).iter("input") if field.get("name") == "_form_token"), ""
    )


@pytest.fixture
def form(editor: Client) -> dict[str, str]:
    """The fields of a new item's form, as a browser sends them."""
    page = editor.get(ADD)
    return {**form_data(page, "curateditem_form"), "_form_token": token_of(page), "title": "News"}


def test_an_item_is_made_once(editor: Client, form: dict[str, str]) -> None:
    first, second = (editor.post(ADD, form, follow=True) for _ in range(2))
    item = CuratedItem.objects.get()
    assert first.redirect_chain == second.redirect_chain
    assert messages(second) == ["“News” is saved. Its form was sent twice; the second time changed nothing."]
    assert Revision.objects.filter(item=item).count() == 1


def test_a_verb_is_carried_out_once(editor: Client, form: dict[str, str]) -> None:
    sent = {**form, "summary": "Text.", "source_url": "https://example.org/", "_verb": "published", "_dating": "now"}
    pages = [editor.post(ADD, sent, follow=True) for _ in range(2)]
    assert CuratedItem.objects.get().status == "published"
    assert not any("not published" in message for page in pages for message in messages(page))


def test_a_form_that_was_changed_or_opened_again_makes_another_item(editor: Client, form: dict[str, str]) -> None:
    opened = form | {"_form_token": token_of(editor.get(ADD))}
    for number, fields in enumerate((form, form | {"slug": "second"}, opened)):
        editor.post(ADD, fields)
        assert CuratedItem.objects.count() == number + 1
        CuratedItem.objects.filter(title="News").update(slug=f"other-{number}", title="Other")


def test_a_form_with_errors_keeps_its_token_and_is_not_remembered(editor: Client, form: dict[str, str]) -> None:
    page = editor.post(ADD, form | {"source_url": "x:y"})
    assert token_of(page) == form["_form_token"]
    assert not SavedForm.objects.exists()
    for _ in range(2):
        editor.post(ADD, form)
    assert CuratedItem.objects.count() == 1


def test_a_form_whose_item_was_deleted_since_makes_it_again(editor: Client, form: dict[str, str]) -> None:
    editor.post(ADD, form)
    CuratedItem.objects.all().delete()
    editor.post(ADD, form)
    editor.post(ADD, form)
    assert CuratedItem.objects.count() == 1


def test_a_form_is_remembered_for_its_user_alone(editor: Client, form: dict[str, str]) -> None:
    editor.post(ADD, form)
    CuratedItem.objects.update(slug="other")
    member_of("Publisher", "bob").post(ADD, form)
    assert CuratedItem.objects.count() == 2


def test_the_name_of_the_browsers_copy_is_no_part_of_a_form(editor: Client, form: dict[str, str]) -> None:
    for name in ("", "a" * 32):
        editor.post(ADD, {**form, "_local_copy": name})
    assert CuratedItem.objects.count() == 1


def test_files_are_a_part_of_a_form_also_from_a_slot(editor: Client, form: dict[str, str]) -> None:
    def send(picture: bytes) -> Any:
        return editor.post(ADD, {**form, "new_image": SimpleUploadedFile("a.png", picture)})

    send(picture_bytes(1))
    CuratedItem.objects.update(slug="other")
    send(picture_bytes(1))
    assert CuratedItem.objects.count() == 1
    send(picture_bytes(2))
    assert CuratedItem.objects.count() == 2
    page = editor.post(
        ADD, {**form, "source_url": "x:y", "new_image": SimpleUploadedFile("a.png", picture_bytes(1))}
    )  # which keeps the picture
    slot = form_data(page, "curateditem_form")["new_image-slot"]
    editor.post(ADD, {**form, "new_image-slot": slot})
    assert CuratedItem.objects.count() == 2


def test_a_deleted_item_that_is_saved_as_a_new_one_is_saved_once(editor: Client) -> None:
    item = make_item(title="News")
    data = form_data(editor.get(edit_page(item)), "curateditem_form")
    perform(Revision.Verb.BINNED, CuratedItem.objects.all(), COMMAND)
    token = token_of(editor.post(edit_page(item), {**data, "_save_as_new": "1", "source_url": "x:y"}))
    for _ in range(2):
        editor.post(edit_page(item), {**data, "_form_token": token, "_save_as_new": "1"})
    assert [row.slug for row in CuratedItem.objects.not_binned()] == [f"{item.slug}-2"]


@pytest.mark.parametrize(("model", "fields"), [(Author, {"name": "Ada"}), (Tag, {"name": "Health"})])
def test_a_row_with_a_name_of_its_own_is_no_error_the_second_time(
    admin_client: Client, model: Any, fields: dict[str, str]
) -> None:
    url = f"/admin/curation/{model._meta.model_name}/add/"
    token = token_of(admin_client.get(url))
    first, second = (admin_client.post(url, {**fields, "_form_token": token}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert model.objects.count() == 1


def test_a_window_that_chooses_the_new_row_closes_also_the_second_time(admin_client: Client) -> None:
    for model, fields in (("author", {"name": "Ada"}), ("image", {})):
        url = f"/admin/curation/{model}/add/?_popup=1"
        token = token_of(admin_client.get(url))
        for _ in range(2):
            chosen = {"upload": SimpleUploadedFile("a.png", picture_bytes(1))} if model == "image" else {}
            page = admin_client.post(url, {**fields, **chosen, "_popup": "1", "_form_token": token})
            assert "popup_response" in page.content.decode()
    assert (Author.objects.count(), Image.objects.count()) == (1, 1)


def test_every_form_of_a_new_object_has_a_token_and_no_other_has_one(admin_client: Client) -> None:
    admins = [row for row in admin.site._registry.values() if row.__class__.add_view is KeepingAdmin.add_view]
    assert len(admins) > 8
    for row in admins:
        page = admin_client.get(f"/admin/{row.opts.app_label}/{row.opts.model_name}/add/")
        assert bool(token_of(page)) == (page.status_code == 200), row
    assert token_of(admin_client.get("/admin/auth/user/add/"))
    assert not token_of(admin_client.get(edit_page(make_item())))


def test_passwords_are_no_part_of_what_is_remembered(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    digested: list[str] = []

    def seen(salt: str, value: str, **options: Any) -> Any:
        digested.append(value)
        return salted_hmac(salt, value, **options)

    monkeypatch.setattr(sent_twice, "salted_hmac", seen)
    token = token_of(admin_client.get("/admin/auth/user/add/"))
    sent = {"username": "ann", "password1": "a-good-long-secret", "password2": "a-good-long-secret"}
    admin_client.post("/admin/auth/user/add/", {**sent, "_form_token": token})
    assert "ann" in digested[0]
    assert "secret" not in digested[0]


def test_remembered_forms_are_pruned_after_a_week(db: None) -> None:
    for days in (6, 8):
        SavedForm.objects.create(key=str(days), saved_at=timezone.now() - timedelta(days=days))
    dict(pruning.prune())
    assert [row.key for row in SavedForm.objects.all()] == ["6"]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_the_same_time_one_makes_the_item(editor: Client, form: dict[str, str]) -> None:
    editor.get(ADD)  # the session is written
    together, answers = Barrier(2), []

    def send() -> None:
        client = Client()
        client.cookies = editor.cookies
        together.wait(10)
        answers.append(client.post(ADD, form)["Location"])
        connections.close_all()

    threads = [Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert len(answers) == 2
    assert CuratedItem.objects.count() == 1
