"""Every address of the admin, by role and method: who gets an answer, and who is refused.

A new address fails `test_every_address_has_a_row` until it has a row below: the least roles that get an answer to GET
and to POST. An answer is anything but a refusal (status 403, or the log-in page); a view that takes POST alone answers
GET with status 405. Each request is rolled back.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from curation.items.roles import ROLES, group_of
from curation.models import (
    Alias,
    BinnedItem,
    BodyReference,
    BulkChange,
    Conflict,
    CuratedItem,
    Image,
    ImportRecord,
    ImportRun,
    Publisher,
    Tag,
)
from tests.admin.conftest import client_of, member_of
from tests.admin.images import make_image, picture_bytes
from tests.admin.pages import ADD, LIST, edit_page, form_data
from tests.factories import make_author, make_item, make_offering, make_publisher, make_topic
from tests.operations.test_stale_tasks import make_task

pytestmark = pytest.mark.django_db
Status = CuratedItem.Status

#: The roles, each with the powers of those before it: a visitor, a staff member without role, and those of `ROLES`.
LEVELS = ("anonymous", "staff", *ROLES)
ANYBODY, STAFF, CONTRIBUTOR, EDITOR, PUBLISHER, ADMINISTRATOR, NOBODY = range(7)

#: The least roles for GET and POST, by the name of the address. Of `MODELS`, the pages that Django gives every model.
ROWS: dict[str, tuple[int, int]] = {
    "index": (STAFF, STAFF),
    "login": (ANYBODY, ANYBODY),
    "logout": (ANYBODY, ANYBODY),
    "password_change": (STAFF, STAFF),
    "password_change_done": (STAFF, STAFF),
    "jsi18n": (STAFF, STAFF),
    "autocomplete": (CONTRIBUTOR, STAFF),
    "app_list": (STAFF, STAFF),
    "profile": (STAFF, STAFF),
    "session": (STAFF, ANYBODY),
    "guess_time_zone": (STAFF, STAFF),
    "review": (EDITOR, EDITOR),
    "review_undo": (EDITOR, EDITOR),
    "one_by_one": (CONTRIBUTOR, CONTRIBUTOR),
    "describe_moment": (STAFF, STAFF),
    "find": (STAFF, STAFF),
    "combined_file": (ANYBODY, ANYBODY),  # static files are public
    # Accounts: each for its own user, who sees 404 or is led elsewhere where there is no second factor
    "account_login": (NOBODY, NOBODY),  # leads to the log-in page
    "mfa_authenticate": (ANYBODY, ANYBODY),  # leads to the log-in page without a right password
    **dict.fromkeys(  # without a second factor, the last two lead to the first
        ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"), (STAFF, STAFF)
    ),
    **dict.fromkeys(
        (
            *("usersessions_list", "mfa_index", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_add_webauthn"),
            *("mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"),
        ),
        (STAFF, STAFF),
    ),
    "auth_user_password_change": (ADMINISTRATOR, ADMINISTRATOR),
    "auth_user_reset_second_factor": (ADMINISTRATOR, ADMINISTRATOR),
    # Items
    "curation_curateditem_preview": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_upload_picture": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_check_link": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_suggest": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_publisher": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_next": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_previous": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_make": (CONTRIBUTOR, CONTRIBUTOR),  # and the permission to add the row
    "curation_curateditem_presence": (CONTRIBUTOR, EDITOR),
    "curation_curateditem_page": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_quick_edit": (EDITOR, EDITOR),
    "curation_curateditem_save_view": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_edit_view": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_preview_link": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_withdraw_links": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_compare": (CONTRIBUTOR, CONTRIBUTOR),
    "curation_curateditem_put_back": (CONTRIBUTOR, EDITOR),
    **dict.fromkeys(  # 404 without a draft that one may change
        (f"curation_curateditem_draft_{name}" for name in ("page", "discard", "take_up", "submit", "return")),
        (CONTRIBUTOR, CONTRIBUTOR),
    ),
    "curation_binneditem_restore": (EDITOR, EDITOR),
    **dict.fromkeys(
        (f"curation_bulkchange_{name}" for name in ("confirm", "progress", "continue", "undo")),
        (CONTRIBUTOR, CONTRIBUTOR),
    ),
    **dict.fromkeys(
        (f"curation_image_{name}" for name in ("picture", "picker", "upload", "replace")), (CONTRIBUTOR, CONTRIBUTOR)
    ),
    # Topics and other rows that items refer to
    **dict.fromkeys(
        (
            f"curation_{model}_{page}"
            for model in ("topic", "offering", "publisher", "author", "tag")
            for page in ("merge", "alike", "detach")
        ),
        (EDITOR, EDITOR),
    ),
    **dict.fromkeys((f"curation_topic_{page}" for page in ("move", "retire", "equivalents", "new")), (EDITOR, EDITOR)),
    # Imports
    "curation_conflict_settle": (EDITOR, EDITOR),
    "curation_conflict_edit": (EDITOR, EDITOR),
    "curation_conflict_unsettle": (EDITOR, EDITOR),
    "curation_importrun_progress": (EDITOR, EDITOR),
    "curation_importrun_undo_progress": (EDITOR, EDITOR),
    **dict.fromkeys(
        (
            f"curation_importrun_{name}"
            for name in (
                "again",
                "go_on",
                "undo",
                "plan_undo",
                "upload",
                "foresight",
                "picture",
                "confirm",
                "discard",
            )
        ),
        (PUBLISHER, PUBLISHER),
    ),
}
#: The least roles to view, add, change and delete objects of a model.
MODELS: dict[str, tuple[int, int, int, int]] = {
    "curation_curateditem": (CONTRIBUTOR, CONTRIBUTOR, EDITOR, EDITOR),
    "curation_binneditem": (CONTRIBUTOR, NOBODY, CONTRIBUTOR, NOBODY),
    **dict.fromkeys(
        (f"curation_{name}" for name in ("alias", "author", "offering", "publisher", "tag", "topic", "vocabulary")),
        (CONTRIBUTOR, EDITOR, EDITOR, EDITOR),
    ),
    "curation_image": (CONTRIBUTOR, CONTRIBUTOR, EDITOR, EDITOR),
    "curation_bulkchange": (CONTRIBUTOR, NOBODY, CONTRIBUTOR, NOBODY),
    "curation_importrun": (EDITOR, PUBLISHER, EDITOR, NOBODY),
    **dict.fromkeys(
        ("curation_conflict", "curation_importrecord", "curation_bodyreference"), (EDITOR, NOBODY, NOBODY, NOBODY)
    ),
    **dict.fromkeys(("auth_user", "auth_group"), (ADMINISTRATOR,) * 4),
    "django_tasks_database_dbtaskresult": (NOBODY,) * 4,
}


def model_rows() -> Iterator[tuple[str, tuple[int, int]]]:
    for name, (view, add, change, delete) in MODELS.items():
        yield f"{name}_changelist", (view, view)
        yield f"{name}_add", (add, add)
        yield f"{name}_history", (view, view)
        yield f"{name}_delete", (delete, delete)
        yield f"{name}_change", (view, change)


EXPECTED = {**dict(model_rows()), **ROWS}


def patterns(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield the name and the pattern of every address of the admin. Those without a name redirect, or are a 404."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        elif route.startswith("admin/") and pattern.name:
            yield pattern.name, pattern


ADDRESSES = dict(patterns())


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Write no tracebacks of the refusals."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


def make_objects() -> dict[str, Any]:
    """Make an object of each model of the admin; return their primary keys by the name of the model."""
    item = make_item(status=Status.DRAFT, topics=[make_topic()], image=make_image())
    binned = make_item(status=Status.BIN, binned_at=timezone.now(), binned_from=Status.DRAFT)
    run = ImportRun.objects.create(outcome=ImportRun.Outcome.FAILED, paths=["/nowhere"], counts={})
    objects: list[Any] = [
        item,
        run,
        ImportRecord.objects.create(run=run, item=item, path="/a.md", outcome="updated"),
        Conflict.objects.create(item=item, field="title", theirs="x", ours="y"),
        BodyReference.objects.create(item=item, kind="link", href="/x/"),
        BulkChange.objects.create(verb="withdraw", user_name="Ann", outcome=BulkChange.Outcome.FINISHED),
        Alias.objects.create(item=item, path="/old"),
        Tag.objects.create(name="one"),
        *(
            make_author(),
            make_offering(),
            make_publisher(),
            item.image,
            item.topics.get(),
            item.topics.get().vocabulary,
        ),
        *(User.objects.create_user("other"), Group.objects.create(name="Other"), make_task("elsewhere:1:abc")),
    ]
    return {"binneditem": binned.pk, **{obj._meta.model_name: obj.pk for obj in objects}}


def url_of(name: str, keys: dict[str, Any]) -> str:
    """Return the address of a pattern, for the objects that `make_objects()` made."""
    key = next((pk for model, pk in keys.items() if f"_{model}_" in name), keys["curateditem"])
    values = {
        "pk": key,
        "object_id": key,
        "id": key,
        "token": "x",
        "side": "theirs",
        "name": "x.png",
        "digest": "x",
        "kind": "css",
        "field": "kind",
        "app_label": "curation",
    }
    values |= {"content_type_id": ContentType.objects.get_for_model(CuratedItem).pk}
    named = ADDRESSES[name].pattern.converters or (["app_label"] if name == "app_list" else [])
    namespace = "" if name.startswith(("account_", "mfa_", "usersessions_")) else "admin:"
    url = reverse(f"{namespace}{name}", kwargs={parameter: values[parameter] for parameter in named})
    question = "?app_label=curation&model_name=curateditem&field_name=publisher" if name == "autocomplete" else ""
    return url + question


def is_answered(client: Client, method: str, url: str) -> bool:
    """Whether a request is answered with something else than a refusal. What it did is undone."""
    cookies = SimpleCookie(client.cookies)  # logging out empties them
    with transaction.atomic():
        response = getattr(client, method)(url)
        transaction.set_rollback(True)
    client.cookies = cookies
    location = response.get("Location", "")
    is_log_in = location.startswith("/admin/login/") or b'id="login-form"' in response.content
    return response.status_code != HTTPStatus.FORBIDDEN and (not is_log_in or url == "/admin/login/")


def client_at(level: int) -> Client:
    if level == ANYBODY:
        return Client()
    if level == STAFF:
        return client_of(User.objects.create_user("cleo", is_staff=True))
    return member_of(LEVELS[level], "ann")


def test_every_address_has_a_row() -> None:
    rule = "add a row to ROWS (or MODELS) of tests/admin/test_permissions.py: the least roles for GET and POST"
    missing = sorted(ADDRESSES.keys() - EXPECTED.keys())
    assert not missing, f"{', '.join(missing)}: {rule}"
    assert not EXPECTED.keys() - ADDRESSES.keys(), "remove rows of addresses that are gone"


@pytest.mark.parametrize(
    "level",
    [
        pytest.param(level, marks=[] if level in (CONTRIBUTOR, PUBLISHER) else [pytest.mark.long], id=name)
        for level, name in enumerate(LEVELS)
    ],
)
def test_a_role_is_answered_at_its_addresses_alone(level: int) -> None:
    keys, client = make_objects(), client_at(level)
    wrong = [
        f"{method.upper()} {url}: {'answered' if answered else 'refused'}"
        for name, least in EXPECTED.items()
        for method, least_level in zip(("get", "post"), least, strict=True)
        if (url := url_of(name, keys)) and (answered := is_answered(client, method, url)) != (level >= least_level)
    ]
    assert not wrong, "\n".join(wrong)


def own_draft(client: Client) -> CuratedItem:
    user = User.objects.get(pk=client.session["_auth_user_id"])
    return make_item("Draft", status=Status.DRAFT, created_by=user)


def test_a_contributor_forges_rows_and_fields_in_vain() -> None:
    client = member_of("Contributor", "cora")
    item, other = own_draft(client), User.objects.create_user("other")
    data = form_data(client.get(edit_page(item)), "curateditem_form")
    data |= {"documents-TOTAL_FORMS": "1", "documents-INITIAL_FORMS": "0", "documents-0-path": "/x.md"}
    data |= {"status": "published", "created_by": str(other.pk), "approved_at": "2024-01-01", "title": "New title"}
    assert client.post(edit_page(item), data).status_code == HTTPStatus.FOUND
    item.refresh_from_db()
    assert (item.title, item.status, item.approved_at) == ("New title", Status.DRAFT, None)
    assert item.created_by != other
    assert not item.documents.exists()


def test_a_contributor_forges_bulk_actions_in_vain() -> None:
    client = member_of("Contributor", "cora")
    item, live = own_draft(client), make_item()
    offered = [name for name, _label in admin.site._registry[CuratedItem].get_action_choices(_request_of("Publisher"))]
    for action in (*offered, "delete_selected"):
        data = {"action": action, "_selected_action": [item.pk, live.pk], "select_across": "1", "post": "yes"}
        assert client.post(LIST, data).status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    statuses = CuratedItem.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == [Status.DRAFT, Status.PUBLISHED]


def _request_of(role: str) -> Any:
    user = User.objects.create_user(f"one {role}", is_staff=True)
    user.groups.add(group_of(role))
    request: Any = RequestFactory().get(LIST)
    request.user = User.objects.get(pk=user.pk)
    return request


def test_a_popup_needs_the_permission_to_add() -> None:
    client = member_of("Contributor", "cora")
    page = reverse("admin:curation_publisher_add", query={"_popup": "1"})
    data = {"_popup": "1", "domain": "example.org", "name": "Example"}
    assert client.post(page, data).status_code == HTTPStatus.FORBIDDEN
    assert not Publisher.objects.exists()


def test_a_popup_ignores_the_verbs_of_the_form(editor: Client) -> None:
    data = form_data(editor.get(ADD), "curateditem_form")
    editor.post(
        ADD, {**data, "title": "News", "source_url": "https://example.org", "_popup": "1", "_verb": "published"}
    )
    assert CuratedItem.objects.get().status == Status.DRAFT


def test_autocompletes_need_the_permission_to_view() -> None:
    client = member_of("Contributor", "cora")
    for model, field, status in (
        ("curateditem", "publisher", 200),
        ("logentry", "user", 403),
    ):
        app = "admin" if model == "logentry" else "curation"
        query = {"app_label": app, "model_name": model, "field_name": field}
        assert client.get(reverse("admin:autocomplete", query=query)).status_code == status


SECRET = "Canary of a draft"
OTHER_PERMISSIONS = sorted(
    f"{action}_{model._meta.model_name}"
    for model in admin.site._registry
    if model._meta.app_label == "curation" and model not in (CuratedItem, BinnedItem)
    for action in ("view", "change", "delete")
)


@pytest.mark.long
@pytest.mark.parametrize("codenames", [["add_curateditem"], OTHER_PERMISSIONS], ids=["add", "others"])
def test_titles_of_drafts_are_shown_to_those_who_may_view_items(codenames: list[str]) -> None:
    keys = make_objects()
    CuratedItem.objects.update(title=SECRET, kind=SECRET, source_url="https://example.org/x")
    user = User.objects.create_user("one", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client, shown = client_of(user), []
    for name in EXPECTED:
        query = {"url": "https://example.org/x", "q": SECRET[:3]}
        url = url_of(name, keys)
        with transaction.atomic():
            page = client.get(url, None if "?" in url else query)
            transaction.set_rollback(True)
        shown += [url] if SECRET in b"".join(page).decode(errors="replace") else []
        client.force_login(user)  # one of the addresses logs out
    assert shown == []
    data = {"title": "News", "slug": CuratedItem.objects.filter(pk=keys["curateditem"]).get().slug}
    assert SECRET not in client.post(ADD, data).content.decode()


def test_an_image_is_uploaded_with_the_permission_to_add_images_alone() -> None:
    user = User.objects.create_user("one", is_staff=True)
    names = ("add_curateditem", "view_curateditem", "change_curateditem", "change_any_curateditem")
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client = client_of(user)
    for may_add in (False, True):
        picture = SimpleUploadedFile("new.png", picture_bytes(), "image/png")
        page = client.get(ADD)
        assert (b"You may not add images" in page.content) == (not may_add)
        data = form_data(page, "curateditem_form")
        data |= {"title": f"News {may_add}", "source_url": f"https://example.org/{may_add}"}
        assert client.post(ADD, {**data, "new_image": picture}).status_code == 302
        assert Image.objects.exists() == may_add
        picture = SimpleUploadedFile("new.png", picture_bytes(), "image/png")
        sent = client.post(reverse("admin:curation_curateditem_upload_picture"), {"picture": picture})
        assert sent.status_code == (200 if may_add else 403)
        user.user_permissions.add(Permission.objects.get(codename="add_image"))
