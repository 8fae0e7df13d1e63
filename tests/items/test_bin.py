"""The bin: items leave every page and list, come back whole, and leave a trace when they are deleted for ever."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from django_tasks import default_task_backend
from django_tasks_db.models import DBTaskResult

from curation.items.actors import Actor
from curation.items.bin import binned_for, delete_for_ever, move_to_bin, restore
from curation.models import Alias, BodyReference, CuratedItem, DeletedItem, SearchEntry
from curation.tasks import empty_bin, queue_daily_tasks
from tests.factories import COMMAND, make_item, make_topic
from tests.views.pages import get

pytestmark = pytest.mark.django_db
ALL = CuratedItem.objects.all


def test_the_addresses_of_an_item_in_the_bin_answer_410() -> None:
    item = make_item("A story")
    Alias.objects.create(path="/2019/a-story", item=item)
    assert Client().get("/2019/a-story/").status_code == HTTPStatus.MOVED_PERMANENTLY
    move_to_bin(ALL(), COMMAND)
    for path in ("/news/a-story/", "/news/a-story", "/2019/a-story", "/2019/a-story/"):
        page = get(path, 410)
        assert page.texts("h1") == ["This story was removed"]
    assert get("/news/another/", 404)


@pytest.mark.parametrize("published_at", [None, timezone.now() + timedelta(days=1), timezone.now() - timedelta(days=9)])
def test_an_item_that_readers_never_saw_answers_404(published_at: object) -> None:
    make_item("A story", status="draft", published_at=published_at)
    move_to_bin(ALL(), COMMAND)
    assert get("/news/a-story/", 404)
    delete_for_ever(ALL(), COMMAND)
    assert get("/news/a-story/", 404)


def test_a_cached_page_of_an_item_in_the_bin_answers_410(settings: LazySettings, client: Client) -> None:
    make_item("A story")
    settings.CACHES = {"default": {"BACKEND": "curation.caching.backends.MemoryCache"}}
    statuses = [client.get("/news/a-story/").status_code for _ in range(2)]
    move_to_bin(ALL(), COMMAND)
    statuses += [client.get("/news/a-story/").status_code for _ in range(2)]
    restore(ALL(), COMMAND)
    assert [*statuses, client.get("/news/a-story/").status_code] == [200, 200, 410, 410, 200]


def test_an_archived_item_in_the_bin_answers_410() -> None:
    make_item("A story", status="archived")
    move_to_bin(ALL(), COMMAND)
    assert get("/news/a-story/", 410)
    delete_for_ever(ALL(), COMMAND)
    assert get("/news/a-story/", 410)


def test_a_restored_item_is_everywhere_again() -> None:
    topic = make_topic("Imaging")
    item = make_item("A story", topics=[topic], tags=["scan"])
    other = make_item("Another", body="See [it](/news/a-story/).")
    move_to_bin(ALL().filter(pk=item.pk), COMMAND)
    assert get(topic.get_absolute_url(), 404)
    assert "/news/a-story/" not in get("/news/another/").links
    assert list(SearchEntry.objects.values_list("item", flat=True)) == [other.pk]
    restore(ALL(), COMMAND)
    assert "/news/a-story/" in get(topic.get_absolute_url()).links
    assert get("/news/another/").link("it") == "/news/a-story/"
    assert SearchEntry.objects.count() == 2
    assert BodyReference.objects.get().target == item


def test_an_item_deleted_for_ever_leaves_a_trace_and_its_address_answers_410() -> None:
    item = make_item("A story")
    Alias.objects.create(path="/2019/a-story", item=item)
    assert delete_for_ever(ALL(), COMMAND) == 0  # it is not in the bin
    move_to_bin(ALL(), COMMAND)
    assert delete_for_ever(ALL(), COMMAND) == 1
    trace = DeletedItem.objects.get()
    assert (trace.former_id, trace.title, trace.slug, trace.deleted_by) == (item.pk, "A story", "a-story", "command")
    assert get("/news/a-story/", 410)
    assert get("/2019/a-story/", 410)
    make_item("A story")
    assert get("/news/a-story/", 200)


def test_deleting_for_ever_needs_a_permission() -> None:
    make_item()
    move_to_bin(ALL(), COMMAND)
    with pytest.raises(PermissionError, match="ann may not delete items for ever"):
        delete_for_ever(ALL(), Actor.of(User.objects.create_user("ann")))


@pytest.mark.django_db(transaction=True)
def test_the_pdf_of_an_item_deleted_for_ever_is_deleted_unless_another_has_it() -> None:
    for name in ("own.pdf", "shared.pdf"):
        default_storage.save(f"pdfs/{name}", ContentFile(b"%PDF-1.4"))
        make_item(pdf=f"pdfs/{name}")
    move_to_bin(ALL(), COMMAND)
    make_item(pdf="pdfs/shared.pdf")
    assert delete_for_ever(ALL(), COMMAND) == 2
    assert [default_storage.exists(f"pdfs/{name}") for name in ("own.pdf", "shared.pdf")] == [False, True]


def test_items_are_old_in_the_bin_by_the_time_when_they_came_there() -> None:
    old, new = make_item(), make_item()
    move_to_bin(ALL(), COMMAND)
    CuratedItem.objects.filter(pk=old.pk).update(binned_at=timezone.now() - timedelta(days=91))
    assert list(binned_for(90)) == [old]
    assert new.pk != old.pk


@pytest.fixture
def old_and_new() -> tuple[CuratedItem, CuratedItem]:
    """An item that has been in the bin for 91 days, and one that has for 89."""
    old, new = make_item("Old story"), make_item("New story")
    move_to_bin(ALL(), COMMAND)
    for item, days in ((old, 91), (new, 89)):
        CuratedItem.objects.filter(pk=item.pk).update(binned_at=timezone.now() - timedelta(days=days))
    return old, new


@pytest.mark.usefixtures("old_and_new")
def test_the_command_empties_the_bin_of_old_items(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("empty_bin", "--dry-run")
    assert capsys.readouterr().out.splitlines()[1] == "1 item deleted for ever (dry run: nothing was deleted)."
    assert ALL().count() == 2
    call_command("empty_bin")
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("/news/old-story/: “Old story”, deleted on ")
    assert last == "1 item deleted for ever."
    assert [item.title for item in ALL()] == ["New story"]
    call_command("empty_bin", days=80)
    assert not ALL().exists()


@pytest.mark.usefixtures("old_and_new")
def test_the_worker_empties_the_bin_every_day() -> None:
    tasks: Any = default_task_backend  # a `DummyBackend`
    tasks.clear()
    queue_daily_tasks()
    (first,) = (result for result in tasks.results if result.task == empty_bin)
    first.task.func()
    assert [item.title for item in ALL()] == ["New story"]
    later = tasks.results[-1].task.run_after
    assert later > timezone.now() + timedelta(hours=23)
    DBTaskResult.objects.create(
        task_path=empty_bin.module_path,
        run_after=later,
        args_kwargs={"args": [], "kwargs": {}},
        queue_name="default",
        backend_name="default",
    )
    tasks.clear()
    queue_daily_tasks()
    assert empty_bin not in [result.task for result in tasks.results]
