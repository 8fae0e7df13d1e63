"""Indexing of the items of rows that change: at once, or many of them by a worker."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from curation.models import CuratedItem, Image, Topic
from curation.search import desk, index, signals
from curation.search.desk import DeskRequest
from curation.search.facet_tokens import gap_token
from tests.admin.images import make_image
from tests.admin.imports.uploading import run_tasks, task_backend
from tests.factories import make_item, make_topic, make_vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _empty_queue() -> Iterator[None]:
    task_backend().clear()
    yield
    task_backend().clear()


def describe(image: Image, alt: str) -> None:
    image.alt = alt
    image.save()


def queued() -> list[Any]:
    return [result.args for result in task_backend().results if result.task.func.__name__ == "index_items"]


def without_alt() -> set[int]:
    return {*desk.find_newest(DeskRequest(token_groups=((gap_token("alt-missing"),),)), 100)}


def differing() -> list[int]:
    return [pk for _number, ids in index.check() for pk in ids]


def test_the_text_of_a_picture_is_in_the_entries_of_few_items_at_once() -> None:
    image = make_image()
    item = make_item(image=image)
    make_item(image=image, image_alt="Own.")
    assert without_alt() == {item.pk}
    describe(image, "A ward.")
    assert without_alt() == set()
    describe(image, "")
    assert without_alt() == {item.pk}
    assert queued() == []


def test_another_text_of_a_picture_indexes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    image = make_image()
    make_item(image=image)
    describe(image, "A ward.")
    monkeypatch.setattr(signals, "index", lambda ids: pytest.fail(f"indexed: {ids}") if ids else None)
    describe(image, "Another ward.")
    describe(image, "Another ward.")


def make_described(number: int) -> Callable[[], Any]:
    image = make_image()
    for _ in range(number):
        make_item(image=image)
    return lambda: describe(image, "A ward.")


def make_moving(number: int) -> Callable[[], Any]:
    topic: Topic = make_topic()
    for _ in range(number):
        make_item(topics=[topic])
    topic.vocabulary = make_vocabulary("KLAS")
    return topic.save


@pytest.mark.parametrize("make_change", [make_described, make_moving])
def test_many_items_are_indexed_by_a_worker_and_the_save_takes_the_same_queries(
    make_change: Callable[[int], Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signals, "MAX_AT_ONCE", 1)
    counts = []
    for number in (2, 2, 4):
        change = make_change(number)
        with CaptureQueriesContext(connection) as queries:
            change()
        counts.append(len(queries))
    assert counts[1] == counts[2]
    assert [len(ids) for (ids,) in queued()] == [2, 2, 4]
    assert {*differing()} == {pk for (ids,) in queued() for pk in ids}
    run_tasks()
    assert differing() == []


def test_items_that_were_deleted_until_the_worker_comes_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "MAX_AT_ONCE", 1)
    make_described(2)()
    CuratedItem.objects.all().delete()
    run_tasks()
    assert differing() == []
