"""Database triggers change the content version for every table that readers' pages use."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from curation.models import ContentVersion, triggers
from curation.page_cache.release import release
from tests.factories import make_item
from tests.page_cache.readers import Reader
from tests.views.test_queries import LISTS, ListedItems

reader = Reader()


@pytest.fixture
def without_triggers() -> Iterator[None]:
    """The state while migrations run."""
    triggers.remove_triggers(using="default", plan=["a migration"])
    yield
    triggers.add_triggers(using="default")


@pytest.mark.django_db
def test_every_table_that_a_page_reads_has_triggers() -> None:
    items = ListedItems()
    items.grow(2)
    with CaptureQueriesContext(connection) as queries:
        for path in (*LISTS, "/news/number-1/", "/gone/"):
            Client().get(path)
    read = set(re.findall(r'(?:FROM|JOIN) "(\w+)"', " ".join(query["sql"] for query in queries)))
    index = {"curation_searchentry", "curation_searchword"}  # written with what is watched, in one transaction
    assert read - index - {trigger.table for trigger in triggers.TRIGGERS} == set()
    assert len(read) > 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("without_triggers")
def test_no_page_is_cached_while_migrations_run() -> None:
    make_item("Story")
    assert ContentVersion.current() is None
    for _ in range(2):
        assert not reader.finds_cached("/")


@pytest.mark.django_db(transaction=True)
def test_migrations_end_with_a_new_content_version() -> None:
    before = ContentVersion.current()
    triggers.remove_triggers(using="default", plan=["a migration"])
    triggers.add_triggers(using="default")
    after = ContentVersion.current()
    assert None not in (before, after)
    assert before != after
    make_item()
    assert ContentVersion.current() not in (before, after)


@pytest.mark.django_db(transaction=True)
def test_a_migrate_without_migrations_keeps_the_version() -> None:
    before = ContentVersion.current()
    triggers.remove_triggers(using="default", plan=[])
    triggers.add_triggers(using="default")
    assert ContentVersion.current() == before


@pytest.mark.django_db(transaction=True)
def test_a_missing_trigger_is_added_with_a_new_version() -> None:
    before = ContentVersion.current()
    lost = triggers.TRIGGERS[0]
    with connection.cursor() as cursor:
        cursor.execute(lost.sql(triggers.DROP, connection.vendor))
    triggers.add_triggers(using="default")
    assert ContentVersion.current() != before
    before = ContentVersion.current()
    make_item()
    assert ContentVersion.current() != before


@pytest.mark.django_db(transaction=True)
def test_renew_changes_the_version() -> None:
    before = ContentVersion.current()
    ContentVersion.renew()
    assert ContentVersion.current() != before


@pytest.mark.django_db(transaction=True)
def test_another_release_does_not_use_cached_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    reader.get("/")
    assert reader.finds_cached("/")
    monkeypatch.setattr("curation.page_cache.requests.release", lambda: f"after {release()}")
    assert not reader.finds_cached("/")
