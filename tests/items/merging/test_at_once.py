"""Merges while others save: no item loses its topic, and no topic comes back."""

from __future__ import annotations

from threading import Event, Thread, Timer

import pytest
from django.db import connection, transaction

from curation.items.relations import set_relations
from curation.models import Topic
from tests.factories import make_item, make_topic

from .conftest import merge

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


def test_a_save_that_is_under_way_is_waited_for() -> None:
    old, new = make_topic("Old"), make_topic("New")
    make_item(topics=[old])
    item = make_item()
    has_written, may_commit = Event(), Event()

    def save() -> None:
        try:
            with transaction.atomic():
                set_relations(item, topics=[old.pk])
                has_written.set()
                may_commit.wait(timeout=10)
        finally:
            connection.close()

    saving = Thread(target=save)
    saving.start()
    assert has_written.wait(timeout=10)
    waiting = Timer(0.5, may_commit.set)  # while the merge waits for it
    waiting.start()
    merge([old], new)
    saving.join()
    assert [row.topic for row in item.itemtopic_set.all()] == [new]
    assert list(Topic.objects.all()) == [new]
