"""Upload slots: files of forms that were not saved."""

import os
from collections.abc import Iterator
from datetime import timedelta
from errno import ENOSPC
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import load_command_class
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Command as Worker

from curation.admin_site.upload_slots import MAX_AGE, MAX_SLOTS_PER_USER, UploadSlot

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


def store(user: User, name: str = "a.pdf", data: bytes = b"abc") -> UploadSlot:
    return UploadSlot.store(user.pk, SimpleUploadedFile("changed.pdf", data), name)


def age(slot: UploadSlot, by: timedelta) -> None:
    created = timezone.now() - by
    os.utime(slot.path, (created.timestamp(), created.timestamp()))


def test_a_slot_gives_its_file_back_under_its_name(ann: User, form_uploads: Path) -> None:
    slot = UploadSlot.find(ann.pk, store(ann).token)
    assert slot is not None
    with slot.open() as file:
        assert (file.name, file.size, file.read()) == ("a.pdf", 3, b"abc")
    assert slot.path.parent == form_uploads


def test_a_token_is_valid_for_its_user_alone(ann: User) -> None:
    token, ben = store(ann).token, User.objects.create_user("ben")
    assert UploadSlot.find(ben.pk, token) is None
    assert UploadSlot.find(ann.pk, token[:-1] + "!") is None
    assert UploadSlot.find(ann.pk, token.partition(":")[0]) is None


def test_an_expired_slot_is_not_found(ann: User) -> None:
    slot = store(ann)
    age(slot, MAX_AGE)
    assert UploadSlot.find(ann.pk, slot.token) is None


def test_the_worker_and_each_new_slot_delete_expired_ones(
    ann: User, monkeypatch: pytest.MonkeyPatch, form_uploads: Path
) -> None:
    def do_nothing(*_args: Any, **_options: Any) -> None: ...

    monkeypatch.setattr(Worker, "handle", do_nothing)
    age(store(ann), MAX_AGE)
    load_command_class("curation", "db_worker").handle(worker_id="worker")
    assert not list(form_uploads.iterdir())
    age(store(ann), MAX_AGE)
    new = store(ann)
    assert list(form_uploads.iterdir()) == [new.path]


def test_a_user_has_a_limited_number_of_slots(ann: User, form_uploads: Path) -> None:
    other = store(User.objects.create_user("ben"))
    first = store(ann)
    age(first, MAX_AGE / 2)
    others = [store(ann) for _ in range(MAX_SLOTS_PER_USER)]
    assert set(form_uploads.iterdir()) == {other.path, *(slot.path for slot in others)}


def test_a_full_disk_leaves_no_part_of_a_file(ann: User, form_uploads: Path) -> None:
    def iter_then_fail() -> Iterator[bytes]:
        yield b"%PDF-"
        raise OSError(ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        UploadSlot.store(ann.pk, mock.Mock(chunks=iter_then_fail), "a.pdf")
    assert not list(form_uploads.iterdir())
