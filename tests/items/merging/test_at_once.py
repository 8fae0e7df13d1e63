"""Merges while others save: no item loses its topic, and no topic comes back."""

from __future__ import annotations

import time
from threading import Event, Thread, Timer

import pytest
from django.db import connection, transaction

from curation.items.bulk import jobs
from curation.items.merging.start import start
from curation.items.relations import set_relations
from curation.items.synonyms import wait_for_names
from curation.models import BulkChange, Topic
from tests.factories import make_item, make_topic

from .conftest import editor, merge, undo

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


def test_the_undo_of_a_merge_with_a_new_name_lets_a_save_end_that_gives_an_item_the_row() -> None:
    old, new, item = make_topic("Old"), make_topic("New"), make_item()
    change = start(new, [old], editor(), "Better")
    jobs.run(change)

    def take_back() -> None:
        try:
            undo(BulkChange.objects.get(pk=change.pk))
        finally:
            connection.close()

    undoing = Thread(target=take_back)
    with transaction.atomic():
        wait_for_names()
        undoing.start()
        time.sleep(0.5)  # the undo waits for this transaction, and may hold no lock that this one needs
        set_relations(item, topics=[new.pk])
    undoing.join()
    assert [row.topic.label for row in item.itemtopic_set.all()] == ["New"]
    assert Topic.objects.filter(label="Old").exists()
